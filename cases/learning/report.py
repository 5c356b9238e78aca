"""What people made of the drafts: acceptance, edits, coverage, and the rules that they overrule."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import nlargest
from statistics import median

from sqlalchemy.orm import Session

from cases.audit import utc_now
from cases.decisions import Outcome, Verb
from cases.learning.intervals import share_interval
from cases.learning.judged import Span, judged
from cases.learning.policy import LearningPolicy
from cases.learning.tally import EXAMPLES, Counts, Dimension, Fired, Kind, Tally
from cases.satisfaction import SatisfactionFigures, figures_of, satisfaction_figures
from policies.vocabulary import Disposition


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
    as_of: datetime
    """All that was recorded until then counts."""
    total: Acceptance
    groups: tuple[Group, ...]
    overruled: tuple[OverruledRule, ...]
    """The rules overruled most surely first: by the lower end of their interval."""
    satisfaction: SatisfactionFigures


@dataclass(slots=True)
class _Rule:
    decided: int = 0
    overruled: int = 0
    verbs: dict[Verb, int] = field(default_factory=dict)
    newest: list[str] = field(default_factory=list)

    def add(self, fired: Fired, against: frozenset[Verb], ids: Sequence[Sequence[str]]) -> None:
        self.decided += fired.decided
        if not against:
            return
        self.overruled += fired.decided
        self.newest += fired.newest(ids)
        for verb in against:
            self.verbs[verb] = self.verbs.get(verb, 0) + fired.decided


def learning_report(
    session: Session, span: Span, policy: LearningPolicy, *, as_of: datetime | None = None
) -> LearningReport:
    """Work the figures out from the cases themselves; many seconds with 100,000 (see ``cases.learning.summary``)."""
    tally = Tally()
    for case in judged(session, span):
        tally.add(case, Dimension)
    figures = satisfaction_figures(session, span.conditions())
    return _report(tally, span, policy, figures, as_of or utc_now())


def report_of(tally: Tally, span: Span, policy: LearningPolicy, *, as_of: datetime) -> LearningReport:
    """The report of counts that are there already."""
    return _report(tally, span, policy, figures_of(tally.grades, answered=tally.answered), as_of)


def _report(
    tally: Tally, span: Span, policy: LearningPolicy, satisfaction: SatisfactionFigures, as_of: datetime
) -> LearningReport:
    order = {dimension: number for number, dimension in enumerate(Dimension)}
    groups = sorted(tally.groups.items(), key=lambda one: (order[one[0][0]], one[0][1]))
    return LearningReport(
        span=span,
        as_of=as_of,
        total=_told(tally.total),
        groups=tuple(Group(dimension, value, _told(counts)) for (dimension, value), counts in groups),
        overruled=tuple(_overruled(tally, policy)),
        satisfaction=satisfaction,
    )


def _told(counts: Counts) -> Acceptance:
    return Acceptance(
        cases=counts.cases,
        drafted=counts.drafted,
        accepted=counts.of(Outcome.SENT_UNEDITED),
        edited=counts.of(Outcome.SENT_EDITED),
        rejected=counts.of(Outcome.DISCARDED),
        handed_on=counts.of(Outcome.UNDECIDED),
        median_edit=median(counts.distances) if counts.distances else None,
    )


def contradictions(
    disposition: str, drafted: bool, verbs: Iterable[Verb], contradicting: Mapping[str, frozenset[str]]
) -> frozenset[Verb]:
    """The decisions that contradict what the rules decided on a case; ``contradicting`` by disposition."""
    against = contradicting.get(disposition, frozenset())
    replaces = drafted or disposition == Disposition.NO_REPLY
    return frozenset(
        verb for verb in verbs if verb.value in against and (verb is not Verb.RESPOND or replaces)
    )


def _overruled(tally: Tally, policy: LearningPolicy) -> Iterable[OverruledRule]:
    contradicting = policy.contradicting
    rules: dict[str, _Rule] = {}
    for name, kinds in tally.rules.items():
        rule = rules[name] = _Rule()
        for text, one in kinds.items():
            kind = Kind.of(text)
            verbs = [Verb(code) for code in kind.verbs]
            against = contradictions(kind.disposition, kind.drafted, verbs, contradicting)
            rule.add(one, against, tally.ids)
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
            enough=rule.decided >= policy.overruled.least_decided,
            examples=tuple(nlargest(EXAMPLES, rule.newest)),
        )
        for name, rule in rules.items()
        if rule.overruled
    ]
    return sorted(found, key=lambda one: (-one.interval[0], one.rule))
