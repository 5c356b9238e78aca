"""Keeps the time of all cases: reads what was recorded, starts and stops clocks, and tells of what has come.

What was recorded is read from the audit log, in its order, behind a mark that moves in the same transaction as what
is written for it. So each record is worked on once, whoever dies when, and however many replicas there are.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.audit import HEAD, Action, AuditLog
from cases.database import Database
from cases.errors import CaseNotFoundError
from cases.outbox import Outbox
from cases.reading import ALL_ACCOUNTS, row_of
from cases.tables import AuditHeadRow, AuditRow, CaseRow, DecisionRow
from cases.timekeeping.clock_book import ClockBook, ClockStanding
from cases.timekeeping.crisis import open_if_many
from cases.timekeeping.phrases import Phrasebook
from cases.timekeeping.policy import Clock, ClocksPolicy
from cases.timekeeping.promise_book import Promise, PromiseBook, PromiseState
from cases.timekeeping.rows import Desk
from cases.work_tables import ClockRow, MarkRow, PromiseRow
from policies.account import OpeningHours

BATCH = 100
"""Records of the audit log for one transaction: other writers wait no longer than for these."""
_MARK = "timekeeping"
_READ = (Action.CASE_RECORDED, Action.CASE_SUPERSEDED, Action.DECISION_RECORDED, Action.CASE_ERASED)


@dataclass(frozen=True, slots=True)
class DueWork:
    """What is due on one case."""

    clocks: tuple[ClockStanding, ...]
    promises: tuple[Promise, ...]


class Keeper:
    """The clocks, the promises and the crisis plan of all accounts. Thread-safe."""

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        audit: AuditLog,
        *,
        policy: ClocksPolicy,
        phrasebook: Phrasebook,
        hours_of: Callable[[str], OpeningHours],
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._audit = audit
        self._now = now
        self._desk = Desk(outbox, policy, hours_of, now)
        self._clocks = ClockBook(self._desk)
        self._promises = PromiseBook(self._desk, phrasebook)

    def hours_of(self, account: str) -> OpeningHours:
        """The opening hours of an account."""
        return self._desk.hours_of(account)

    def tick(self) -> int:
        """Catch up with the records and tell of what has come; give the number of events.

        Raises:
            StoreUnavailableError: what was not committed is worked on at the next tick.
        """
        self.catch_up()
        told = 0
        while self._something_due():
            with self._database.write() as session:
                new = self._clocks.raise_due(session) + self._promises.raise_due(session)
            told += new
        return told

    def catch_up(self) -> int:
        """Work on all that was recorded since the mark; give the number of records."""
        read = 0
        while True:
            with self._database.read() as session:
                if not _unread(session):
                    return read
            with self._database.write() as session:
                new = self._read_on(session)
            if new == 0:
                # Another process read them, or rows are missing from the end of the log: verifying tells of that.
                return read
            read += new

    def due(self, case_id: str, *, account: str) -> DueWork:
        """What is due on a case.

        Raises:
            CaseNotFoundError: no such case in this account.
        """
        self._catch_up_for(case_id, account)
        with self._database.read() as session:
            row_of(session, case_id, account)
            promises = self._promises.list(session, case_id=case_id)
            return DueWork(self._clocks.of_case(session, case_id), promises)

    def promises(
        self, *, account: str, states: tuple[PromiseState, ...] = (PromiseState.OPEN, PromiseState.BROKEN)
    ) -> tuple[Promise, ...]:
        """The promises of an account, the most urgent first; at most 200."""
        self.catch_up()
        with self._database.read() as session:
            return self._promises.list(
                session, account=None if account == ALL_ACCOUNTS else account, states=states
            )

    def stop_clock(self, case_id: str, clock: Clock, *, account: str, actor: str) -> bool:
        """Stop a clock by hand, and those before it; False where none of them ran. On the audit log.

        Raises:
            CaseNotFoundError: no such case in this account.
        """
        self._catch_up_for(case_id, account)
        clocks = list(Clock)[: list(Clock).index(clock) + 1]
        with self._database.write() as session:
            row_of(session, case_id, account)
            stopped = self._clocks.stop(session, case_id, clocks, self._now())
            if stopped:
                payload = {"clocks": [clock.value for clock in stopped]}
                self._audit.append(
                    session, Action.CLOCK_STOPPED, actor=actor, payload=payload, case_id=case_id
                )
            return bool(stopped)

    def keep_promise(self, case_id: str, number: int, *, account: str, actor: str) -> bool:
        """Note a promise as kept; False where there is none that waits. On the audit log.

        Raises:
            CaseNotFoundError: no such case in this account.
        """
        self._catch_up_for(case_id, account)
        with self._database.write() as session:
            row_of(session, case_id, account)
            kept = self._promises.settle(session, case_id, number, actor)
            if kept:
                self._audit.append(
                    session, Action.PROMISE_KEPT, actor=actor, payload={"promise": number}, case_id=case_id
                )
            return kept

    def _catch_up_for(self, case_id: str, account: str) -> None:
        """Catch up, for an account that has the case: a stranger's request sets nothing going."""
        with self._database.read() as session:
            row_of(session, case_id, account)
        self.catch_up()

    def _something_due(self) -> bool:
        now = self._now()
        with self._database.read() as session:
            return any(
                session.execute(select(row.next_at).where(row.next_at <= now).limit(1)).first() is not None
                for row in (ClockRow, PromiseRow)
            )

    def _read_on(self, session: Session) -> int:
        mark = session.get(MarkRow, _MARK) or MarkRow(name=_MARK, position=0)
        query = select(AuditRow).where(AuditRow.seq > mark.position).order_by(AuditRow.seq).limit(BATCH)
        rows = session.scalars(query).all()
        for row in rows:
            if row.action in _READ and row.case_id is not None:
                self._work_on(session, row, row.case_id)
        if rows:
            mark.position = rows[-1].seq
            session.add(mark)
        return len(rows)

    def _work_on(self, session: Session, record: AuditRow, case_id: str) -> None:
        try:
            case = row_of(session, case_id, ALL_ACCOUNTS)
        except CaseNotFoundError:
            return
        if record.action == Action.CASE_RECORDED:
            self._clocks.start(session, case)
            session.flush()
            open_if_many(session, case, self._desk)
        elif record.action == Action.CASE_SUPERSEDED:
            self._clocks.drop(session, case_id, self._now())
        elif record.action == Action.CASE_ERASED:
            self._clocks.drop(session, case_id, self._now())
            self._promises.drop(session, case_id)
        else:
            self._decided(session, record, case)

    def _decided(self, session: Session, record: AuditRow, case: CaseRow) -> None:
        decision = session.get(DecisionRow, (case.id, json.loads(record.payload)["number"]))
        if decision is None:
            return
        self._clocks.stop_by(session, case, decision)
        self._promises.note(session, case, decision)


def _unread(session: Session) -> bool:
    mark, head = session.get(MarkRow, _MARK), session.get(AuditHeadRow, HEAD)
    return head is not None and head.seq > (mark.position if mark else 0)
