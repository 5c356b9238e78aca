"""The outbox: events to tell others of, written with what they tell of, so that none is lost or made up."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from cases.audit import utc_now
from cases.canonical import Json, canonical_json
from cases.case import Case
from cases.identifiers import new_id
from cases.tables import OutboxRow
from policies.vocabulary import Flag

MAX_DATA = 8_192
"""Characters of an event's data: thin, as Standard Webhooks asks (under 20 kB with all around it)."""


class EventType(StrEnum):
    """What may be told. Adding one is a decision, written in CHANGELOG.md."""

    DRAFT_READY = "draft.ready"
    DRAFT_STALE = "draft.stale"
    CASE_FLAGGED = "case.flagged"
    EXPERT_REVIEW_REQUESTED = "expert_review.requested"
    ADVERSE_EVENT_SUSPECTED = "adverse_event.suspected"
    REFERRAL_RECOMMENDED = "referral.recommended"
    PII_EXPOSED_PUBLICLY = "pii.exposed_publicly"
    CRISIS_SUSPECTED = "crisis.suspected"
    CRISIS_OPENED = "crisis.opened"
    """Many such cases in a short time: the plan is to be opened (M11, M62)."""
    SLA_WARNING = "sla.warning"
    SLA_BREACHED = "sla.breached"
    PROMISE_DUE = "promise.due"
    """A promise or a follow-up must be seen to now (M49, M51)."""
    PROMISE_BROKEN = "promise.broken"
    """Its time has passed, and nobody noted it as kept."""
    CASE_HANDED_OVER = "case.handed_over"


class EventState(StrEnum):
    """Whether an event was handed on."""

    PENDING = "pending"
    ROUTED = "routed"
    """A delivery is written down for each subscription that asked for it (``cases/events``)."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event of a case. ``data`` holds codes and numbers, never text: who wants more asks for the case."""

    type: EventType
    data: Mapping[str, Json]


_BY_FLAG = (
    (Flag.ADVERSE_EVENT, EventType.ADVERSE_EVENT_SUSPECTED),
    (Flag.EXPERT_REVIEW, EventType.EXPERT_REVIEW_REQUESTED),
    (Flag.PERSONAL_DATA_PUBLIC, EventType.PII_EXPOSED_PUBLICLY),
    (Flag.CRISIS_RISK, EventType.CRISIS_SUSPECTED),
)


def events_of(case: Case) -> tuple[Event, ...]:
    """The events of a new case, the most urgent first."""
    codes = {flag.code for flag in case.flags}
    known: dict[str, Json] = {
        "disposition": case.disposition.value,
        "priority": case.priority.value,
        "queue": case.queue,
        "thread_version": case.thread_version,
    }
    events = [Event(event, known) for flag, event in _BY_FLAG if flag in codes]
    if case.flags:
        events.append(
            Event(EventType.CASE_FLAGGED, {**known, "flags": [flag.code.value for flag in case.flags]})
        )
    if case.referral is not None:
        events.append(Event(EventType.REFERRAL_RECOMMENDED, {**known, "kind": case.referral.kind}))
    if case.drafts:
        events.append(Event(EventType.DRAFT_READY, known))
    return tuple(events)


class Outbox:
    """Adds events in the caller's transaction; ``cases/events`` hands them on in the order of commits."""

    def __init__(self, now: Callable[[], datetime] = utc_now) -> None:
        self._now = now

    def add(self, session: Session, events: Iterable[Event], *, account: str, case_id: str) -> None:
        """Add events of a case.

        Raises:
            ValueError: data too long to be thin.
        """
        for event in events:
            data = canonical_json(event.data)
            if len(data) > MAX_DATA:
                raise ValueError(f"{event.type}: {len(data)} characters of data, more than {MAX_DATA}")
            session.add(
                OutboxRow(
                    id=new_id("evt"),
                    type=event.type.value,
                    account=account,
                    case_id=case_id,
                    data=data,
                    state=EventState.PENDING.value,
                    created_at=self._now(),
                )
            )
