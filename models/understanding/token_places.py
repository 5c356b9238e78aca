"""Where the patterns of a lexicon match a text, and what is near a match."""

from bisect import bisect_right
from dataclasses import dataclass, field

Place = tuple[int, int]
"""A match as (first token, one past the last)."""


@dataclass(slots=True)
class Places:
    """Matches by their first token, for looking up what is near: all of them end to end would take too long."""

    matches: list[Place] = field(default_factory=list)
    _firsts: list[int] = field(default_factory=list)
    _furthest: list[int] = field(default_factory=list)
    """Where the matches up to each one reach to."""

    def add(self, first: int, last: int) -> None:
        """Add a match that begins no earlier than those before it."""
        self.matches.append((first, last))
        self._firsts.append(first)
        self._furthest.append(max(last, self._furthest[-1]) if self._furthest else last)

    def near(self, place: Place, reach: int) -> bool:
        """Whether at most so many tokens lie between a place and one of the matches; none where they overlap."""
        begun = bisect_right(self._firsts, place[1] + reach)
        return begun > 0 and place[0] - self._furthest[begun - 1] <= reach

    def lead(self, place: Place) -> bool:
        """Whether one of the matches begins no later than a place and ends where it begins, or within or past it."""
        begun = bisect_right(self._firsts, place[0])
        return begun > 0 and self._furthest[begun - 1] >= place[0]


NOWHERE = Places()
"""Of a pattern that matches nowhere."""
