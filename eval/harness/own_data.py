"""A customer's own labelled messages or stored decisions: reading them, and saying line by line what is wrong."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from eval.harness.errors import EvaluationError
from eval.harness.own_rows import CSV_LISTS, DecisionRow, MessageRow, problem_of
from eval.harness.samples import Sample, Target
from policies.decision import Facts
from policies.errors import PolicyError
from policies.facts_json import facts_of

MAX_BYTES = 200_000_000
SHOWN = 20
"""Problems that a refusal names; ``eval check`` names them all."""
PLAIN_ID = re.compile(r"^[A-Za-z][A-Za-z0-9]{0,15}-[0-9]{1,6}$")
"""Ids that may stand in results: a word and a number; anything else could be a person's, and becomes the line's."""


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """Facts on record and the disposition that a person gave them."""

    id: str
    facts: Facts
    disposition: str


@dataclass(frozen=True, slots=True)
class OwnData:
    """A file of a customer's own."""

    file: Path
    samples: tuple[Sample, ...]
    decisions: tuple[StoredDecision, ...]


@dataclass(frozen=True, slots=True)
class LineProblem:
    """What is wrong with a line, in words that do not quote it."""

    line: int
    problem: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.problem}"


@dataclass(frozen=True, slots=True)
class Checked:
    """A file read: what can be used, and what cannot."""

    data: OwnData
    problems: tuple[LineProblem, ...]


def read_own(file: Path) -> OwnData:
    """Read a file of one's own. Nothing is evaluated on a file with a wrong line: figures would not say of what.

    Raises:
        EvaluationError: it cannot be read, or lines are wrong; names them.
    """
    checked = check(file)
    if checked.problems:
        told = "; ".join(map(str, checked.problems[:SHOWN]))
        more = len(checked.problems) - SHOWN
        raise EvaluationError(f"{file.name}: {told}{f'; and {more} more' if more > 0 else ''}")
    if not checked.data.samples and not checked.data.decisions:
        raise EvaluationError(f"{file.name}: no lines of data")
    return checked.data


def check(file: Path) -> Checked:
    """Read a CSV or JSONL file and collect every problem.

    Raises:
        EvaluationError: the file as a whole cannot be read.
    """
    samples: list[Sample] = []
    decisions: list[StoredDecision] = []
    problems: list[LineProblem] = []
    seen: dict[str, int] = {}
    for line, row in _rows(file):
        try:
            made = _made(row, line)
        except (ValidationError, PolicyError, ValueError) as error:
            problems.append(LineProblem(line, problem_of(error)))
            continue
        given = str(row["id"]) if isinstance(row, dict) and row.get("id") else made.id
        if given in seen:
            problems.append(LineProblem(line, f"id: the same as on line {seen[given]}"))
            continue
        seen[given] = line
        if isinstance(made, Sample):
            samples.append(made)
        else:
            decisions.append(made)
    return Checked(OwnData(file, tuple(samples), tuple(decisions)), tuple(problems))


def _made(row: object, line: int) -> Sample | StoredDecision:
    if isinstance(row, ValueError):
        raise row
    if not isinstance(row, dict):
        raise ValueError("not a JSON object")
    if "facts" in row:
        decision = DecisionRow.model_validate(row)
        return StoredDecision(
            shown_id(decision.id, line), facts_of(decision.facts), decision.disposition.value
        )
    return _sample(MessageRow.model_validate(row), line)


def _sample(row: MessageRow, line: int) -> Sample:
    name = shown_id(row.id, line)
    target = Target(
        intents=tuple(code.value for code in row.intents) if row.intents else None,
        flags=frozenset(code.value for code in row.flags) if row.flags is not None else None,
        disposition=row.disposition.value if row.disposition else None,
        emotion=row.emotion.value if row.emotion else None,
        relevance=row.relevance.value if row.relevance else None,
        personal=row.personal,
        health=row.health,
    )
    language = row.language.value if row.language else "not given"
    return Sample(name, row.message(name), target, language, row.variety or language, invented=False)


def shown_id(given: str | None, line: int) -> str:
    """The id that results carry."""
    return given if given and PLAIN_ID.match(given) else f"line-{line}"


def _rows(file: Path) -> Iterator[tuple[int, object]]:
    """Each line of data with its number: a row, or the ValueError that says why there is none."""
    text = _text(file)
    if file.suffix.lower() == ".csv":
        yield from _csv_rows(text, file.name)
    elif file.suffix.lower() in (".jsonl", ".ndjson"):
        # Not splitlines: a message may hold separators that JSON does not end a line at.
        for number, line in enumerate(text.split("\n"), start=1):
            if line.strip():
                yield number, _json_row(line)
    else:
        raise EvaluationError(f"{file.name}: neither .csv nor .jsonl")


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > MAX_BYTES:
            raise EvaluationError(f"{file.name}: over {MAX_BYTES} bytes")
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise EvaluationError(f"{file.name}: not UTF-8 at byte {error.start}") from None
    except OSError as error:
        raise EvaluationError(f"{file.name}: {error.strerror or 'cannot be read'}") from None


def _json_row(line: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return ValueError("not JSON")


def _csv_rows(text: str, name: str) -> Iterator[tuple[int, object]]:
    head = text.split("\n", 1)[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count), strict=True)
    if not reader.fieldnames or "text" not in reader.fieldnames:
        raise EvaluationError(f"{name}: the first line has no column called text")
    start = reader.line_num + 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            # What follows cannot be told apart any more.
            yield start, ValueError("not CSV: a quotation mark is not closed, or stands inside a field")
            return
        yield start, _csv_row(row)
        start = reader.line_num + 1


def _csv_row(row: Mapping[str | Any, Any]) -> object:
    """A row without its empty cells; lists are parted by a bar."""
    if None in row:
        return ValueError("more cells than the first line has columns")
    made: dict[str, Any] = {}
    for column, value in row.items():
        if value is None:
            return ValueError("fewer cells than the first line has columns")
        if column in CSV_LISTS:
            # An empty cell of `flags`, `personal` or `health` says "none"; a missing column says "not labelled".
            made[column] = [part.strip() for part in value.split("|") if part.strip()]
        elif value.strip():
            made[column] = value
    return made
