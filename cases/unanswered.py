"""The stored questions that no approved answer answered: abstained on, or whose draft a person largely rewrote."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.case import Case
from cases.decisions import Outcome, RecordedDecision, Verb
from cases.reading import ALL_ACCOUNTS, decisions_of
from cases.stored import case_of, recorded_decision
from cases.tables import CaseRow

_BATCH = 200


class Cause(StrEnum):
    """Why a question counts as unanswered."""

    ABSTAINED = "abstained"
    EDITED = "edited"
    """Its draft quoted an answer and was largely rewritten, or a person wrote another reply."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A stored question, redacted by its type."""

    case_id: str
    text: str
    language: str
    intent: str
    cause: Cause
    nearest: str | None
    """The approved answer that came closest, or was quoted and rewritten."""
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which questions count."""

    dispositions: Collection[str]
    """Of those abstained on."""
    intents: Collection[str]
    """Main intents; empty: all."""
    edit_distance: float
    """Share of a draft's characters changed, from which it was rewritten."""
    account: str = ALL_ACCOUNTS
    since: datetime | None = None
    most: int = 2000
    """The newest so many questions."""


def unanswered(session: Session, wanted: Wanted) -> list[Unanswered]:
    """The questions, newest first. Of a message that came again with a longer thread only the last version counts."""
    query = select(CaseRow).where(CaseRow.superseded_by.is_(None))
    if wanted.account != ALL_ACCOUNTS:
        query = query.where(CaseRow.account == wanted.account)
    if wanted.since is not None:
        query = query.where(CaseRow.recorded_at >= wanted.since)
    found: list[Unanswered] = []
    rows = session.scalars(query.order_by(CaseRow.id.desc())).yield_per(_BATCH)
    for batch in rows.partitions():
        for item in _of_batch(session, list(batch), wanted):
            found.append(item)
            if len(found) == wanted.most:
                return found
    return found


def _of_batch(session: Session, rows: list[CaseRow], wanted: Wanted) -> Iterator[Unanswered]:
    decisions: dict[str, list[RecordedDecision]] = {}
    for decision in decisions_of(session, [row.id for row in rows]):
        decisions.setdefault(decision.case_id, []).append(recorded_decision(decision))
    for row in rows:
        case = case_of(row)
        cause = _cause(case, decisions.get(row.id, []), wanted)
        intent = case.intents[0].code if case.intents else ""
        if cause is None or not case.redacted_text.strip():
            continue
        if wanted.intents and intent not in wanted.intents:
            continue
        nearest = case.evidence[0].answer_id if case.evidence else None
        yield Unanswered(row.id, case.redacted_text, case.language, intent, cause, nearest, row.recorded_at)


def _cause(case: Case, decisions: list[RecordedDecision], wanted: Wanted) -> Cause | None:
    if any(decision.decision is Verb.IGNORE for decision in decisions):
        return None  # nothing was owed
    quoted = any(one.source.startswith("answer:") for draft in case.drafts for one in draft.sentences)
    if quoted and any(_rewritten(decision, wanted.edit_distance) for decision in decisions):
        return Cause.EDITED
    if case.abstained and case.disposition.value in wanted.dispositions:
        return Cause.ABSTAINED
    return None


def _rewritten(decision: RecordedDecision, least: float) -> bool:
    if decision.decision is Verb.RESPOND:
        return True
    return decision.outcome is Outcome.SENT_EDITED and (decision.edit_distance or 0.0) >= least
