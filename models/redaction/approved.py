"""Sentences that were approved and stand in a text as they are: nothing in them is anybody's data."""

from collections.abc import Iterable, Iterator

Place = tuple[int, int]
"""Code-point offsets, half open."""


def approved_places(text: str, sentences: Iterable[str]) -> list[Place]:
    """Where any of these sentences stand in a text, in order; a blank one stands nowhere."""
    return sorted({place for one in sentences if one.strip() for place in _places(text, one)})


def stands_within(start: int, end: int, places: Iterable[Place]) -> bool:
    """Whether a stretch lies in one of these places."""
    return any(first <= start and end <= past for first, past in places)


def _places(text: str, sentence: str) -> Iterator[Place]:
    start = text.find(sentence)
    while start >= 0:
        yield start, start + len(sentence)
        start = text.find(sentence, start + len(sentence))
