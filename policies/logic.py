"""What conditions imply: normal forms, contradictions and implications, for proving things about rules.

Sound, not complete: what it says is implied or impossible is so; it may miss some. Used when a policy is
loaded, never while deciding.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product

from policies.conditions import AllOf, AnyOf, Avoids, Condition, Literal, Meets, NoneOf, OneOf, Within

MAX_CASES = 4096
"""Above this many alternatives sets are no longer split member by member."""


@dataclass(frozen=True, slots=True)
class Case:
    """A conjunction: one way for a condition to hold."""

    values: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Single value to what it may be."""
    excluded: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Single value to what it may not be; only where ``values`` says nothing."""
    meets: Mapping[str, frozenset[frozenset[str]]] = field(default_factory=dict)
    """Set to the collections of which it holds at least one member each."""
    avoids: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Set to the members that it lacks."""
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def implies(self, other: "Case") -> bool:
        """Whether everything that meets this case meets the other."""
        return (
            self._values_imply(other)
            and all(
                any(mine <= theirs for mine in self.meets.get(name, frozenset()))
                for name, wanted in other.meets.items()
                for theirs in wanted
            )
            and all(members <= self.avoids.get(name, frozenset()) for name, members in other.avoids.items())
            and all(
                low <= self._range(name)[0] and self._range(name)[1] <= high
                for name, (low, high) in other.ranges.items()
            )
        )

    def literals(self) -> list[Literal]:
        """The case as literals again."""
        return [
            *(OneOf(name, allowed) for name, allowed in self.values.items()),
            *(NoneOf(name, barred) for name, barred in self.excluded.items()),
            *(Meets(name, members) for name, wanted in self.meets.items() for members in wanted),
            *(Avoids(name, members) for name, members in self.avoids.items()),
            *(Within(name, low, high) for name, (low, high) in self.ranges.items()),
        ]

    def _values_imply(self, other: "Case") -> bool:
        for name, allowed in other.values.items():
            if name not in self.values or not self.values[name] <= allowed:
                return False
        for name, barred in other.excluded.items():
            mine = self.values.get(name)
            if mine is not None and not mine.isdisjoint(barred):
                return False
            if mine is None and not barred <= self.excluded.get(name, frozenset()):
                return False
        return True

    def _range(self, name: str) -> tuple[float, float]:
        return self.ranges.get(name, (-math.inf, math.inf))


def cases(condition: Condition, *, closed: Mapping[str, frozenset[str]], split: bool = False) -> list[Case]:
    """Every way for a condition to hold; empty when it cannot.

    Args:
        closed: the full sets of single values that have one, so that "not this" becomes "one of the others".
        split: one case for each member of a collection, so that rules that share the members out are seen.
    """
    found = [merged(literals, closed) for literals in _alternatives(condition)]
    alive = [case for case in found if case is not None]
    if not split:
        return alive
    divided = [part for case in alive for part in _split(case, closed)]
    return divided if len(divided) <= MAX_CASES else alive


def merged(literals: Iterable[Literal], closed: Mapping[str, frozenset[str]]) -> Case | None:
    """The conjunction of literals, or None when it contradicts itself."""
    values: dict[str, frozenset[str]] = {}
    excluded: dict[str, frozenset[str]] = {}
    meets: dict[str, frozenset[frozenset[str]]] = {}
    avoids: dict[str, frozenset[str]] = {}
    ranges: dict[str, tuple[float, float]] = {}
    for literal in literals:
        match literal:
            case OneOf(name, allowed):
                values[name] = values.get(name, allowed) & allowed
            case NoneOf(name, barred):
                excluded[name] = excluded.get(name, frozenset()) | barred
            case Meets(name, members):
                meets[name] = meets.get(name, frozenset()) | {members}
            case Avoids(name, members):
                avoids[name] = avoids.get(name, frozenset()) | members
            case Within(name, low, high):
                before = ranges.get(name, (-math.inf, math.inf))
                ranges[name] = (max(low, before[0]), min(high, before[1]))
    return _closed_up(Case(values, excluded, meets, avoids, ranges), closed)


def _closed_up(case: Case, closed: Mapping[str, frozenset[str]]) -> Case | None:
    """The case with what follows from it added; None when something contradicts."""
    values, excluded = dict(case.values), dict(case.excluded)
    for name, barred in case.excluded.items():
        domain = values.get(name, closed.get(name))
        if domain is not None:
            values[name] = domain - barred
            del excluded[name]
    meets = dict(case.meets)
    if "main_intent" in values:
        # The main intent is one of the intents.
        values["main_intent"] -= case.avoids.get("intents", frozenset())
        meets["intents"] = meets.get("intents", frozenset()) | {values["main_intent"]}
    for name, (low, _) in case.ranges.items():
        if name.startswith("signal.") and low > 0:
            # A signal with a score is present.
            meets["signals"] = meets.get("signals", frozenset()) | {
                frozenset((name.removeprefix("signal."),))
            }
    for name, wanted in meets.items():
        meets[name] = frozenset(members - case.avoids.get(name, frozenset()) for members in wanted)
    empty = (
        not all(values.values())
        or any(not members for wanted in meets.values() for members in wanted)
        or any(low >= high for low, high in case.ranges.values())
    )
    return None if empty else Case(values, excluded, meets, case.avoids, case.ranges)


def _alternatives(condition: Condition) -> list[tuple[Literal, ...]]:
    match condition:
        case AllOf(parts):
            combined = product(*(_alternatives(part) for part in parts))
            return [tuple(literal for chunk in choice for literal in chunk) for choice in combined]
        case AnyOf(parts):
            return [literals for part in parts for literals in _alternatives(part)]
        case _:
            return [(condition,)]


def _split(case: Case, closed: Mapping[str, frozenset[str]]) -> list[Case]:
    """The case once for each choice of single values and of members that its sets hold."""
    dimensions: list[list[Literal]] = [
        [OneOf(name, frozenset((value,))) for value in sorted(allowed)]
        for name, allowed in case.values.items()
    ]
    for name, wanted in case.meets.items():
        dimensions += [
            [Meets(name, frozenset((member,))) for member in sorted(members)] for members in wanted
        ]
    if math.prod(len(options) for options in dimensions) > MAX_CASES:
        return [case]
    rest: list[Literal] = [NoneOf(name, barred) for name, barred in case.excluded.items()]
    rest += [Avoids(name, members) for name, members in case.avoids.items()]
    rest += [Within(name, low, high) for name, (low, high) in case.ranges.items()]
    found = [merged([*choice, *rest], closed) for choice in product(*dimensions)]
    return [part for part in found if part is not None]
