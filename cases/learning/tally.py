"""Counts of what people made of drafts, that can be added to each other: of a day, kept as JSON, or of a whole span."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from heapq import nlargest
from typing import Any, NamedTuple

from cases.canonical import canonical_json
from cases.decisions import Outcome
from cases.learning.judged import Judged, week_of

EXAMPLES = 5
"""Newest cases that are named for each rule."""
GRADES = 5
"""Grades that a customer can give, from 1."""


class Dimension(StrEnum):
    """What the figures are told by."""

    DISPOSITION = "disposition"
    INTENT = "intent"
    CHANNEL = "channel"
    LANGUAGE = "language"
    ACCOUNT = "account"
    WEEK = "week"


OF_A_CASE = (Dimension.DISPOSITION, Dimension.INTENT, Dimension.CHANNEL, Dimension.LANGUAGE)
"""What cases of one day and account differ in; the others are the day's own."""
_TOLD = (Outcome.SENT_UNEDITED, Outcome.SENT_EDITED, Outcome.DISCARDED, Outcome.UNDECIDED)


@dataclass(slots=True)
class Counts:
    """Of some cases: how many, with a draft, what became of the drafts, and how much was changed."""

    cases: int = 0
    drafted: int = 0
    outcomes: list[int] = field(default_factory=lambda: [0] * len(_TOLD))
    distances: list[float] = field(default_factory=list)

    def of(self, outcome: Outcome) -> int:
        """How many drafts ended so."""
        return self.outcomes[_TOLD.index(outcome)]

    def add(self, drafted: bool, outcome: Outcome | None, distance: float | None) -> None:
        """Count a case."""
        self.cases += 1
        if not drafted:
            return
        self.drafted += 1
        if outcome is not None:
            self.outcomes[_TOLD.index(outcome)] += 1
        if distance is not None:
            self.distances.append(distance)

    def join(self, told: list[Any]) -> None:
        """Add what ``plain`` gave."""
        cases, drafted, outcomes, distances = told
        self.cases += cases
        self.drafted += drafted
        self.outcomes = [one + other for one, other in zip(self.outcomes, outcomes, strict=True)]
        self.distances += distances

    def plain(self) -> list[Any]:
        """As JSON values."""
        return [self.cases, self.drafted, self.outcomes, sorted(self.distances)]


class Kind(NamedTuple):
    """What cases in which a rule fired have in common: whether people overruled it follows from that, by policy."""

    disposition: str
    drafted: bool
    verbs: tuple[str, ...]
    """What people decided; each once, sorted."""

    @classmethod
    def of(cls, text: str) -> "Kind":
        """Read what ``text`` wrote."""
        disposition, drafted, *verbs = text.split(" ")
        return cls(disposition, drafted == "1", tuple(verbs))

    def text(self) -> str:
        """As a key."""
        return " ".join((self.disposition, str(int(self.drafted)), *self.verbs))


@dataclass(slots=True)
class Fired:
    """How many decided cases, and the newest of them: their ids, or places in the lists of ids of days."""

    decided: int = 0
    ids: list[str] = field(default_factory=list)
    days: list[int] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    """For each of ``days``, numbers between blanks. As text: 100,000 short lists would keep Python's collector busy."""

    def newest(self, lists: Sequence[Sequence[str]]) -> list[str]:
        """The newest cases, the newest first; ``lists`` of ids, by day."""
        told = zip(self.days, self.places, strict=True)
        joined = [lists[day][int(place)] for day, places in told for place in places.split()]
        return nlargest(EXAMPLES, [*self.ids, *joined])


@dataclass(slots=True)
class Tally:
    """Everything that the report tells of, in counts."""

    total: Counts = field(default_factory=Counts)
    groups: dict[tuple[Dimension, str], Counts] = field(default_factory=dict)
    rules: dict[str, dict[str, Fired]] = field(default_factory=dict)
    """By rule and ``Kind``."""
    ids: list[list[str]] = field(default_factory=list)
    """Of the days that were joined."""
    answered: int = 0
    grades: list[int] = field(default_factory=lambda: [0] * GRADES)

    def add(self, case: Judged, dimensions: Iterable[Dimension] = OF_A_CASE) -> None:
        """Count a case; ``join`` knows account and week by itself."""
        final = case.final
        outcome = final.outcome if final is not None else Outcome.UNDECIDED if case.taken else None
        distance = final.edit_distance if final is not None and outcome is Outcome.SENT_EDITED else None
        self.total.add(case.drafted, outcome, distance)
        for dimension in dimensions:
            self._group(dimension, getattr(case, dimension.value)).add(case.drafted, outcome, distance)
        if case.taken:
            verbs = tuple(sorted({one.verb.value for one in case.taken}))
            kind = Kind(case.disposition, case.drafted, verbs).text()
            for rule in dict.fromkeys(case.rules):
                self._fire(rule, kind, 1).ids.append(case.case_id)

    def rate(self, score: int | None) -> None:
        """Count a case to which something was sent, with the customer's grade where there is one."""
        self.answered += 1
        if score is not None:
            self.grades[score - 1] += 1

    def text(self) -> str:
        """The counts of a day as canonical JSON, for ``join``."""
        by: dict[str, dict[str, list[Any]]] = {}
        for (dimension, value), counts in self.groups.items():
            by.setdefault(dimension.value, {})[value] = counts.plain()
        ids: dict[str, int] = {}
        rules = {
            rule: {kind: self._fired_text(one, ids) for kind, one in sorted(kinds.items())}
            for rule, kinds in sorted(self.rules.items())
        }
        return canonical_json(
            {
                "total": self.total.plain(),
                "by": by,
                "rules": rules,
                "ids": list(ids),
                "answered": self.answered,
                "grades": [*self.grades],
            }
        )

    def join(self, account: str, day: date, text: str) -> None:
        """Add the counts of a day of an account."""
        told = json.loads(text)
        self.total.join(told["total"])
        if told["total"][0]:
            self._group(Dimension.ACCOUNT, account).join(told["total"])
            self._group(Dimension.WEEK, week_of(day)).join(told["total"])
        for dimension in OF_A_CASE:
            for value, counts in told["by"].get(dimension.value, {}).items():
                self._group(dimension, value).join(counts)
        number = len(self.ids)
        self.ids.append(told["ids"])
        for rule, kinds in told["rules"].items():
            for kind, fired in kinds.items():
                decided, _, places = fired.partition(" ")
                found = self._fire(rule, kind, int(decided))
                found.days.append(number)
                found.places.append(places)
        self.answered += told["answered"]
        self.grades = [one + other for one, other in zip(self.grades, told["grades"], strict=True)]

    def _group(self, dimension: Dimension, value: str) -> Counts:
        found = self.groups.get((dimension, value))
        if found is None:
            found = self.groups[dimension, value] = Counts()
        return found

    def _fired_text(self, one: Fired, ids: dict[str, int]) -> str:
        places = [ids.setdefault(case_id, len(ids)) for case_id in one.newest(self.ids)]
        return " ".join(str(number) for number in (one.decided, *places))

    def _fire(self, rule: str, kind: str, decided: int) -> Fired:
        kinds = self.rules.get(rule)
        if kinds is None:
            kinds = self.rules[rule] = {}
        found = kinds.get(kind)
        if found is None:
            found = kinds[kind] = Fired()
        found.decided += decided
        return found
