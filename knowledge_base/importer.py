"""Imports answers from a spreadsheet or JSONL: everything is checked first, then written, or nothing is."""

import contextlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from knowledge_base.answer import MAX_SHORT, Approval, ApprovedAnswer
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.format import parse_answer, problem_of, render_answer
from knowledge_base.loader import KnowledgeBase, load_directory
from knowledge_base.quote import leading_sentences
from knowledge_base.tables import COLUMNS, Row, read_rows

_OF_TEXT = {name: name for name in ("title", "questions", "short", "private")} | {"answer": "full"}
_COLUMN_OF = {name: column for column, name in _OF_TEXT.items()}
_SHARED = tuple(column for column in COLUMNS if column not in {"id", "language", *_OF_TEXT})


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


def import_file(
    file: Path, into: Path, *, approvals: Sequence[Approval] = (), owner: str = "", language: str = "es"
) -> ImportReport:
    """Write one Markdown file for each answer of a CSV, XLSX or JSONL file.

    Rows with one id and several languages become variants of one answer. Content that differs from a known
    answer raises its version, and only the approvals given here hold for it.

    Args:
        file: columns ``id, title, questions, answer, short, tags`` and optionally those of an export.
        into: directory of the knowledge base; made when missing.
        approvals: who approved the file's content; none: they arrive as drafts.
        owner: for rows without one.
        language: for rows without one.

    Raises:
        KnowledgeBaseError: naming file, line and field; nothing has been written then.
    """
    known = load_directory(into) if into.exists() else KnowledgeBase.of([])
    plan = _Plan(file.name, into, known, tuple(approvals), owner)
    for rows in _by_id(read_rows(file), language, file.name).values():
        plan.add(rows)
    _write_all(plan.files)
    return plan.report()


class _Plan:
    """Collects the files to write while checking rows against what is known."""

    def __init__(
        self, name: str, into: Path, known: KnowledgeBase, approvals: tuple[Approval, ...], owner: str
    ) -> None:
        self.files: dict[Path, bytes] = {}
        self._name, self._into, self._approvals, self._owner = name, into, approvals, owner
        self._known = {answer.id: answer for answer in known.answers}
        self._paths = known.files
        self._done: dict[str, list[str]] = {"created": [], "approved": [], "unchanged": [], "drafts": []}
        self._updated: dict[str, int] = {}
        self._shortened: list[str] = []

    def add(self, rows: Mapping[str, Row]) -> None:
        """Check one answer (its rows by language) and plan its file."""
        line = next(iter(rows.values())).line
        answer = self._build(rows)
        old = self._known.get(answer.id)
        if old is None:
            self._done["created"].append(answer.id)
        else:
            answer = self._merge(old, answer, line)
            if answer == old:
                self._done["unchanged"].append(answer.id)
                return
        if not answer.approvals:
            self._done["drafts"].append(answer.id)
        self._place(answer, line)

    def report(self) -> ImportReport:
        """What was done, once the files are written."""
        done = {key: tuple(ids) for key, ids in self._done.items()}
        return ImportReport(updated=dict(self._updated), shortened=tuple(self._shortened), **done)

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
                problem = f"differs from line {first.line}, the same answer in another language"
                raise KnowledgeBaseError.at(self._name, problem, field=key, line=row.line)

    def _text(self, row: Row) -> dict[str, Any]:
        text = {name: row.values[column] for column, name in _OF_TEXT.items() if column in row.values}
        if "short" not in text:
            cut = leading_sentences(str(text["full"]), MAX_SHORT)
            if not cut:
                problem = f"missing, and the first sentence has more than {MAX_SHORT} characters"
                raise KnowledgeBaseError.at(self._name, problem, field="short", line=row.line)
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
        return KnowledgeBaseError.at(self._name, problem_of(first), field=column, line=row.line)

    def _merge(self, old: ApprovedAnswer, new: ApprovedAnswer, line: int) -> ApprovedAnswer:
        if old.withdrawn and not new.withdrawn:
            problem = f"{old.id} is withdrawn: use a new id"
            raise KnowledgeBaseError.at(self._name, problem, field="id", line=line)
        for code, text in old.by_language().items():
            given = new.by_language().get(code)
            if given is None or (text.private and not given.private):
                lost = code if given is None else f"private text in {code}"
                problem = f"{old.id} has a text that the file lacks ({lost}): add it, or remove it first"
                raise KnowledgeBaseError.at(self._name, problem, field="id", line=line)
        ignored = {"version", "approvals"} if self._owner or new.owner else {"version", "approvals", "owner"}
        if old.model_dump(exclude=ignored) == new.model_dump(exclude=ignored):
            added = tuple(approval for approval in new.approvals if approval not in old.approvals)
            if added:
                self._done["approved"].append(old.id)
            return old.model_copy(update={"approvals": (*old.approvals, *added)})
        self._updated[old.id] = old.version + 1
        return new.model_copy(update={"version": old.version + 1})

    def _place(self, answer: ApprovedAnswer, line: int) -> None:
        target = self._into / self._paths.get(answer.id, f"{answer.id}.md")
        if answer.id not in self._paths and target.exists():
            problem = f"{target.name} exists and holds another answer"
            raise KnowledgeBaseError.at(self._name, problem, field="id", line=line)
        data = render_answer(answer, suffix=target.suffix).encode()
        if parse_answer(data, target.name) != answer:  # a text that looks like the format's own marks
            problem = "holds a line '## private' or another mark of the format"
            raise KnowledgeBaseError.at(self._name, problem, field="answer", line=line)
        self.files[target] = data


def _by_id(rows: Sequence[Row], language: str, name: str) -> dict[str, dict[str, Row]]:
    grouped: dict[str, dict[str, Row]] = {}
    for row in rows:
        code = str(row.values.get("language", language))
        same = grouped.setdefault(str(row.values["id"]), {})
        if code in same:
            problem = f"{row.values['id']} is on line {same[code].line} already"
            raise KnowledgeBaseError.at(name, problem, field="id", line=row.line)
        same[code] = row
    return grouped


def _write_all(files: Mapping[Path, bytes]) -> None:
    """Write every file beside its place, then move all in: a full disk leaves nothing changed."""
    staged: list[tuple[str, Path]] = []
    try:
        for target, data in files.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(prefix=".import-", dir=target.parent)
            staged.append((temporary, target))
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            os.chmod(temporary, 0o644)
        for temporary, target in staged:
            os.replace(temporary, target)
    except OSError as error:
        for temporary, _ in staged:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary)
        problem = error.strerror or "cannot be written"
        raise KnowledgeBaseError.at(str(error.filename or "import"), problem) from None
