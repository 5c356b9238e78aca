"""The folder of results: run.json, samples.jsonl, metrics.json and metrics.csv, written and read back."""

import csv
import io
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.harness.errors import EvaluationError
from eval.harness.metrics import Figure, figure_json, figure_of
from eval.harness.scores import Judged, judged_json, judged_of

FORMAT = 1
RUN, SAMPLES, METRICS, TABLE = "run.json", "samples.jsonl", "metrics.json", "metrics.csv"
COLUMNS = (
    "suite", "metric", "label", "dimension", "group", "samples", "part", "whole", "value", "low", "high",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Results:
    """What a run left."""

    run: Mapping[str, Any]
    judged: tuple[Judged, ...]
    figures: tuple[Figure, ...]

    @property
    def suites(self) -> tuple[str, ...]:
        """The suites that ran."""
        return tuple(self.run["settings"]["suites"])


def create(folder: Path) -> None:
    """Make the folder, before hours are spent on what cannot be written.

    Raises:
        EvaluationError: it holds something that is not results, or cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()) and not (folder / RUN).is_file():
            raise EvaluationError(f"{folder}: not empty, and not results of an evaluation")
        if not os.access(folder, os.W_OK):
            raise EvaluationError(f"{folder}: cannot be written")
    except OSError as error:
        raise EvaluationError(f"{folder}: {error.strerror or 'cannot be made'}") from None


def write(folder: Path, results: Results) -> None:
    """Write all four files."""
    _write(folder / RUN, json.dumps(results.run, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
    _write(folder / SAMPLES, "".join(f"{_line(judged_json(each))}\n" for each in results.judged))
    rows = [figure_json(figure) for figure in results.figures]
    _write(folder / METRICS, "[\n" + ",\n".join(map(_line, rows)) + "\n]\n")
    _write(folder / TABLE, table(rows))


def table(rows: Iterable[Mapping[str, Any]]) -> str:
    """The figures as CSV. Texts that a spreadsheet would run as a formula are quoted as text."""
    made = io.StringIO()
    writer = csv.DictWriter(made, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _harmless(row[name]) for name in COLUMNS})
    return made.getvalue()


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@")) else value


def read(folder: Path) -> Results:
    """Read a folder of results.

    Raises:
        EvaluationError: a file is missing or not what was written.
    """
    try:
        run = json.loads((folder / RUN).read_text(encoding="utf-8"))
        if run["format"] != FORMAT:
            raise EvaluationError(f"{folder / RUN}: format {run['format']}, not {FORMAT}")
        lines = (folder / SAMPLES).read_text(encoding="utf-8").split("\n")
        judged = tuple(judged_of(json.loads(line)) for line in lines if line)
        figures = tuple(figure_of(row) for row in json.loads((folder / METRICS).read_text(encoding="utf-8")))
    except OSError as error:
        name = Path(error.filename).name if error.filename else RUN
        raise EvaluationError(f"{folder}: no results of an evaluation ({name}: {error.strerror})") from None
    except (KeyError, TypeError, ValueError) as error:
        raise EvaluationError(f"{folder}: damaged results ({type(error).__name__})") from None
    return Results(run, judged, figures)


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _write(file: Path, text: str) -> None:
    """Write whole or not at all."""
    part = file.with_name(file.name + ".part")
    part.write_text(text, encoding="utf-8")
    part.replace(file)


def order(judged: Iterable[Judged], suites: Sequence[str]) -> tuple[Judged, ...]:
    """Judged samples in the order of their suites and ids: equal runs are written alike."""
    rank = {name: number for number, name in enumerate(suites)}
    return tuple(sorted(judged, key=lambda each: (rank[each.suite], each.id)))
