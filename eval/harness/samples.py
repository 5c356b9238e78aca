"""A labelled message and what is known of it: the unit that is run, judged and resampled."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cases.message import Message
from models.training.tagging_corpora import occurrences

LENGTHS = ((10, "1-10"), (30, "11-30"), (60, "31-60"))
"""Words of a message, upper bound and name; longer ones are ``61+``."""
LONGEST = "61+"
MASK = "▇▇▇"
DIMENSIONS = ("language", "variety", "channel", "length")
"""How figures are broken down."""

Place = tuple[int, int]
"""Half-open code-point offsets."""


@dataclass(frozen=True, slots=True)
class Target:
    """What the label says. None: not labelled, so nothing is judged by it."""

    intents: tuple[str, ...] | None = None
    flags: frozenset[str] | None = None
    disposition: str | None = None
    emotion: str | None = None
    relevance: str | None = None
    personal: tuple[str, ...] | None = field(default=None, repr=False)
    health: tuple[str, ...] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Sample:
    """One labelled message. ``invented``: of invented people, so that its text may stand in a report."""

    id: str
    message: Message
    target: Target
    language: str
    variety: str
    invented: bool = True

    @property
    def groups(self) -> dict[str, str]:
        """The group of the sample in every dimension."""
        return {
            "language": self.language,
            "variety": self.variety,
            "channel": self.message.channel.value,
            "length": length_of(self.message.text),
        }

    def shown(self, found: Iterable[Place]) -> str:
        """The text as results may hold it: whole when invented, else without what was found or labelled."""
        text = self.message.text
        if self.invented:
            return text
        labelled = (*(self.target.personal or ()), *(self.target.health or ()))
        return masked(text, [*found, *(place for value in labelled for place in occurrences(text, value))])


def length_of(text: str) -> str:
    """The name of the length group of a text."""
    words = len(text.split())
    return next((name for most, name in LENGTHS if words <= most), LONGEST)


def masked(text: str, places: Iterable[Place]) -> str:
    """The text with each place, and each run of places that touch, replaced by a mask."""
    parts: list[str] = []
    at = 0
    open_mask = False
    for start, end in sorted(places):
        if end <= at:
            continue
        if start > at or not open_mask:
            parts += [text[at : max(start, at)], MASK]
        at, open_mask = end, True
    return "".join([*parts, text[at:]])


def as_json(target: Target) -> Mapping[str, object]:
    """The labels that results may hold: codes, never the labelled strings."""
    written = {
        "intents": list(target.intents) if target.intents is not None else None,
        "flags": sorted(target.flags) if target.flags is not None else None,
        "disposition": target.disposition,
        "emotion": target.emotion,
        "relevance": target.relevance,
    }
    return {name: value for name, value in written.items() if value is not None}
