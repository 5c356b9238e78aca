"""What was drafted for a message, with all that a check apart needs to judge it: plain values, no type of ours."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class DraftedSentence:
    """A sentence of a draft as the draft declares it."""

    text: str
    source: str
    role: str


@dataclass(frozen=True, slots=True)
class DraftedText:
    """One draft. ``length`` and ``limit`` are what it says of itself, in the channel's units."""

    audience: str
    text: str
    length: int
    limit: int
    sentences: tuple[DraftedSentence, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """One message and its drafts. Texts are of invented people only."""

    id: str
    text: str
    channel: str
    language: str
    """Of the label."""
    answered_in: str
    """Language that the drafts are written in; ``und`` when none of ours."""
    labelled: str
    """Disposition of the label; empty when there is none."""
    disposition: str
    emotion: str
    flags: tuple[str, ...]
    evidence: tuple[tuple[str, int], ...]
    """Id and version of the approved answers found; none when the search abstained."""
    safety_numbers: tuple[str, ...]
    tracking_code: str
    customer_name: str
    product: str
    said_before: tuple[str, ...]
    """What agents wrote earlier in the thread."""
    drafter: str
    turned_down_for: tuple[str, ...]
    """Rules that better candidates broke."""
    drafts: tuple[DraftedText, ...]


def write_records(records: Iterable[Record], path: Path) -> None:
    """Write a record a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(asdict(record), ensure_ascii=False) for record in records]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def read_records(path: Path) -> Iterator[Record]:
    """Read what ``write_records`` wrote."""
    for line in path.read_text(encoding="utf-8").splitlines():
        yield _record(json.loads(line))


def _record(row: dict[str, Any]) -> Record:
    drafts = tuple(
        DraftedText(**{**draft, "sentences": tuple(DraftedSentence(**each) for each in draft["sentences"])})
        for draft in row["drafts"]
    )
    tuples = ("flags", "safety_numbers", "said_before", "turned_down_for")
    evidence = tuple((name, version) for name, version in row["evidence"])
    return Record(
        **{**row, "drafts": drafts, "evidence": evidence, **{name: tuple(row[name]) for name in tuples}}
    )
