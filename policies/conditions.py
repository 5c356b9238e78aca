"""Conditions of rules as a small tree: what a single value is, what a set holds, where a number lies."""

import math
from dataclasses import dataclass

from policies.view import View


@dataclass(frozen=True, slots=True)
class OneOf:
    """A single value is among the allowed ones."""

    name: str
    allowed: frozenset[str]

    def holds(self, view: View) -> bool:
        """Whether the view meets the condition."""
        return view.value(self.name) in self.allowed


@dataclass(frozen=True, slots=True)
class NoneOf:
    """A single value is not among the excluded ones."""

    name: str
    excluded: frozenset[str]

    def holds(self, view: View) -> bool:
        """Whether the view meets the condition."""
        return view.value(self.name) not in self.excluded


@dataclass(frozen=True, slots=True)
class Meets:
    """A set holds at least one of the members."""

    name: str
    members: frozenset[str]

    def holds(self, view: View) -> bool:
        """Whether the view meets the condition."""
        return not self.members.isdisjoint(view.members(self.name))


@dataclass(frozen=True, slots=True)
class Avoids:
    """A set holds none of the members."""

    name: str
    members: frozenset[str]

    def holds(self, view: View) -> bool:
        """Whether the view meets the condition."""
        return self.members.isdisjoint(view.members(self.name))


@dataclass(frozen=True, slots=True)
class Within:
    """A number lies in ``[low, high)``."""

    name: str
    low: float = -math.inf
    high: float = math.inf

    def holds(self, view: View) -> bool:
        """Whether the view meets the condition."""
        return self.low <= view.number(self.name) < self.high


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds; true when there is none."""

    parts: tuple["Condition", ...]

    def holds(self, view: View) -> bool:
        """Whether the view meets the condition."""
        return all(part.holds(view) for part in self.parts)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple["Condition", ...]

    def holds(self, view: View) -> bool:
        """Whether the view meets the condition."""
        return any(part.holds(view) for part in self.parts)


Literal = OneOf | NoneOf | Meets | Avoids | Within
Condition = Literal | AllOf | AnyOf


def negated(condition: Condition) -> Condition:
    """The condition that holds exactly when the given one does not."""
    match condition:
        case OneOf(name, allowed):
            return NoneOf(name, allowed)
        case NoneOf(name, excluded):
            return OneOf(name, excluded)
        case Meets(name, members):
            return Avoids(name, members)
        case Avoids(name, members):
            return Meets(name, members)
        case Within(name, low, high):
            outside = [Within(name, high=low)] if low > -math.inf else []
            outside += [Within(name, low=high)] if high < math.inf else []
            return outside[0] if len(outside) == 1 else AnyOf(tuple(outside))
        case AllOf(parts):
            return AnyOf(tuple(negated(part) for part in parts))
        case AnyOf(parts):
            return AllOf(tuple(negated(part) for part in parts))
