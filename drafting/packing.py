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
_SWAPS = 12
"""Candidates looked at for a shorter way to say something."""
_WORTH = 1.5
"""How much less a shorter wording may fit: half of what naming the topic is worth."""
_SAME = 0.6
"""From this share of its content words said already, a sentence that may be left out is left out."""
_TWICE = 6.0
"""What it costs to name an address or link that is named already: more than any condition gives."""


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
            if place.need != need or _try(index, place, places, chosen, room):
                continue
            if need == "should":
                _make_room(index, place, places, chosen, room)
    return _in_order(chosen)


def _best(place: Place, chosen: dict[int, Choice]) -> list[Choice] | None:
    """Candidates of a place, best first, with those that repeat what is said put back."""
    if not place.choices:
        return None
    said, named = _said(chosen)
    return sorted(
        place.choices,
        key=lambda choice: (
            _OVERLAP * len(choice.words & said) + _TWICE * bool(choice.places & named) - choice.score
        ),
    )


def _said(chosen: dict[int, Choice]) -> tuple[frozenset[str], frozenset[str]]:
    """Content words and places of what is chosen."""
    none: frozenset[str] = frozenset()
    return (
        none.union(*(choice.words for choice in chosen.values())),
        none.union(*(choice.places for choice in chosen.values())),
    )


def _again(choice: Choice, chosen: dict[int, Choice]) -> bool:
    """Whether a sentence would say, or point to, what is there already."""
    said, named = _said(chosen)
    return bool(choice.places & named) or len(choice.words & said) >= _SAME * max(len(choice.words), 1)


def _try(index: int, place: Place, places: Sequence[Place], chosen: dict[int, Choice], room: Room) -> bool:
    """Put in the best candidate that fits and says something new; whether there was one."""
    fresh = [choice for choice in _best(place, chosen) or [] if not _again(choice, chosen)]
    for choice in fresh[:_TRIES]:
        chosen[index] = choice
        if _fits(places, chosen, room):
            return True
        del chosen[index]
    return not fresh


def _make_room(
    index: int, place: Place, places: Sequence[Place], chosen: dict[int, Choice], room: Room
) -> None:
    """Say one thing shorter, of the same worth or nearly, so that what should be said fits as well."""
    for other in sorted(chosen, key=lambda number: -len(chosen[number].sentence.text)):
        said = chosen[other]
        shorter = (
            choice
            for choice in places[other].choices[:_SWAPS]
            if len(choice.sentence.text) < len(said.sentence.text) and choice.score >= said.score - _WORTH
        )
        for choice in sorted(shorter, key=lambda each: len(each.sentence.text))[:1]:
            chosen[other] = choice
            if _try(index, place, places, chosen, room):
                return
            chosen[other] = said


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
