"""The adverse event of a case: criteria with their places, what is missing, special situations, clocks."""

from collections.abc import Mapping
from datetime import datetime

from cases.case import (
    CaseAdverseEvent,
    CaseReportClock,
    CaseReportQuestion,
    CodedPlaces,
    Criteria,
    ReportPlace,
)
from cases.places import Masking
from drafting.draft import Sentence
from drafting.report_questions import Missing
from models.understanding.report import Criterion, Mention, Seriousness, Situation, Source
from models.understanding.types import AdverseEventCriteria
from policies.adverse_events import AdverseEventPolicy, Clock, CodeReason

NOTHING_KNOWN = AdverseEventCriteria(
    reporter=True, patient=False, product=False, reaction=False, serious_hint=False
)
"""Of a report that policy suspects and understanding does not: there is a message, hence a reporter."""

MOST_PLACES = 5
"""Places shown of one finding: the first ones; a long letter says "me" fifty times."""


def adverse_event_of(
    found: AdverseEventCriteria,
    *,
    masking: Masking,
    questions: Mapping[Missing, Sentence],
    policy: AdverseEventPolicy,
    received_at: datetime,
) -> CaseAdverseEvent:
    """What pharmacovigilance starts from.

    Args:
        received_at: on the account's clock: its date is day zero.
    """
    report = found.report
    met = found.reporter and found.patient and found.product and found.reaction
    return CaseAdverseEvent(
        criteria=Criteria(
            reporter=found.reporter, patient=found.patient, product=found.product, reaction=found.reaction
        ),
        day_zero=received_at if met else None,
        serious_hint=found.serious_hint,
        support={
            criterion.value: _places(report.criteria.get(criterion, ()), masking) for criterion in Criterion
        },
        reporter_kind="health_professional" if report.professional else "consumer",
        missing=tuple(criterion.value for criterion in Criterion if not getattr(found, criterion.value)),
        questions=tuple(
            CaseReportQuestion(about=str(about), text=sentence.text, source=sentence.source)
            for about, sentence in questions.items()
        ),
        situations=_coded(report.situations, policy.situations, masking),
        seriousness=_coded(report.seriousness, policy.seriousness, masking),
        clock=report_clock(policy, received_at, serious=found.serious_hint) if met else None,
    )


def report_clock(policy: AdverseEventPolicy, day_zero: datetime, *, serious: bool) -> CaseReportClock:
    """The clock of a report whose criteria are met; both terms, since a person settles whether it is serious."""
    applies: Clock = "serious" if serious else "non_serious"
    clock, start = policy.clocks[applies], day_zero.date()
    return CaseReportClock(
        day_zero=start,
        applies=applies,
        calendar_days=clock.calendar_days,
        submit_by=policy.submit_by(start, applies),
        if_serious=policy.submit_by(start, "serious"),
        if_not_serious=policy.submit_by(start, "non_serious"),
        reason=clock.reason,
        source=clock.source,
    )


def check_policy(policy: AdverseEventPolicy) -> None:
    """Refuse a policy without a reason for every code that understanding can find. Raises PolicyError."""
    policy.check_codes(situations=tuple(Situation), seriousness=tuple(Seriousness))


def _coded(
    found: Mapping[Situation, tuple[Mention, ...]] | Mapping[Seriousness, tuple[Mention, ...]],
    reasons: Mapping[str, CodeReason],
    masking: Masking,
) -> tuple[CodedPlaces, ...]:
    return tuple(
        CodedPlaces(code=code.value, reason=reasons[code.value].reason, places=_places(mentions, masking))
        for code, mentions in found.items()
    )


def _places(mentions: tuple[Mention, ...], masking: Masking) -> tuple[ReportPlace, ...]:
    shown: dict[tuple[str, int | None, int | None], ReportPlace] = {}
    for mention in mentions:
        if len(shown) == MOST_PLACES:  # placing costs: no more than are shown
            break
        place = _place(mention, masking)
        shown.setdefault((place.source, place.start, place.end), place)
    return tuple(shown.values())


def _place(mention: Mention, masking: Masking) -> ReportPlace:
    place = masking.place(mention.start, mention.end) if mention.source == Source.TEXT else None
    start, end = place or (None, None)
    return ReportPlace(source=mention.source.value, cue=mention.cue, start=start, end=end)
