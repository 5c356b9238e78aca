"""What customers said of how they were served (M73): recorded once for a case, on the audit log, and its figures."""

import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from cases.audit import Action, AuditLog, utc_now
from cases.canonical import Json
from cases.database import Database
from cases.decisions import CaseStatus
from cases.errors import CaseError
from cases.learning.intervals import mean_interval, share_interval
from cases.reading import row_of
from cases.satisfaction_tables import SatisfactionRow
from cases.sealing import Sealer
from cases.stored import ERASED_DIGEST
from cases.tables import AuditRow, CaseRow
from models.text import RedactedText

LOWEST, HIGHEST = 1, 5
"""Grades, as most surveys of satisfaction (CSAT) ask for them."""
SATISFIED = 4
"""Grades from which a customer counts as satisfied (the usual top-two box)."""
MAX_COMMENT = 2_000
"""Code points of a comment."""
_PURPOSE = "satisfaction"


class SatisfactionError(CaseError):
    """A grade for a case that was not answered, or that has another grade on record."""

    code = "satisfaction_invalid"


@dataclass(frozen=True, slots=True)
class Grade:
    """A customer's grade for a case. The comment is redacted."""

    case_id: str
    score: int
    comment: str | None
    recorded_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class SatisfactionFigures:
    """Of the cases received in a time to which something was sent."""

    answered: int
    rated: int
    mean: float | None
    interval: tuple[float, float] | None
    """Of the mean, 95 %."""
    satisfied: float | None
    """Share of grades of 4 and 5."""
    satisfied_interval: tuple[float, float] | None
    counts: tuple[int, ...]
    """How often each grade, from 1 to 5."""

    @property
    def response_rate(self) -> float | None:
        """Share of the answered cases that have a grade; of who was asked the service knows nothing."""
        return self.rated / self.answered if self.answered else None


class Satisfaction:
    """Records and gives back grades."""

    def __init__(
        self, database: Database, sealer: Sealer, audit: AuditLog, now: Callable[[], datetime] = utc_now
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._audit = audit
        self._now = now

    def of(self, case_id: str, *, account: str) -> Grade | None:
        """The grade of a case, if it has one.

        Raises:
            CaseNotFoundError: no such case in this account.
        """
        with self._database.read() as session:
            row_of(session, case_id, account)
            row = session.get(SatisfactionRow, case_id)
            return None if row is None else _grade(row)

    def record(
        self, case_id: str, score: int, *, comment: RedactedText | None, account: str, actor: str
    ) -> tuple[Grade, bool]:
        """Keep a grade and tell the audit log; whether it is new. The same again changes nothing.

        Of an erased case the grade alone is kept.

        Raises:
            CaseNotFoundError: no such case in this account.
            SatisfactionError: nothing was sent on the case, or it has another grade.
            ValueError: a grade outside 1 to 5.
        """
        if not LOWEST <= score <= HIGHEST:
            raise ValueError(f"a grade is from {LOWEST} to {HIGHEST}")
        said = comment.value.strip() or None if comment is not None else None
        with self._database.write() as session:
            case = row_of(session, case_id, account)
            if case.content_digest == ERASED_DIGEST:
                said = None  # the erasure took the words; none may come after it
            known = session.get(SatisfactionRow, case_id)
            if known is not None:
                if (known.score, known.comment) != (score, said):
                    raise SatisfactionError("the case has another grade on record; the first one stands")
                return _grade(known), False
            if case.status != CaseStatus.SENT:
                raise SatisfactionError("nothing was sent on this case: there is nothing to grade")
            row = self._row(session, case_id, score, said, actor)
            return _grade(row), True

    def _row(
        self, session: Session, case_id: str, score: int, comment: str | None, actor: str
    ) -> SatisfactionRow:
        row = SatisfactionRow(
            case_id=case_id, score=score, comment=comment, recorded_by=actor, recorded_at=self._now()
        )
        payload: dict[str, Json] = {
            "score": score,
            # Two seals: after an erasure the comment is gone, and the grade can still be told to be the one given.
            "seal": self._sealer.request_tag(_PURPOSE, case_id, score),
            "comment_seal": self._sealer.request_tag(_PURPOSE, case_id, "comment", comment),
        }
        row.audit_seq = self._audit.append(
            session, Action.SATISFACTION_RECORDED, actor=actor, payload=payload, case_id=case_id
        )
        session.add(row)
        return row


def erase_comment(session: Session, case_id: str) -> None:
    """Delete what a customer wrote with the grade; the grade names nobody and stays."""
    session.execute(update(SatisfactionRow).where(SatisfactionRow.case_id == case_id).values(comment=None))


def find_changed(session: Session, sealer: Sealer) -> tuple[int | None, str] | None:
    """The first grade that is not the one on the audit log: its row's number, and what is wrong; None if all are."""
    told = select(AuditRow.seq, AuditRow.case_id, AuditRow.payload, SatisfactionRow).outerjoin(
        SatisfactionRow, SatisfactionRow.audit_seq == AuditRow.seq
    )
    of_grades = told.where(AuditRow.action == Action.SATISFACTION_RECORDED).order_by(AuditRow.seq)
    erased = set(session.scalars(select(AuditRow.case_id).where(AuditRow.action == Action.CASE_ERASED)))
    for seq, case_id, payload, row in session.execute(of_grades.execution_options(yield_per=1000)):
        if row is None:
            return seq, f"the grade of case {case_id} was removed"
        if not _is_told(row, json.loads(payload), sealer, erased=case_id in erased):
            return seq, f"the grade of case {case_id} was changed"
    is_told = (AuditRow.seq == SatisfactionRow.audit_seq) & (AuditRow.action == Action.SATISFACTION_RECORDED)
    untold = select(SatisfactionRow.case_id).outerjoin(AuditRow, is_told).where(AuditRow.seq.is_(None))
    found = session.scalars(untold.limit(1)).first()
    return None if found is None else (None, f"the grade of case {found} has no row in the audit log")


def _is_told(row: SatisfactionRow, payload: dict[str, Any], sealer: Sealer, *, erased: bool) -> bool:
    seal = sealer.request_tag(_PURPOSE, row.case_id, row.score)
    comment = sealer.request_tag(_PURPOSE, row.case_id, "comment", row.comment)
    if not hmac.compare_digest(str(payload.get("seal")), seal):
        return False
    if erased and row.comment is None:
        return True
    return hmac.compare_digest(str(payload.get("comment_seal")), comment)


def satisfaction_figures(session: Session, chosen: Sequence[Any]) -> SatisfactionFigures:
    """The figures of the cases that conditions on ``CaseRow`` choose."""
    sent = CaseRow.status == CaseStatus.SENT.value
    answered = select(func.count()).select_from(CaseRow).where(*chosen, sent)
    grades = (
        select(SatisfactionRow.score, func.count())
        .join(CaseRow, CaseRow.id == SatisfactionRow.case_id)
        .where(*chosen, sent)
        .group_by(SatisfactionRow.score)
    )
    by_score = {int(score): int(count) for score, count in session.execute(grades)}
    counts = tuple(by_score.get(score, 0) for score in range(LOWEST, HIGHEST + 1))
    return figures_of(counts, answered=session.execute(answered).scalar_one())


def figures_of(counts: Sequence[int], *, answered: int) -> SatisfactionFigures:
    """The figures of how often each grade from 1 to 5 was given."""
    rated = sum(counts)
    if not rated:
        return SatisfactionFigures(answered, 0, None, None, None, None, tuple(counts))
    mean = sum(score * count for score, count in enumerate(counts, start=LOWEST)) / rated
    good = sum(counts[SATISFIED - LOWEST :])
    return SatisfactionFigures(
        answered=answered,
        rated=rated,
        mean=mean,
        interval=mean_interval(mean, rated, lowest=LOWEST, highest=HIGHEST),
        satisfied=good / rated,
        satisfied_interval=share_interval(good, rated),
        counts=tuple(counts),
    )


def _grade(row: SatisfactionRow) -> Grade:
    return Grade(row.case_id, row.score, row.comment, row.recorded_by, row.recorded_at)
