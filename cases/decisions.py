"""What a person decided on a case, and whether it can be taken: pure, without the database."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cases.case import Case
from cases.edit_distance import edit_distance
from cases.errors import (
    CaseAlreadyDecidedError,
    DecisionError,
    DecisionNotAllowedError,
    ThreadVersionStaleError,
)
from models.text import RawText, RedactedText


class Verb(StrEnum):
    """The verbs of the review contract; the same words as ``Case.allowed_decisions``."""

    ACCEPT = "accept"
    """A draft was sent as it is."""
    EDIT = "edit"
    """A draft was changed and sent."""
    RESPOND = "respond"
    """The person wrote a reply of their own."""
    IGNORE = "ignore"
    """Nothing is answered."""
    ESCALATE = "escalate"
    """Somebody else has to decide."""


SENDING = (Verb.ACCEPT, Verb.EDIT, Verb.RESPOND)
"""Decisions by which something goes to the customer."""


class CaseStatus(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    SENT = "sent"
    IGNORED = "ignored"
    ESCALATED = "escalated"


WAITING = (CaseStatus.OPEN, CaseStatus.ESCALATED)
"""Somebody still has to decide."""


class Outcome(StrEnum):
    """What became of the draft, for the acceptance rate."""

    SENT_UNEDITED = "sent_unedited"
    SENT_EDITED = "sent_edited"
    DISCARDED = "discarded"
    UNDECIDED = "undecided"
    """Escalated: somebody else will say."""


STATUS_AFTER = {
    Verb.ACCEPT: CaseStatus.SENT,
    Verb.EDIT: CaseStatus.SENT,
    Verb.RESPOND: CaseStatus.SENT,
    Verb.IGNORE: CaseStatus.IGNORED,
    Verb.ESCALATE: CaseStatus.ESCALATED,
}


@dataclass(frozen=True, slots=True)
class SentText:
    """A reply as it was sent: the original for the vault, redacted for all the rest."""

    original: RawText
    redacted: RedactedText


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """A decision to record.

    ``draft`` is the position of the draft in the case, from 0; it may be left out where the case has one
    draft.
    """

    decision: Verb
    thread_version: int
    """The version of the thread that the person saw."""
    decided_by: str
    """Id of the key or person."""
    draft: int | None = None
    sent: SentText | None = None
    note: RedactedText | None = None


@dataclass(frozen=True, slots=True)
class RecordedDecision:
    """A decision as it stands on record. Texts are redacted; what was sent is in the vault as it was."""

    number: int
    """From 1; a case that was escalated has more than one."""
    decision: Verb
    outcome: Outcome
    thread_version: int
    draft: int | None
    sent_text: str | None
    edit_distance: float | None
    """Share of the draft's characters that changed, 0 to 1; None without a draft to compare with."""
    decided_by: str
    decided_at: datetime
    note: str | None


@dataclass(frozen=True, slots=True)
class Position:
    """Where the case stands when a decision comes in."""

    status: CaseStatus
    superseded: bool
    decisions: int


def weigh(case: Case, position: Position, record: DecisionRecord, decided_at: datetime) -> RecordedDecision:
    """Check a decision against its case and work out what became of the draft.

    Raises:
        CaseAlreadyDecidedError: the case is closed, or escalated and escalated again.
        ThreadVersionStaleError: the conversation went on since the version that the person saw.
        DecisionNotAllowedError: not among the case's ``allowed_decisions``.
        DecisionError: a draft or a text is missing, too much, or contradicts the verb.
    """
    _check_open(position.status, record.decision)
    if position.superseded or record.thread_version != case.thread_version:
        raise ThreadVersionStaleError(
            f"the thread moved on since version {record.thread_version}: read it again"
        )
    if record.decision.value not in case.allowed_decisions:
        allowed = ", ".join(case.allowed_decisions)
        raise DecisionNotAllowedError(f"this case allows: {allowed}; not {record.decision.value}")
    draft = _draft(case, record)
    sent_text = _sent_text(case, draft, record)
    distance = None
    if draft is not None and sent_text is not None:
        distance = edit_distance(case.drafts[draft].text, sent_text)
    if record.decision is Verb.ACCEPT and distance != 0:
        raise DecisionError("accept: the text sent is not the draft's; record it as edit")
    return RecordedDecision(
        number=position.decisions + 1,
        decision=record.decision,
        outcome=_outcome(record.decision, distance),
        thread_version=record.thread_version,
        draft=draft,
        sent_text=sent_text,
        edit_distance=distance,
        decided_by=record.decided_by,
        decided_at=decided_at,
        note=record.note.value if record.note else None,
    )


def _check_open(status: CaseStatus, verb: Verb) -> None:
    if status in (CaseStatus.SENT, CaseStatus.IGNORED):
        raise CaseAlreadyDecidedError(f"the case is already {status.value}")
    if status is CaseStatus.ESCALATED and verb is Verb.ESCALATE:
        raise CaseAlreadyDecidedError("the case is already escalated")


def _draft(case: Case, record: DecisionRecord) -> int | None:
    """The draft that the decision is about."""
    if record.decision in (Verb.IGNORE, Verb.ESCALATE):
        if record.draft is not None:
            raise DecisionError(f"{record.decision.value}: nothing is sent, so no draft can be named")
        return None
    if record.draft is not None and not 0 <= record.draft < len(case.drafts):
        raise DecisionError(f"draft: the case has {len(case.drafts)}, counted from 0")
    if record.draft is None and record.decision in (Verb.ACCEPT, Verb.EDIT):
        if len(case.drafts) != 1:
            raise DecisionError(f"{record.decision.value}: say which of the {len(case.drafts)} drafts")
        return 0
    return record.draft


def _sent_text(case: Case, draft: int | None, record: DecisionRecord) -> str | None:
    """What was sent, redacted."""
    if record.decision in (Verb.IGNORE, Verb.ESCALATE):
        if record.sent is not None:
            raise DecisionError(f"{record.decision.value}: nothing is sent, so no text can be given")
        return None
    if record.sent is not None:
        if not record.sent.redacted.value.strip():
            raise DecisionError("the text sent is empty")
        return record.sent.redacted.value
    if record.decision is Verb.ACCEPT and draft is not None:
        return case.drafts[draft].text
    raise DecisionError(f"{record.decision.value}: the text sent is missing")


def _outcome(verb: Verb, distance: float | None) -> Outcome:
    if verb is Verb.ESCALATE:
        return Outcome.UNDECIDED
    if verb in (Verb.ACCEPT, Verb.EDIT):
        return Outcome.SENT_UNEDITED if distance == 0 else Outcome.SENT_EDITED
    return Outcome.DISCARDED
