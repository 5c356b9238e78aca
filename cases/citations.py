"""Who uses what: which stored drafts cite an approved answer, and in which version."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.case import Case, CaseDraft
from cases.decisions import CaseStatus, RecordedDecision
from cases.errors import CaseError
from cases.reading import ALL_ACCOUNTS, decisions_of
from cases.stored import case_of, recorded_decision
from cases.tables import CaseRow

_SOURCE = re.compile(r"answer:([a-z0-9-]+)@(\d+)#")
_BATCH = 200


class AnswerWithdrawnError(CaseError):
    """A reply that repeats an approved answer withdrawn since: it may not be sent any more."""

    code = "answer_withdrawn"


@dataclass(frozen=True, slots=True)
class Citation:
    """A draft on record that quotes an answer."""

    case_id: str
    account: str
    version: int
    audience: str
    status: CaseStatus
    sent: bool
    """A person sent this draft, edited or not."""
    recorded_at: datetime


def cited(draft: CaseDraft) -> frozenset[tuple[str, int]]:
    """Ids and versions of the approved answers that a draft quotes."""
    found = (_SOURCE.match(sentence.source) for sentence in draft.sentences)
    return frozenset((match[1], int(match[2])) for match in found if match)


def uses(session: Session, answer_id: str, *, account: str = ALL_ACCOUNTS) -> Iterable[Citation]:
    """Every stored draft that quotes an answer, oldest first; in constant memory."""
    query = select(CaseRow).where(CaseRow.body.contains(f'"answer:{answer_id}@', autoescape=True))
    if account != ALL_ACCOUNTS:
        query = query.where(CaseRow.account == account)
    for rows in session.scalars(query.order_by(CaseRow.id)).yield_per(_BATCH).partitions():
        decisions: dict[str, list[RecordedDecision]] = {}
        for decision in decisions_of(session, [row.id for row in rows]):
            decisions.setdefault(decision.case_id, []).append(recorded_decision(decision))
        for row in rows:
            yield from _of_case(row, answer_id, decisions.get(row.id, []))


def check_not_withdrawn(
    case: Case, withdrawn: Collection[str], *, draft: int | None, text: str | None
) -> None:
    """Refuse to send what an answer withdrawn since the draft was made says.

    Args:
        draft: which draft is sent, from 0; None: none of them, or the only one.
        text: what is sent instead of the draft; None: the draft as it is.

    Raises:
        AnswerWithdrawnError: names the answers.
    """
    number = 0 if draft is None and len(case.drafts) == 1 else draft
    gone: set[str] = set()
    for position, one in enumerate(case.drafts):
        for sentence in one.sentences:
            match = _SOURCE.match(sentence.source)
            if match is None or match[1] not in withdrawn:
                continue
            if (text is None and position == number) or (text is not None and _said(sentence.text, text)):
                gone.add(match[1])
    if gone:
        raise AnswerWithdrawnError(f"withdrawn since this draft was made: {', '.join(sorted(gone))}")


def _said(sentence: str, text: str) -> bool:
    return " ".join(sentence.casefold().split()) in " ".join(text.casefold().split())


def _of_case(row: CaseRow, answer_id: str, decisions: Iterable[RecordedDecision]) -> Iterable[Citation]:
    case = case_of(row)
    status = CaseStatus(row.status)
    sent = {one.draft for one in decisions if one.sent_text is not None}
    for position, draft in enumerate(case.drafts):
        for version in sorted(number for name, number in cited(draft) if name == answer_id):
            yield Citation(
                row.id, row.account, version, draft.audience.value, status, position in sent, row.recorded_at
            )
