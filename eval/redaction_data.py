"""Labelled messages for the measures of redaction: reading, gold spans, and what belongs to which split."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.splits import FIRST, Split, load
from models.spans import HEALTH_ENTITIES
from models.training.tagging_corpora import occurrences

UNTYPED = ("personal", "health")
"""Kinds of gold strings in messages that are not labelled by typed spans."""
HEALTH_LABELS = HEALTH_ENTITIES | {"PREGNANCY"}
DEVELOPMENT_FOLDS = frozenset(range(7))
"""Of ten folds by the message id's hash, 0 to 6 of the first version's files were looked at while the patterns
were written, whatever their split; 7 to 9 were not."""


@dataclass(frozen=True, slots=True)
class Gold:
    """One labelled span of a message: half-open code-point offsets."""

    entity: str
    start: int
    end: int
    health: bool


@dataclass(frozen=True, slots=True)
class Message:
    """One labelled message."""

    id: str
    text: str
    file: str
    """Stem of the file it stands in."""
    language: str
    variety: str
    channel: str
    gold: tuple[Gold, ...]
    allowed: tuple[str, ...]
    """Names of the account's own that its author named; they are no personal data."""
    typed: bool
    """Labelled by typed spans; else by strings that are personal or health, wherever they stand."""


def fold_of(message_id: str) -> int:
    """Return the fold, 0 to 9, by the id's hash."""
    return int(hashlib.sha256(message_id.encode()).hexdigest(), 16) % 10


def read_messages(path: Path) -> Iterator[Message]:
    """Read labelled messages from a file of JSON lines."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield Message(
            id=row["id"],
            text=row["text"],
            file=path.stem,
            language=row["language"],
            variety=row["variety"],
            channel=row["channel"],
            gold=_gold(row),
            allowed=_allowed(row),
            typed="entities" in row,
        )


def read_split(paths: Iterable[Path], split: Split, *, untouched: bool = False) -> list[Message]:
    """Read the messages of one split, as the ``splits.json`` beside each file has it.

    ``untouched`` leaves out rows of the first version's files (``FIRST``) in folds 0 to 6, which the patterns
    were written with in view; files added later count in full. Raises ValueError for a row without a split.
    """
    chosen: list[Message] = []
    for path in paths:
        splits = load(path.parent)
        for message in read_messages(path):
            if message.id not in splits:
                raise ValueError(f"{path.name}: {message.id} has no split; run python -m eval.splits")
            seen = message.file in FIRST and fold_of(message.id) in DEVELOPMENT_FOLDS
            if splits[message.id] is split and not (untouched and seen):
                chosen.append(message)
    return chosen


def _gold(row: dict[str, Any]) -> tuple[Gold, ...]:
    if "entities" in row:
        return tuple(
            Gold(e["type"], e["start"], e["end"], e["type"] in HEALTH_LABELS) for e in row["entities"]
        )
    return gold_strings(row["text"], row)


def gold_strings(text: str, row: dict[str, Any]) -> tuple[Gold, ...]:
    """Return the places of a row's personal and health strings in a text, wherever they stand."""
    return tuple(
        Gold(kind, start, end, kind == "health")
        for kind in UNTYPED
        for value in row.get(kind, ())
        for start, end in occurrences(text, value)
    )


def _allowed(row: dict[str, Any]) -> tuple[str, ...]:
    """Return the account's own names that the row's note gives ("not personal: A | B")."""
    _, found, names = str(row.get("note", "")).partition("not personal: ")
    return tuple(name.strip() for name in names.split("|")) if found else ()
