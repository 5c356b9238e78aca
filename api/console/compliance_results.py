"""Evaluation runs found in a folder: which there are, and what one or two of them show."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

if (
    TYPE_CHECKING
):  # the evaluation takes a second to import; the service does without until somebody reads a run
    from eval.harness.compare import Comparison

MOST_RUNS = 200
MOST_BYTES = 2_000_000
"""Of a run.json; a larger one is none of ours."""
DOWNLOADS: Mapping[str, str] = {
    "metrics.csv": "text/csv; charset=utf-8",
    "metrics.json": "application/json",
    "run.json": "application/json",
    "report.es.pdf": "application/pdf",
    "report.en.pdf": "application/pdf",
}
"""Files of a run that are handed out. Not samples.jsonl: on own data it holds customers' messages, though redacted."""
MOST_FLIPS = 40
"""Messages that flipped between two runs that the page lists; `eval compare` has them all."""
_TEMPLATES = Path(__file__).parent / "templates"
_INLINE = re.compile(r' style="[^"]*"')


@dataclass(frozen=True, slots=True)
class Run:
    """A run as its ``run.json`` tells it. ``name`` is that of its folder."""

    name: str
    started_at: str
    suites: tuple[str, ...]
    split: str | None
    limit: int | None
    own_data: bool
    service: str
    code: str
    gates: tuple[Mapping[str, Any], ...]
    failed_gates: tuple[str, ...]
    samples: Mapping[str, int]
    stamp: int
    """Nanoseconds: when its samples were last written."""

    @property
    def whole(self) -> bool:
        """Whether it saw all of a split: only then do its figures stand for a version."""
        return self.limit is None and not self.own_data


@dataclass(frozen=True, slots=True)
class Shown:
    """What a run's page shows, ready for the page."""

    body: Markup
    dangerous: Mapping[str, int]


def runs_in(folder: Path, *, own_data: bool) -> tuple[Run, ...]:
    """The runs whose folders lie in a folder, newest first; what is damaged or something else is left out.

    Args:
        own_data: also those on a customer's own data.
    """
    if not folder.is_dir():
        return ()
    every = (run for path in folder.iterdir() if path.is_dir() and (run := _run(path)) is not None)
    found = [run for run in every if own_data or not run.own_data]
    return tuple(sorted(found, key=lambda run: (run.started_at, run.name), reverse=True)[:MOST_RUNS])


def _run(path: Path) -> Run | None:
    file, samples = path / "run.json", path / "samples.jsonl"
    try:
        if file.stat().st_size > MOST_BYTES:
            return None
        told = json.loads(file.read_text(encoding="utf-8"))
        settings = told["settings"]
        return Run(
            name=path.name,
            started_at=str(told["started_at"]),
            suites=tuple(settings["suites"]),
            split=settings["split"],
            limit=settings["limit"],
            own_data=bool(settings["own_data"]),
            service=str(told["version"]["service"]),
            code=str(told["version"]["code_sha256"])[:12],
            gates=tuple(told["gates"]),
            failed_gates=tuple(told["failed_gates"]),
            samples=dict(told["samples"]),
            stamp=max(samples.stat().st_mtime_ns, file.stat().st_mtime_ns),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def shown(folder: Path, name: str, language: str) -> Shown:
    """Everything of a run: dangerous errors, sections with plots, tables.

    Raises:
        EvaluationError: the results are damaged, or of another version.
    """
    from eval.harness.catalogue import load_catalogue
    from eval.harness.folder import read
    from eval.harness.report import view

    results, catalogue = read(folder / name), load_catalogue()
    dangerous = view.dangerous(results, catalogue, language)
    html = (
        _environment()
        .get_template("compliance/run_body.html")
        .render(
            t=_words(language),
            language=language,
            catalogue=catalogue,
            sections=view.sections(results, catalogue, language),
            dangerous=dangerous,
            number=view.number,
            range_of=view.range_of,
            counts=view.counts,
        )
    )
    # The report's plots carry widths of their own, which the console's policy of contents forbids.
    counted = {kind.name: len(kind.errors) + kind.more for kind in dangerous if kind.looked_for}
    return Shown(Markup(_INLINE.sub("", html)), counted)


def compared(folder: Path, first: str, second: str) -> "Comparison":
    """The second run against the first. Raises EvaluationError: damaged, or without a sample in common."""
    from eval.harness.catalogue import load_catalogue
    from eval.harness.compare import compare
    from eval.harness.folder import read

    return compare(read(folder / first), read(folder / second), load_catalogue())


def report(folder: Path, name: str, language: str) -> str:
    """The report of a run as one HTML file. Raises EvaluationError."""
    from eval.harness.folder import read
    from eval.harness.report.render import html

    return html(read(folder / name), "es" if language == "es" else "en")


@cache
def _environment() -> Environment:
    from eval.harness.report import plots, render

    loader = ChoiceLoader([FileSystemLoader(_TEMPLATES), FileSystemLoader(render.HERE / "templates")])
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals.update(across=plots.across, up=plots.up)
    return environment


@cache
def _words(language: str) -> Mapping[str, Any]:
    from eval.harness.report.render import HERE
    from eval.harness.yaml_data import read_yaml

    words: Any = read_yaml(HERE / "words.yaml")
    return dict(words[language])


def comparison_words(language: str) -> Mapping[str, Any]:
    """What the page of a comparison needs to name metrics and write numbers."""
    from eval.harness.report.view import number

    return {**gate_words(language), "number": number}


def gate_words(language: str) -> Mapping[str, Any]:
    """What the page of gates needs: names of metrics in a language."""
    from eval.harness.catalogue import load_catalogue

    catalogue = load_catalogue()

    def metric(name: str) -> str:
        return catalogue.metrics[name].of(language) if name in catalogue.metrics else name

    def unit(name: str) -> str:
        return catalogue.metrics[name].unit if name in catalogue.metrics else "score"

    return {"metric": metric, "unit": unit}
