"""The learning report's counts by account and day, kept up with the records: a report reads days, not cases.

The audit log has a row for whatever changes what counts: a case recorded, superseded or erased, a decision, a grade.
Whoever catches up reads it from where the last one stopped, and counts the cases that it names anew, and their days.
So the same counts come out however often, by whomever and in whatever pieces it is done.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from cases.audit import Action
from cases.database import Database
from cases.learning.counted import counted_rows, kept_case
from cases.learning.judged import Span
from cases.learning.tables import LearningCaseRow, LearningDayRow
from cases.learning.tally import Tally
from cases.reading import ALL_ACCOUNTS
from cases.tables import AuditRow, CaseRow
from cases.work_tables import MarkRow

MARK = "learning.1"
"""How far the counts have come. Another number, and all is counted anew: for when what is kept changes its form."""
CHANGES = (
    Action.CASE_RECORDED, Action.CASE_SUPERSEDED, Action.CASE_ERASED, Action.DECISION_RECORDED,
    Action.SATISFACTION_RECORDED,
)  # fmt: skip
ROWS = 4000
"""Rows of the audit log of one step."""
MOST_DAYS = 10
"""Days that one step counts anew, some 20 ms for 1,000 cases each: other writers wait that long."""
IDLE = 500
"""Rows without a change from which it is worth a write to have passed them."""

Day = tuple[str, date]


@dataclass(frozen=True, slots=True)
class _Step:
    """The cases that some rows of the audit log name, as they are now."""

    mark: int
    upto: int
    case_ids: tuple[str, ...]
    days: frozenset[Day]
    rows: tuple[dict[str, object], ...]


class LearningSummary:
    """Keeps the counts and gives them. Safe to share between threads, and between processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def behind(self) -> int:
        """Rows of the audit log that are not in the counts yet."""
        with self._database.read() as session:
            return _head(session) - _mark(session)

    def catch_up(self) -> int:
        """Bring the counts to where the audit log is now; gives the steps that it took.

        Raises:
            StoreUnavailableError: the database cannot be written; what was counted until then stays.
        """
        with self._database.read() as session:
            head = _head(session)
        steps = 0
        while self.step(head):
            steps += 1
        return steps

    def step(self, head: int | None = None) -> bool:
        """Count some of what is new, up to a row of the audit log; whether there was anything.

        Raises:
            StoreUnavailableError: as for ``catch_up``.
        """
        with self._database.read() as session:
            step = _next_step(session, _head(session) if head is None else head)
        if step is None:
            return False
        with self._database.write() as session:
            if _mark(session) == step.mark:  # else somebody was faster, maybe with newer rows
                _apply(session, step)
        return True

    def forget(self) -> None:
        """Throw the counts away; the next one to catch up counts every case."""
        with self._database.write() as session:
            for table in (LearningCaseRow, LearningDayRow):
                session.execute(delete(table))
            session.execute(delete(MarkRow).where(MarkRow.name == MARK))

    def tally(self, span: Span) -> Tally:
        """The counts of a span, as of the last time that somebody caught up."""
        days = LearningDayRow
        query = select(days.account, days.day, days.body).order_by(days.account, days.day)
        if span.account != ALL_ACCOUNTS:
            query = query.where(days.account == span.stored_account)
        if span.first is not None:
            query = query.where(days.day >= span.first)
        if span.last is not None:
            query = query.where(days.day <= span.last)
        tally = Tally()
        with self._database.read() as session:
            for account, day, body in session.execute(query):
                tally.join(account, day, body)
        return tally


def _head(session: Session) -> int:
    return session.scalar(select(func.max(AuditRow.seq))) or 0


def _mark(session: Session) -> int:
    return session.scalar(select(MarkRow.position).where(MarkRow.name == MARK)) or 0


def _next_step(session: Session, head: int) -> _Step | None:
    """What to count next, of at most so many rows and days; None where there is nothing."""
    mark = _mark(session)
    upto = min(head, mark + ROWS)
    case_ids: dict[str, None] = {}
    days: set[Day] = set()
    for seq, case_id, account, received_at in _changes(session, mark, upto):
        day = (account, received_at.date())
        if day not in days and len(days) == MOST_DAYS:
            upto = seq - 1
            break
        days.add(day)
        case_ids[case_id] = None
    if upto <= mark or (not days and upto == head and head - mark < IDLE):
        return None
    return _Step(mark, upto, tuple(case_ids), frozenset(days), tuple(counted_rows(session, tuple(case_ids))))


def _changes(session: Session, mark: int, upto: int) -> Iterator[tuple[int, str, str, datetime]]:
    query = (
        select(AuditRow.seq, CaseRow.id, CaseRow.account, CaseRow.received_at)
        .join(CaseRow, CaseRow.id == AuditRow.case_id)
        .where(AuditRow.seq > mark, AuditRow.seq <= upto)
        .where(AuditRow.action.in_([one.value for one in CHANGES]))
        .order_by(AuditRow.seq)
    )
    yield from ((seq, case_id, account, at) for seq, case_id, account, at in session.execute(query))


def _apply(session: Session, step: _Step) -> None:
    session.execute(delete(LearningCaseRow).where(LearningCaseRow.case_id.in_(step.case_ids)))
    if step.rows:
        session.execute(insert(LearningCaseRow), list(step.rows))
    for account, day in sorted(step.days):
        _count(session, account, day)
    session.merge(MarkRow(name=MARK, position=step.upto))


def _count(session: Session, account: str, day: date) -> None:
    """Count a day anew, from what is kept of its cases."""
    cases = select(LearningCaseRow.case_id, LearningCaseRow.body).where(
        LearningCaseRow.account == account, LearningCaseRow.day == day
    )
    tally, there = Tally(), False
    for case_id, body in session.execute(cases):
        there = True
        kept = kept_case(case_id, account, day, body)
        if kept.case is not None:
            tally.add(kept.case)
        if kept.answered:
            tally.rate(kept.score)
    session.execute(
        delete(LearningDayRow).where(LearningDayRow.account == account, LearningDayRow.day == day)
    )
    if there:
        session.add(LearningDayRow(account=account, day=day, body=tally.text()))
        session.flush()
