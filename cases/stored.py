"""A case as the store gives it back, and its way to and from rows."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from cases.canonical import canonical_json
from cases.case import Case
from cases.decisions import CaseStatus, Outcome, RecordedDecision, Verb
from cases.desk_order import desk_key, flags_text
from cases.tables import CaseRow, DecisionRow
from policies.decision import Facts
from policies.facts_json import facts_json, facts_of
from policies.vocabulary import Channel

ERASED_DIGEST = "erased"
"""Instead of a case's fingerprint, once the case was erased."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a case comes from: what the case itself does not tell."""

    account: str
    channel: Channel
    received_at: datetime
    """With offset."""
    message_id: str | None = field(default=None, repr=False)
    """The sender's own id, as it came: only its keyed hash is stored. None: the one that the case shows."""


@dataclass(frozen=True, slots=True)
class StoredCase:
    """A case, where it stands, and what was decided on it."""

    case: Case
    account: str
    channel: Channel
    status: CaseStatus
    received_at: datetime
    recorded_at: datetime
    superseded_by: str | None
    """Id of the case made when the same message came again with another text or a longer thread."""
    decisions: tuple[RecordedDecision, ...]
    facts: Facts | None = None
    """What policy decided on; None for a case recorded before facts were kept."""
    name_marks: str | None = field(default=None, repr=False)
    """By which the customer's name is known in a text; None where nobody knows it any more."""
    erased: bool = False
    """Whether its texts were erased at its subject's request."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some cases, newest first; ``next_cursor`` leads to older ones, None at the end."""

    cases: tuple[StoredCase, ...]
    next_cursor: str | None

    @property
    def has_more(self) -> bool:
        """Whether older cases follow."""
        return self.next_cursor is not None


def case_row(
    case: Case,
    origin: Origin,
    *,
    message_key: str | None,
    digest: str,
    recorded_at: datetime,
    facts: Facts | None = None,
    name_marks: str | None = None,
) -> CaseRow:
    """The row of a new case, all but its audit number."""
    return CaseRow(
        id=case.id,
        account=origin.account,
        message_key=message_key,
        content_digest=digest,
        thread_version=case.thread_version,
        tracking_code=case.tracking_code,
        channel=origin.channel.value,
        disposition=case.disposition.value,
        priority=case.priority.value,
        queue=case.queue,
        status=CaseStatus.OPEN.value,
        superseded_by=None,
        received_at=origin.received_at,
        recorded_at=recorded_at,
        acknowledge_by=case.sla.acknowledge_by,
        answer_by=case.sla.answer_by,
        resolve_by=case.sla.resolve_by,
        body=canonical_json(case.model_dump(mode="json")),
        name_marks=name_marks,
        facts=None if facts is None else canonical_json(facts_json(facts)),
        language=case.language,
        flags=flags_text(case),
        desk_key=desk_key(case),
    )


def case_of(row: CaseRow) -> Case:
    """The case of a row."""
    return Case.model_validate(json.loads(row.body))


def stored_case(row: CaseRow, decisions: Iterable[DecisionRow]) -> StoredCase:
    """The stored case of its rows."""
    return StoredCase(
        case=case_of(row),
        account=row.account,
        channel=Channel(row.channel),
        status=CaseStatus(row.status),
        received_at=row.received_at,
        recorded_at=row.recorded_at,
        superseded_by=row.superseded_by,
        decisions=tuple(recorded_decision(decision) for decision in decisions),
        facts=None if row.facts is None else facts_of(json.loads(row.facts)),
        name_marks=row.name_marks,
        erased=row.content_digest == ERASED_DIGEST,
    )


def decision_row(case_id: str, decision: RecordedDecision) -> DecisionRow:
    """The row of a decision, all but its audit number."""
    body = {
        "thread_version": decision.thread_version,
        "draft": decision.draft,
        "sent_text": decision.sent_text,
        "note": decision.note,
    }
    return DecisionRow(
        case_id=case_id,
        number=decision.number,
        decision=decision.decision.value,
        outcome=decision.outcome.value,
        edit_distance=decision.edit_distance,
        decided_by=decision.decided_by,
        decided_at=decision.decided_at,
        body=canonical_json(body),
    )


def recorded_decision(row: DecisionRow) -> RecordedDecision:
    """The decision of a row."""
    body = json.loads(row.body)
    return RecordedDecision(
        number=row.number,
        decision=Verb(row.decision),
        outcome=Outcome(row.outcome),
        thread_version=body["thread_version"],
        draft=body["draft"],
        sent_text=body["sent_text"],
        edit_distance=row.edit_distance,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        note=body["note"],
    )
