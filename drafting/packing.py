"""Packing sentences into a channel's limit: what must be said first, then what should, then what may."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from drafting.draft import Sentence
from drafting.joining import count
from drafting.plans import Need
from drafting.selection import Choice

_OVERLAP = 0.35
"""What each content word shared with a sentence already chosen costs a candidate."""
_TRIES = 6
"""Candidates tried for a sentence that should or may go in."""


@dataclass(frozen=True, slots=True)
class Place:
    """A step with its candidates, best first."""

    need: Need
    choices: Sequence[Choice]
    counts: bool = True
    """Whether its sentences count towards the most that a draft of ours may hold (an approved answer's do not)."""


@dataclass(frozen=True, slots=True)
class Room:
    """How much fits."""

    limit: int
    max_sentences: int
    measure: Callable[[Sequence[Sentence]], int]


def pack(places: Sequence[Place], room: Room) -> list[Sentence] | None:
    """Choose one sentence a place, in the places' order; None when what must be said does not fit."""
    chosen: dict[int, Choice] = {}
    for index, place in enumerate(places):
        if place.need == "must":
            best = _best(place, chosen)
            if best is None:
                return None
            chosen[index] = best[0]
    if not _shrink(places, chosen, room):
        return None
    for need in ("should", "may"):
        for index, place in enumerate(places):
            if place.need == need:
                _try(index, place, places, chosen, room)
    return _in_order(chosen)


def _best(place: Place, chosen: dict[int, Choice]) -> list[Choice] | None:
    """Candidates of a place, best first, with those that repeat what is said put back."""
    if not place.choices:
        return None
    said = frozenset[str]().union(*(choice.words for choice in chosen.values())) if chosen else frozenset()
    return sorted(place.choices, key=lambda choice: -(choice.score - _OVERLAP * len(choice.words & said)))


def _try(index: int, place: Place, places: Sequence[Place], chosen: dict[int, Choice], room: Room) -> None:
    for choice in (_best(place, chosen) or [])[:_TRIES]:
        chosen[index] = choice
        if _fits(places, chosen, room):
            return
        del chosen[index]


def _shrink(places: Sequence[Place], chosen: dict[int, Choice], room: Room) -> bool:
    """Swap what must be said for shorter candidates, the longest first, until it fits."""
    settled: set[int] = set()
    while not _fits(places, chosen, room):
        open_ones = [index for index in chosen if index not in settled]
        if not open_ones:
            return False
        longest = max(open_ones, key=lambda index: len(chosen[index].sentence.text))
        settled.add(longest)
        shorter = min(places[longest].choices, key=lambda choice: len(choice.sentence.text))
        if len(shorter.sentence.text) < len(chosen[longest].sentence.text):
            chosen[longest] = shorter
    return True


def _fits(places: Sequence[Place], chosen: dict[int, Choice], room: Room) -> bool:
    ours = sum(count(chosen[index].sentence.text) for index in chosen if places[index].counts)
    return ours <= room.max_sentences and room.measure(_in_order(chosen)) <= room.limit


def _in_order(chosen: dict[int, Choice]) -> list[Sentence]:
    return [chosen[index].sentence for index in sorted(chosen)]
