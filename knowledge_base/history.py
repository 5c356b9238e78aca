"""What happened to each answer, with the text as it was: one append-only file an answer, and diffs between versions."""

import difflib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from knowledge_base.answer import ApprovedAnswer
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.quote import sentences

FOLDER = "_history"
"""Starts with ``_``: holds no answer files."""

_NOT_CONTENT = ("approvals", "submitted", "withdrawal", "withdrawn", "version", "texts", "id")


class Step(StrEnum):
    """What was done."""

    RECORDED = "recorded"
    """First seen: written by hand, before anything was recorded."""
    IMPORTED = "imported"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Event:
    """One step, with the answer as it was after it. ``at`` has an offset."""

    at: datetime
    step: Step
    actor: str
    answer: ApprovedAnswer
    detail: str = ""

    def line(self) -> str:
        """One line of JSON."""
        values: dict[str, Any] = {"at": self.at.isoformat(timespec="seconds"), "step": self.step.value}
        values |= {"actor": self.actor, "detail": self.detail}
        values["answer"] = self.answer.model_dump(mode="json", exclude_defaults=True)
        return json.dumps(values, ensure_ascii=False) + "\n"


def history_file(directory: Path, answer_id: str) -> Path:
    """Where the history of an answer lies."""
    return directory / FOLDER / f"{answer_id}.jsonl"


def read_history(directory: Path, answer_id: str) -> tuple[Event, ...]:
    """The events of an answer, oldest first; none when nothing was recorded.

    Raises:
        KnowledgeBaseError: naming file and line.
    """
    file = history_file(directory, answer_id)
    name = f"{FOLDER}/{file.name}"
    try:
        lines = file.read_bytes().decode("utf-8").splitlines()
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError):
        raise KnowledgeBaseError.at(name, "cannot be read") from None
    return tuple(_event(line, name, number) for number, line in enumerate(lines, start=1) if line.strip())


def appended(directory: Path, events: Sequence[Event]) -> dict[Path, bytes]:
    """The history files with events added, to be written with the answers themselves.

    Raises:
        KnowledgeBaseError: a history is there and cannot be read: it is not overwritten.
    """
    found: dict[Path, bytes] = {}
    for event in events:
        file = history_file(directory, event.answer.id)
        try:
            before = found[file] if file in found else file.read_bytes()
        except FileNotFoundError:
            before = b""
        except OSError as error:
            problem = error.strerror or "cannot be read"
            raise KnowledgeBaseError.at(f"{FOLDER}/{file.name}", problem) from None
        found[file] = before + event.line().encode()
    return found


def version_of(events: Sequence[Event], version: int) -> ApprovedAnswer | None:
    """The last state of a version; None when it was not recorded."""
    return next((event.answer for event in reversed(events) if event.answer.version == version), None)


def difference(one: ApprovedAnswer, other: ApprovedAnswer) -> list[str]:
    """What changed from one version to another, sentence by sentence, as a unified diff without its context."""
    before, after = _lines(one), _lines(other)
    names = f"{one.id}@{one.version}", f"{other.id}@{other.version}"
    diff = difflib.unified_diff(before, after, *names, n=0, lineterm="")
    return [line for line in diff if not line.startswith("@@")]


def _lines(answer: ApprovedAnswer) -> list[str]:
    values = answer.model_dump(mode="json", exclude_defaults=True)
    lines = [f"{key}: {_shown(value)}" for key, value in values.items() if key not in _NOT_CONTENT]
    for language, text in answer.by_language().items():
        lines += [
            f"{language}.title: {text.title}",
            *(f"{language}.questions: {one}" for one in text.questions),
        ]
        for name, said in (("short", text.short), ("full", text.full), ("private", text.private)):
            lines += [f"{language}.{name}: {sentence}" for sentence in sentences(said or "")]
    return lines


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _event(line: str, name: str, number: int) -> Event:
    try:
        values = json.loads(line)
        at = datetime.fromisoformat(values["at"])
        answer = ApprovedAnswer.model_validate(values["answer"])
        return Event(at, Step(values["step"]), str(values["actor"]), answer, str(values.get("detail", "")))
    except (ValueError, KeyError, TypeError, ValidationError):
        raise KnowledgeBaseError.at(name, "not an event of a history", line=number) from None
