"""What people made of the drafts: acceptance, edits, coverage, and the rules that they overrule."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import median

from sqlalchemy.orm import Session

from cases.decisions import Outcome, Verb
from cases.learning.intervals import share_interval
from cases.learning.judged import Judged, Span, judged
from cases.learning.policy import LearningPolicy
from cases.satisfaction import SatisfactionFigures, satisfaction_figures
from policies.vocabulary import Disposition

EXAMPLES = 5
"""Newest cases that are named for each rule."""


class Dimension(StrEnum):
    """What the figures are told by."""

    DISPOSITION = "disposition"
    INTENT = "intent"
    CHANNEL = "channel"
    LANGUAGE = "language"
    ACCOUNT = "account"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Of some cases. ``judged`` drafts are those that a person sent, changed or put aside."""

    cases: int
    drafted: int
    """Cases with at least one draft."""
    accepted: int
    edited: int
    rejected: int
    """Ignored, or answered in the person's own words."""
    handed_on: int
    """Escalated, and not settled yet."""
    median_edit: float | None
    """Median share of the draft's characters that changed, over the edited ones (Levenshtein by the longer text)."""

    @property
    def judged(self) -> int:
        """Drafts of which it is known what became of them."""
        return self.accepted + self.edited + self.rejected

    @property
    def rate(self) -> float | None:
        """Share of the judged drafts that were sent unchanged."""
        return self.accepted / self.judged if self.judged else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Of the rate, 95 %."""
        return share_interval(self.accepted, self.judged) if self.judged else None

    @property
    def coverage(self) -> float | None:
        """Share of the cases that had a draft to judge."""
        return self.drafted / self.cases if self.cases else None


@dataclass(frozen=True, slots=True)
class Group:
    """The figures of one value of a dimension."""

    dimension: Dimension
    value: str
    figures: Acceptance


@dataclass(frozen=True, slots=True)
class OverruledRule:
    """How often people decided against what a rule, with the others that fired, had decided."""

    rule: str
    decided: int
    """Cases in which it fired and somebody decided."""
    overruled: int
    escalated: int
    ignored: int
    replaced: int
    """Answered in own words, or answered where nothing was to be."""
    share: float
    interval: tuple[float, float]
    enough: bool
    """Whether so many were decided that the share is worth reading."""
    examples: tuple[str, ...]
    """Ids of the newest overruled cases."""


@dataclass(frozen=True, slots=True)
class LearningReport:
    """Everything of a span."""

    span: Span
    total: Acceptance
    groups: tuple[Group, ...]
    overruled: tuple[OverruledRule, ...]
    """The rules overruled most surely first: by the lower end of their interval."""
    satisfaction: SatisfactionFigures


@dataclass(slots=True)
class _Counts:
    cases: int = 0
    drafted: int = 0
    outcomes: dict[Outcome, int] = field(default_factory=dict)
    distances: list[float] = field(default_factory=list)

    def add(self, case: Judged) -> None:
        self.cases += 1
        if not case.drafted:
            return
        self.drafted += 1
        final = case.final
        if final is None:
            if case.taken:
                self._count(Outcome.UNDECIDED)
            return
        self._count(final.outcome)
        if final.outcome is Outcome.SENT_EDITED and final.edit_distance is not None:
            self.distances.append(final.edit_distance)

    def _count(self, outcome: Outcome) -> None:
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1

    def told(self) -> Acceptance:
        return Acceptance(
            cases=self.cases,
            drafted=self.drafted,
            accepted=self.outcomes.get(Outcome.SENT_UNEDITED, 0),
            edited=self.outcomes.get(Outcome.SENT_EDITED, 0),
            rejected=self.outcomes.get(Outcome.DISCARDED, 0),
            handed_on=self.outcomes.get(Outcome.UNDECIDED, 0),
            median_edit=median(self.distances) if self.distances else None,
        )


@dataclass(slots=True)
class _Rule:
    decided: int = 0
    overruled: int = 0
    verbs: dict[Verb, int] = field(default_factory=dict)
    examples: list[str] = field(default_factory=list)

    def add(self, case_id: str, against: frozenset[Verb]) -> None:
        self.decided += 1
        if not against:
            return
        self.overruled += 1
        self.examples = [case_id, *self.examples[: EXAMPLES - 1]]
        for verb in against:
            self.verbs[verb] = self.verbs.get(verb, 0) + 1


def learning_report(session: Session, span: Span, policy: LearningPolicy) -> LearningReport:
    """Work the figures out from what is on record; seconds with 100,000 cases."""
    total = _Counts()
    groups: dict[tuple[Dimension, str], _Counts] = {}
    rules: dict[str, _Rule] = {}
    contradicting = policy.contradicting
    for case in judged(session, span):
        total.add(case)
        for dimension in Dimension:
            groups.setdefault((dimension, getattr(case, dimension.value)), _Counts()).add(case)
        if case.taken:
            against = contradictions(case, contradicting)
            for rule in dict.fromkeys(case.rules):
                rules.setdefault(rule, _Rule()).add(case.case_id, against)
    order = {dimension: number for number, dimension in enumerate(Dimension)}
    return LearningReport(
        span=span,
        total=total.told(),
        groups=tuple(
            Group(dimension, value, counts.told())
            for (dimension, value), counts in sorted(
                groups.items(), key=lambda one: (order[one[0][0]], one[0][1])
            )
        ),
        overruled=tuple(_overruled(rules, policy.overruled.least_decided)),
        satisfaction=satisfaction_figures(session, span.conditions()),
    )


def contradictions(case: Judged, contradicting: Mapping[str, frozenset[str]]) -> frozenset[Verb]:
    """The decisions on a case that contradict what the rules decided."""
    against = contradicting.get(case.disposition, frozenset())
    replaces = case.drafted or case.disposition == Disposition.NO_REPLY
    return frozenset(
        one.verb
        for one in case.taken
        if one.verb.value in against and (one.verb is not Verb.RESPOND or replaces)
    )


def _overruled(rules: Mapping[str, _Rule], least: int) -> Iterable[OverruledRule]:
    found = [
        OverruledRule(
            rule=name,
            decided=rule.decided,
            overruled=rule.overruled,
            escalated=rule.verbs.get(Verb.ESCALATE, 0),
            ignored=rule.verbs.get(Verb.IGNORE, 0),
            replaced=sum(rule.verbs.get(verb, 0) for verb in (Verb.ACCEPT, Verb.EDIT, Verb.RESPOND)),
            share=rule.overruled / rule.decided,
            interval=share_interval(rule.overruled, rule.decided),
            enough=rule.decided >= least,
            examples=tuple(rule.examples),
        )
        for name, rule in rules.items()
        if rule.overruled
    ]
    return sorted(found, key=lambda one: (-one.interval[0], one.rule))
