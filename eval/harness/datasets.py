"""The labelled data that comes with the product, as samples of a split."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from cases.message import Message, Turn
from eval.harness.errors import NothingToJudgeError
from eval.harness.own_data import OwnData
from eval.harness.samples import Sample, Target
from eval.splits import Split
from models.training.messages import LabelledMessage, read_messages
from policies.vocabulary import Channel, Visibility

DATA = Path(__file__).resolve().parent.parent / "data"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Request:
    """What to evaluate on: a split of the product's data, or a customer's own."""

    split: Split = Split.DEV
    limit: int | None = None
    own: OwnData | None = None
    data: Path = DATA

    def cut(self, items: Sequence[T], name: Callable[[T], str]) -> list[T]:
        """At most ``limit`` items, always the same ones, spread by the hash of their ids; in their own order."""
        if self.limit is None or len(items) <= self.limit:
            return list(items)
        order = sorted(range(len(items)), key=lambda at: hashlib.sha256(name(items[at]).encode()).digest())
        return [items[at] for at in sorted(order[: self.limit])]

    def samples(self) -> list[Sample]:
        """The labelled messages.

        Raises:
            NothingToJudgeError: there are none.
        """
        if self.own is not None:
            samples = list(self.own.samples)
        else:
            rows = read_messages(self.data / "messages", self.split.value)
            samples = [sample_of(row) for row in rows]
        if not samples:
            raise NothingToJudgeError("no labelled messages to evaluate on")
        return self.cut(samples, lambda sample: sample.id)

    def message_files(self) -> tuple[Path, ...]:
        """The files that ``samples`` reads."""
        if self.own is not None:
            return (self.own.file,)
        folder = self.data / "messages"
        return (*sorted(folder.glob("messages_*.jsonl")), folder / "splits.json")


def sample_of(row: LabelledMessage) -> Sample:
    """A labelled row as a sample. Its language is not told to the pipeline, which has to find it."""
    message = Message(
        id=row.id,
        text=row.text,
        channel=Channel(row.channel),
        visibility=Visibility(row.visibility),
        thread=tuple(Turn(role=turn.role, text=turn.text) for turn in row.thread),
    )
    target = Target(
        intents=tuple(intent.value for intent in row.intents),
        flags=frozenset(flag.value for flag in row.flags),
        disposition=row.disposition.value,
        emotion=row.emotion.value,
        relevance=row.relevance.value if row.relevance is not None else None,
        personal=tuple(row.personal),
        health=tuple(row.health),
    )
    return Sample(row.id, message, target, row.language.value, row.variety)
