"""What experts answered: kept with the case, sealed on the audit log, and offered to who writes the reply."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.audit import Action, AuditLog, utc_now
from cases.canonical import Json
from cases.database import Database
from cases.decisions import CaseStatus, Verb
from cases.desk_tables import ExpertAnswerRow
from cases.errors import CaseError
from cases.reading import decisions_of, row_of
from cases.sealing import Sealer
from cases.stored import ERASED_DIGEST

MAX_ANSWER = 5_000
"""Code points of an expert's answer: the longest approved answer has about two thousand."""


class ExpertAnswerError(CaseError):
    """An answer to a case that asks nothing, is closed, or was answered already."""

    code = "expert_answer_invalid"


@dataclass(frozen=True, slots=True)
class ExpertAnswer:
    """An expert's answer to the question of decision ``number``."""

    number: int
    answer: str
    proposed_as: str | None
    answered_by: str
    answered_at: datetime


class ExpertAnswers:
    """Records and gives back what experts answered."""

    def __init__(
        self, database: Database, sealer: Sealer, audit: AuditLog, now: Callable[[], datetime] = utc_now
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._audit = audit
        self._now = now

    def of(self, case_id: str, *, account: str) -> tuple[ExpertAnswer, ...]:
        """The answers on a case, oldest first.

        Raises:
            CaseNotFoundError: no such case in this account.
        """
        with self._database.read() as session:
            row_of(session, case_id, account)
            query = select(ExpertAnswerRow).where(ExpertAnswerRow.case_id == case_id)
            return tuple(_of_row(row) for row in session.scalars(query.order_by(ExpertAnswerRow.number)))

    def answered(self, case_ids: list[str]) -> frozenset[str]:
        """Which of these cases have an answer. For ids that the caller was allowed to read."""
        with self._database.read() as session:
            query = select(ExpertAnswerRow.case_id).where(ExpertAnswerRow.case_id.in_(case_ids))
            return frozenset(session.scalars(query))

    def check(self, case_id: str, *, account: str) -> None:
        """Refuse what ``record`` would refuse, before anything is made of the answer.

        Raises:
            CaseNotFoundError, ExpertAnswerError
        """
        with self._database.read() as session:
            _question(session, case_id, account)

    def record(
        self, case_id: str, answer: str, *, account: str, actor: str, proposed_as: str | None
    ) -> ExpertAnswer:
        """Keep an answer to the last question of a case, and tell the audit log.

        Args:
            answer: without personal data: the caller has seen to that.

        Raises:
            CaseNotFoundError: no such case in this account.
            ExpertAnswerError: nothing is asked, or it is answered already.
        """
        with self._database.write() as session:
            number = _question(session, case_id, account)
            made = ExpertAnswer(number, answer, proposed_as, actor, self._now())
            payload: dict[str, Json] = {
                "number": number,
                "proposed_as": proposed_as,
                "seal": self._sealer.request_tag("expert answer", case_id, number, answer, proposed_as),
            }
            seq = self._audit.append(
                session, Action.EXPERT_ANSWERED, actor=actor, payload=payload, case_id=case_id
            )
            session.add(
                ExpertAnswerRow(
                    case_id=case_id,
                    number=number,
                    answer=answer,
                    proposed_as=proposed_as,
                    answered_by=actor,
                    answered_at=made.answered_at,
                    audit_seq=seq,
                )
            )
            return made


def _question(session: Session, case_id: str, account: str) -> int:
    """Number of the decision that asks."""
    row = row_of(session, case_id, account)
    if row.status != CaseStatus.ESCALATED:
        raise ExpertAnswerError("the case asks nothing of an expert: it is not escalated")
    if row.content_digest == ERASED_DIGEST:
        raise ExpertAnswerError("the case was erased: nothing is left to answer")
    asked = [one.number for one in decisions_of(session, [case_id]) if one.decision == Verb.ESCALATE]
    number = asked[-1]
    if session.get(ExpertAnswerRow, (case_id, number)) is not None:
        raise ExpertAnswerError("this question was answered already")
    return number


def _of_row(row: ExpertAnswerRow) -> ExpertAnswer:
    return ExpertAnswer(row.number, row.answer, row.proposed_as, row.answered_by, row.answered_at)
