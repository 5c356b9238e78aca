"""Imports answers from a file or folder: everything is checked first, then written, or nothing is."""

import re
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from knowledge_base.answer import MAX_SHORT, Approval, ApprovedAnswer
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.format import parse_answer, problem_of, render_answer
from knowledge_base.history import Event, Step, appended
from knowledge_base.loader import KnowledgeBase, load_directory
from knowledge_base.quote import leading_sentences
from knowledge_base.shelf import locked, write_files
from knowledge_base.sources import read_source
from knowledge_base.tables import COLUMNS, Row
from knowledge_base.withdrawals import Ledger

_OF_TEXT = {name: name for name in ("title", "questions", "short", "private")} | {"answer": "full"}
_COLUMN_OF = {name: column for column, name in _OF_TEXT.items()}
_SHARED = tuple(column for column in COLUMNS if column not in {"id", "language", *_OF_TEXT})


_LIST_OR_HEADING = re.compile(r"^(?:[-•*]|\d{1,2}[.)]) |:$")


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, by answer id."""

    created: tuple[str, ...] = ()
    updated: Mapping[str, int] = field(default_factory=dict)
    """New version number of each answer whose content changed."""
    approved: tuple[str, ...] = ()
    """Known answers with the same content that got new approvals."""
    unchanged: tuple[str, ...] = ()
    drafts: tuple[str, ...] = ()
    """Written without any approval: not retrievable."""
    shortened: tuple[str, ...] = ()
    """Without a short text of their own: their first sentences were taken; a person should read them."""
    left_out: tuple[str, ...] = ()
    """What the source itself does not publish, or in a language that is not answered in: place and reason."""


def import_file(
    file: Path, into: Path, *, approvals: Sequence[Approval] = (), owner: str = "", language: str = "es"
) -> ImportReport:
    """Write one Markdown file for each answer of a CSV, XLSX or JSONL file, a Markdown folder or a help centre.

    Rows with one id and several languages become variants of one answer. Content that differs from a known
    answer raises its version, and only the approvals given here hold for it.

    Args:
        file: see ``sources.read_source``.
        into: directory of the knowledge base; made when missing.
        approvals: who approved the file's content; none: they arrive as drafts.
        owner: for rows without one.
        language: for rows without one.

    Raises:
        KnowledgeBaseError: naming file, line and field; nothing has been written then.
    """
    source = read_source(file, language)
    with locked(into) if into.is_dir() else nullcontext():
        known = load_directory(into) if into.exists() else KnowledgeBase.of([])
        plan = _Plan(file.name, into, known, tuple(approvals), owner)
        plan.left_out = source.left_out
        for rows in _by_id(source.rows, language, file.name).values():
            plan.add(rows)
        plan.record(datetime.now(UTC))
        write_files(plan.files)
        return plan.report()


class _Plan:
    """Collects the files to write while checking rows against what is known."""

    def __init__(
        self, name: str, into: Path, known: KnowledgeBase, approvals: tuple[Approval, ...], owner: str
    ) -> None:
        self.files: dict[Path, bytes] = {}
        self.left_out: tuple[str, ...] = ()
        self._written: list[ApprovedAnswer] = []
        self._gone = Ledger(into).ids()
        self._name, self._into, self._approvals, self._owner = name, into, approvals, owner
        self._known = {answer.id: answer for answer in known.answers}
        self._paths = known.files
        self._done: dict[str, list[str]] = {"created": [], "approved": [], "unchanged": [], "drafts": []}
        self._updated: dict[str, int] = {}
        self._shortened: list[str] = []

    def add(self, rows: Mapping[str, Row]) -> None:
        """Check one answer (its rows by language) and plan its file."""
        first = next(iter(rows.values()))
        answer = self._build(rows)
        old = self._known.get(answer.id)
        if old is None:
            self._done["created"].append(answer.id)
        else:
            answer = self._merge(old, answer, first)
            if answer == old:
                self._done["unchanged"].append(answer.id)
                return
        if answer.id in self._gone and not answer.withdrawn:
            raise self._error(first, "id", f"{answer.id} is withdrawn: use a new id")
        answer = _sealed(answer, self._approvals)
        if not answer.approvals:
            self._done["drafts"].append(answer.id)
        self._place(answer, first)

    def report(self) -> ImportReport:
        """What was done, once the files are written."""
        done = {key: tuple(ids) for key, ids in self._done.items()}
        shortened = tuple(self._shortened)
        return ImportReport(updated=dict(self._updated), shortened=shortened, left_out=self.left_out, **done)

    def record(self, at: datetime) -> None:
        """Plan the history of what will be written."""
        actors = ", ".join(sorted({approval.name for approval in self._approvals}))
        events = [Event(at, Step.IMPORTED, actors, answer, self._name) for answer in self._written]
        self.files |= appended(self._into, events)

    def _error(self, row: Row, field: str, problem: str) -> KnowledgeBaseError:
        line = None if row.place else row.line
        return KnowledgeBaseError.at(row.place or self._name, problem, field=field, line=line)

    def _build(self, rows: Mapping[str, Row]) -> ApprovedAnswer:
        first = next(iter(rows.values()))
        values: dict[str, Any] = {"id": first.values["id"], "version": 1, "approvals": self._approvals}
        if self._owner:
            values["owner"] = self._owner
        values["texts"] = {language: self._text(row) for language, row in rows.items()}
        old = self._known.get(str(first.values["id"]))
        for key in _SHARED:
            if old is not None and key not in first.columns:
                values[key] = getattr(old, key)  # the file does not speak of it: it stays
            elif key in first.values:
                values[key] = first.values[key]
            self._same_in_all(key, rows)
        try:
            return ApprovedAnswer.model_validate(values)
        except ValidationError as error:
            raise self._explain(error, rows) from None

    def _same_in_all(self, key: str, rows: Mapping[str, Row]) -> None:
        first = next(iter(rows.values()))
        for row in rows.values():
            if key in row.values and row.values[key] != first.values.get(key):
                there = first.place or f"line {first.line}"
                raise self._error(row, key, f"differs from {there}, the same answer in another language")

    def _text(self, row: Row) -> dict[str, Any]:
        text = {name: row.values[column] for column, name in _OF_TEXT.items() if column in row.values}
        if "short" not in text:
            cut = leading_sentences(_opening(str(text["full"])), MAX_SHORT)
            if not cut:
                problem = f"missing, and the first sentence has more than {MAX_SHORT} characters"
                raise self._error(row, "short", problem)
            text["short"] = cut
            self._shortened.append(str(row.values["id"]))
        return text

    def _explain(self, error: ValidationError, rows: Mapping[str, Row]) -> KnowledgeBaseError:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        path = first["loc"]
        row = next(iter(rows.values()))
        if path[0] == "texts" and len(path) > 1:
            row = rows.get(str(path[1]), row)
            known = len(path) > 2 and path[2] != "[key]"
            path = (_COLUMN_OF.get(str(path[2]), path[2]), *path[3:]) if known else ("language",)
        column = ".".join(str(step) for step in path)
        return self._error(row, column, problem_of(first))

    def _merge(self, old: ApprovedAnswer, new: ApprovedAnswer, row: Row) -> ApprovedAnswer:
        if old.withdrawn and not new.withdrawn:
            raise self._error(row, "id", f"{old.id} is withdrawn: use a new id")
        for code, text in old.by_language().items():
            given = new.by_language().get(code)
            if given is None or (text.private and not given.private):
                lost = code if given is None else f"private text in {code}"
                problem = f"{old.id} has a text that the file lacks ({lost}): add it, or remove it first"
                raise self._error(row, "id", problem)
        ignored = {"version", "approvals", "submitted", "withdrawal"}
        ignored |= set() if self._owner or new.owner else {"owner"}
        if old.model_dump(exclude=ignored) == new.model_dump(exclude=ignored):
            added = tuple(one for one in new.approvals if not _holds(one, old))
            if added:
                self._done["approved"].append(old.id)
            return old.model_copy(update={"approvals": (*old.approvals, *added)})
        self._updated[old.id] = old.version + 1
        return new.model_copy(update={"version": old.version + 1, "withdrawal": old.withdrawal})

    def _place(self, answer: ApprovedAnswer, row: Row) -> None:
        target = self._into / self._paths.get(answer.id, f"{answer.id}.md")
        if answer.id not in self._paths and target.exists():
            raise self._error(row, "id", f"{target.name} exists and holds another answer")
        data = render_answer(answer, suffix=target.suffix).encode()
        if parse_answer(data, target.name) != answer:  # a text that looks like the format's own marks
            raise self._error(row, "answer", "holds a line '## private' or another mark of the format")
        self.files[target] = data
        self._written.append(answer)


def _opening(full: str) -> str:
    """The prose that a text opens with, up to its first list or heading: what follows needs them to be understood."""
    lines = [line.strip() for line in full.split("\n") if line.strip()]
    while lines and lines[0].endswith(":"):
        lines = lines[1:]
    prose = list(takewhile(lambda line: not _LIST_OR_HEADING.search(line), lines))
    return "\n".join(prose) or full


def _sealed(answer: ApprovedAnswer, given: Sequence[Approval]) -> ApprovedAnswer:
    """The answer with the approvals given bound to its content: a later change by hand needs new ones."""
    seal = answer.seal
    approvals = (
        one.model_copy(update={"content": seal}) if one in given else one for one in answer.approvals
    )
    return answer.model_copy(update={"approvals": tuple(approvals)})


def _holds(approval: Approval, answer: ApprovedAnswer) -> bool:
    """Whether the answer has this approval already, for the content that it has."""
    same = (one for one in answer.approvals if one.model_copy(update={"content": None}) == approval)
    return any(one.content in (None, answer.seal) for one in same)


def _by_id(rows: Sequence[Row], language: str, name: str) -> dict[str, dict[str, Row]]:
    grouped: dict[str, dict[str, Row]] = {}
    for row in rows:
        code = str(row.values.get("language", language))
        same = grouped.setdefault(str(row.values["id"]), {})
        if code in same:
            there = same[code].place or f"on line {same[code].line}"
            problem = f"{row.values['id']} is {there} already"
            raise KnowledgeBaseError.at(
                row.place or name, problem, field="id", line=None if row.place else row.line
            )
        same[code] = row
    return grouped
