"""The clocks of recorded cases: started with the case, stopped by decisions, each warned of and breached once."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.decisions import Verb
from cases.outbox import EventType
from cases.tables import CaseRow, DecisionRow
from cases.timekeeping.due import share_of
from cases.timekeeping.policy import Clock
from cases.timekeeping.rows import Desk, body_of
from cases.work_tables import ClockRow
from policies.vocabulary import Disposition

BATCH = 100


class ClockState(StrEnum):
    """Where a clock stands."""

    RUNNING = "running"
    WARNED = "warned"
    BREACHED = "breached"
    """Its time ended before it was stopped, whether or not it was stopped since."""
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class ClockStanding:
    """One clock of a case as it is shown."""

    clock: Clock
    state: ClockState
    warn_at: datetime
    due_at: datetime
    stopped_at: datetime | None


class ClockBook:
    """Keeps the clocks. All of it inside the caller's transaction, which no other writer overlaps."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def start(self, session: Session, row: CaseRow) -> None:
        """Write down the clocks of a new case."""
        at = self._desk.time_of(row.account)
        all_hours = frozenset(body_of(row)["sla"].get("around_the_clock", ()))
        due = {
            Clock.ACKNOWLEDGE: row.acknowledge_by,
            Clock.ANSWER: row.answer_by,
            Clock.RESOLVE: row.resolve_by,
        }
        for clock, due_at in due.items():
            if due_at is None:
                continue
            share = self._desk.policy.warn_at_share[clock]
            in_hours = clock.value not in all_hours
            warn_at = share_of(row.received_at, due_at, share, at, in_hours=in_hours)
            key = {"case_id": row.id, "clock": clock.value}
            session.add(ClockRow(**key, warn_at=warn_at, due_at=due_at, next_at=min(warn_at, due_at)))

    def stop_by(self, session: Session, row: CaseRow, decision: DecisionRow) -> None:
        """Stop the clocks that policy says a decision stops."""
        clocks = self._desk.policy.stopped_by(Verb(decision.decision), Disposition(row.disposition))
        self.stop(session, row.id, clocks, decision.decided_at)

    def stop(
        self, session: Session, case_id: str, clocks: Collection[Clock], stopped_at: datetime
    ) -> list[Clock]:
        """Stop clocks of a case that still run; give those. One that had ended by then is still breached."""
        stopped = []
        for row in self._rows(session, case_id):
            if Clock(row.clock) not in clocks or row.stopped_at is not None:
                continue
            row.stopped_at = stopped_at
            if stopped_at <= row.due_at or row.breached_at is not None:
                row.next_at = None
            stopped.append(Clock(row.clock))
        return stopped

    def drop(self, session: Session, case_id: str, at: datetime) -> None:
        """Stop all clocks of a case without telling anybody: it was erased, or a newer version replaced it."""
        for row in self._rows(session, case_id):
            row.next_at = None
            row.stopped_at = row.stopped_at or at

    def raise_due(self, session: Session) -> int:
        """Tell of the clocks whose warning or end has come, once each; give the number of events."""
        now = self._desk.now()
        query = select(ClockRow, CaseRow).join(CaseRow, CaseRow.id == ClockRow.case_id)
        query = query.where(ClockRow.next_at <= now).order_by(ClockRow.next_at).limit(BATCH)
        return sum(self._raise(session, clock, case, now) for clock, case in session.execute(query).all())

    def of_case(self, session: Session, case_id: str) -> tuple[ClockStanding, ...]:
        """The clocks of a case, in their order."""
        order = list(Clock)
        rows = sorted(self._rows(session, case_id), key=lambda row: order.index(Clock(row.clock)))
        return tuple(_standing(row, self._desk.now()) for row in rows)

    def _raise(self, session: Session, row: ClockRow, case: CaseRow, now: datetime) -> int:
        if row.due_at <= now:
            # Whoever slept through the warning learns of the end alone.
            row.breached_at, row.next_at, event = now, None, EventType.SLA_BREACHED
        else:
            row.warned_at, row.next_at, event = now, row.due_at, EventType.SLA_WARNING
        if self._desk.is_forgotten(row.due_at):
            return 0
        due_by = self._desk.time_of(case.account).local(row.due_at).isoformat()
        self._desk.tell(session, case, event, {"clock": row.clock, "due_by": due_by})
        return 1

    def _rows(self, session: Session, case_id: str) -> Iterable[ClockRow]:
        return session.scalars(select(ClockRow).where(ClockRow.case_id == case_id)).all()


def _standing(row: ClockRow, now: datetime) -> ClockStanding:
    if (row.stopped_at or now) > row.due_at:
        state = ClockState.BREACHED
    elif row.stopped_at is not None:
        state = ClockState.STOPPED
    else:
        state = ClockState.WARNED if row.warn_at <= now else ClockState.RUNNING
    return ClockStanding(Clock(row.clock), state, row.warn_at, row.due_at, row.stopped_at)
