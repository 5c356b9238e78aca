"""What counts as a leak, as over-redaction and as found health data; figures with 95 % intervals over messages.

Leak: a gold personal string of which a run of at least three letters or digits (all of them, when it has fewer)
is still visible at its place. Over-redaction: words outside gold personal and health strings that are masked, if
only in part, over all such words. Health: a gold health string counts as found when at least half of its letters
and digits are masked. A gold span has the right type when any finding that touches it says so.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from eval.intervals import Rate, rate
from eval.redaction_data import Gold, Message
from models.spans import Span

_WORD = re.compile(r"\w+")
MIN_RUN = 3
LEAST = 10
"""Messages of a group that has a line of its own; smaller ones say nothing alone and are counted together."""
OTHERS = f"others (under {LEAST} messages each)"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one gold span. ``failed``: it leaked, or for health data, was not found."""

    gold: Gold
    failed: bool
    right_type: bool


@dataclass(frozen=True, slots=True)
class Masked:
    """An innocent word that was masked, and the type of the finding that did it."""

    start: int
    end: int
    entity: str


@dataclass(frozen=True, slots=True)
class Scored:
    """One message with what became of its gold spans and of its other words."""

    message: Message
    outcomes: tuple[Outcome, ...]
    innocent: int
    """Words outside all gold spans."""
    masked: tuple[Masked, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """The three measures over messages."""

    messages: int
    leak: Rate
    """Of gold personal strings."""
    over: Rate
    """Of innocent words."""
    health: Rate
    """Of gold health strings: recall."""


@dataclass(frozen=True, slots=True)
class EntityFigures:
    """The measures of one type of gold span."""

    health: bool
    failed: Rate
    """Leaked, or for health data, not found."""
    right_type: Rate


def score(message: Message, found: Iterable[Span]) -> Scored:
    """Compare the spans that a system masks in a message with its gold spans."""
    spans = tuple(found)
    visible = [True] * len(message.text)
    for span in spans:
        visible[span.start : span.end] = [False] * (span.end - span.start)
    words = [
        word.span()
        for word in _WORD.finditer(message.text)
        if not any(gold.start < word.end() and gold.end > word.start() for gold in message.gold)
    ]
    return Scored(
        message=message,
        outcomes=tuple(_outcome(message.text, gold, visible, spans) for gold in message.gold),
        innocent=len(words),
        masked=tuple(
            Masked(start, end, _entity_at(start, end, spans))
            for start, end in words
            if not all(visible[start:end])
        ),
    )


def _outcome(text: str, gold: Gold, visible: Sequence[bool], spans: Sequence[Span]) -> Outcome:
    failed = (_unfound if gold.health else _leaked)(text, gold, visible)
    label = "HEALTH_CONDITION" if gold.entity == "PREGNANCY" else gold.entity
    right = any(s.start < gold.end and s.end > gold.start and s.entity_type == label for s in spans)
    return Outcome(gold, failed, right)


def _leaked(text: str, gold: Gold, visible: Sequence[bool]) -> bool:
    value = text[gold.start : gold.end]
    left = "".join(
        char if visible[gold.start + offset] and char.isalnum() else " " for offset, char in enumerate(value)
    )
    size = sum(char.isalnum() for char in value)
    return any(len(run) >= min(MIN_RUN, size) for run in left.split())


def _unfound(text: str, gold: Gold, visible: Sequence[bool]) -> bool:
    places = [index for index in range(gold.start, gold.end) if text[index].isalnum()]
    return sum(not visible[index] for index in places) * 2 < len(places)


def _entity_at(start: int, end: int, spans: Iterable[Span]) -> str:
    return next(span.entity_type for span in spans if span.start < end and span.end > start)


def figures(scored: Sequence[Scored]) -> Figures:
    """Return the three measures over messages, with intervals."""

    def over_messages(count: Callable[[Scored], tuple[int, int]]) -> Rate:
        return rate(np.array([count(each) for each in scored], dtype=np.int64).reshape(-1, 2))

    return Figures(
        messages=len(scored),
        leak=over_messages(lambda each: _count(o.failed for o in each.outcomes if not o.gold.health)),
        over=over_messages(lambda each: (len(each.masked), each.innocent)),
        health=over_messages(lambda each: _count(not o.failed for o in each.outcomes if o.gold.health)),
    )


def grouped(scored: Iterable[Scored], key: Callable[[Message], str]) -> dict[str, Figures]:
    """Return the measures of every group of messages, the largest first and small ones together at the end."""
    groups: dict[str, list[Scored]] = defaultdict(list)
    for each in scored:
        groups[key(each.message)].append(each)
    large = {name: part for name, part in groups.items() if len(part) >= LEAST}
    small = [each for name, part in groups.items() if name not in large for each in part]
    ordered = sorted(large.items(), key=lambda group: (-len(group[1]), group[0]))
    return {name: figures(part) for name, part in [*ordered, *([(OTHERS, small)] if small else [])]}


def by_entity(scored: Sequence[Scored]) -> Mapping[str, EntityFigures]:
    """Return the measures of every type of gold span, the most frequent first."""
    groups: dict[str, list[list[Outcome]]] = defaultdict(list)
    for each in scored:
        for entity in {outcome.gold.entity for outcome in each.outcomes}:
            groups[entity].append([outcome for outcome in each.outcomes if outcome.gold.entity == entity])
    found = {
        entity: EntityFigures(
            health=parts[0][0].gold.health,
            failed=rate(np.array([_count(o.failed for o in part) for part in parts], dtype=np.int64)),
            right_type=rate(np.array([_count(o.right_type for o in part) for part in parts], dtype=np.int64)),
        )
        for entity, parts in groups.items()
    }
    return dict(sorted(found.items(), key=lambda item: (-item[1].failed.whole, item[0])))


def _count(flags: Iterable[bool]) -> tuple[int, int]:
    listed = list(flags)
    return sum(listed), len(listed)
