"""The queue of deliveries: one row for an event and a subscription, claimed with a lease, settled once.

A worker that dies leaves its lease behind; when that ends, another sends the event again, **under the same id**.
The queue can promise no more than that (nobody can), so receivers drop ids that they know.
"""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import CursorResult, func, or_, select, update

from cases.canonical import Json, canonical_json
from cases.database import Database
from cases.events.subscriptions import Subscriptions
from cases.identifiers import new_id
from cases.leases import latest
from cases.outbox import EventState, EventType
from cases.tables import OutboxRow
from cases.work_tables import DeliveryRow

LEASE = timedelta(seconds=90)
"""How long a worker has a delivery for itself: several times an attempt's 15 seconds, and room for clocks apart."""
LONGEST_WAIT = timedelta(days=9)
"""A week, the longest that settings allow, and a fifth of it by chance (``dispatcher.JITTER``)."""
BATCH = 200
GONE = "gone"
"""Error of a receiver that answered 410: while a dead letter bears it, the subscription is off."""


class DeliveryState(StrEnum):
    """How far a delivery is."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"
    """Given up on; `borrador outbox retry` takes it up again."""


@dataclass(frozen=True, slots=True)
class Task:
    """A delivery that this worker has for the time of the lease."""

    event_id: str
    type: EventType
    subscription: str
    attempts: int
    """This one included."""
    token: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery as the command line shows it."""

    event_id: str
    type: EventType
    account: str
    case_id: str
    subscription: str
    state: DeliveryState
    attempts: int
    due_at: datetime
    status: int | None
    error: str | None


class Deliveries:
    """Writes deliveries down, hands each to one worker at a time, and keeps what became of it."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def route(self, subscriptions: Subscriptions) -> int:
        """Write down the deliveries of events not handed on yet; give the number of events."""
        with self._database.read() as session:  # most of the time there is none: readers wait for nobody
            if session.scalars(_unrouted().limit(1)).first() is None:
                return 0
        with self._database.queue() as session:
            off = set(session.scalars(_gone()))
            events = session.scalars(_unrouted().limit(BATCH).with_for_update(skip_locked=True)).all()
            for event in events:
                event.state = EventState.ROUTED.value
                for subscription in subscriptions:
                    if subscription.wants(EventType(event.type), event.account):
                        session.add(self._new(event, subscription.name, dead=subscription.name in off))
            return len(events)

    def claim(self, subscriptions: Collection[str], *, longest: timedelta = LONGEST_WAIT) -> Task | None:
        """The delivery that is due the longest, as ``claim_hand`` gives it."""
        return next(iter(self.claim_hand(subscriptions, most=1, longest=longest)), None)

    def claim_hand(
        self, subscriptions: Collection[str], *, most: int, longest: timedelta = LONGEST_WAIT
    ) -> tuple[Task, ...]:
        """The delivery that is due the longest, and others to the same receiver, for this worker alone until the
        lease ends.

        Args:
            most: how many at most.
            longest: wait between two attempts that there can be; a longer one comes from a clock put right since.
        """
        now = self._now()
        due = _due(subscriptions, now, longest)
        with self._database.read() as session:
            if session.execute(due.limit(1)).first() is None:
                return ()
        with self._database.queue() as session:
            query = due.limit(most).with_for_update(of=DeliveryRow, skip_locked=True)
            found = session.execute(query).all()
            alike = [(row, event) for row, event in found if row.subscription == found[0][0].subscription]
            return tuple(_claimed(row, event, now) for row, event in alike)

    def give_back(self, tasks: Collection[Task]) -> None:
        """Let others have what was claimed and not tried: it is due at once, and no attempt is counted."""
        if not tasks:
            return
        with self._database.queue() as session:
            for task in tasks:
                values = {"attempts": task.attempts - 1, "due_at": self._now(), "claimed_by": None}
                session.execute(_its_row(task).where(DeliveryRow.claimed_by == task.token).values(**values))

    def delivered(self, taken: Collection[tuple[Task, int]]) -> None:
        """Note that the receiver took these, each with its status; true whoever has the lease by now."""
        if not taken:
            return
        fresh = DeliveryRow.state != DeliveryState.DELIVERED.value
        values = {
            "state": DeliveryState.DELIVERED.value,
            "error": None,
            "claimed_by": None,
            "settled_at": self._now(),
        }
        with self._database.queue() as session:
            for task, status in taken:
                session.execute(_its_row(task).where(fresh).values(status=status, **values))

    def again(self, task: Task, *, after: timedelta, status: int | None, error: str) -> None:
        """Put it off after a failure; nothing changes where the lease was lost."""
        self._settle(
            task,
            due_at=self._now() + after,
            status=status,
            error=error,
            claimed_by=None,
        )

    def dead(self, task: Task, *, status: int | None, error: str) -> None:
        """Give it up; nothing changes where the lease was lost."""
        self._settle(
            task,
            state=DeliveryState.DEAD.value,
            status=status,
            error=error,
            claimed_by=None,
            settled_at=self._now(),
        )

    def switch_off(self, subscription: str) -> int:
        """Give up all that waits for a receiver that is gone; give the number."""
        query = (
            update(DeliveryRow)
            .where(DeliveryRow.subscription == subscription, DeliveryRow.state == DeliveryState.PENDING.value)
            .where(DeliveryRow.claimed_by.is_(None))
            .values(state=DeliveryState.DEAD.value, error=GONE, settled_at=self._now())
        )
        with self._database.queue() as session:
            return cast(CursorResult[Any], session.execute(query)).rowcount

    def retry(self, *, event_ids: Collection[str] = (), subscription: str | None = None) -> int:
        """Take up dead letters again from the first attempt, all or those named; give the number.

        The ids of the events stay: a receiver that took one after all drops it.
        """
        query = update(DeliveryRow).where(DeliveryRow.state == DeliveryState.DEAD.value)
        if event_ids:
            query = query.where(DeliveryRow.event_id.in_(list(event_ids)))
        if subscription is not None:
            query = query.where(DeliveryRow.subscription == subscription)
        fresh = {"attempts": 0, "due_at": self._now(), "error": None, "settled_at": None, "claimed_by": None}
        with self._database.queue() as session:
            result = session.execute(query.values(state=DeliveryState.PENDING.value, **fresh))
            return cast(CursorResult[Any], result).rowcount

    def list(self, *, state: DeliveryState | None = None, limit: int = 100) -> tuple[Delivery, ...]:
        """Deliveries, newest event first."""
        query = select(DeliveryRow, OutboxRow).join(OutboxRow, OutboxRow.id == DeliveryRow.event_id)
        if state is not None:
            query = query.where(DeliveryRow.state == state.value)
        query = query.order_by(OutboxRow.position.desc(), DeliveryRow.subscription).limit(limit)
        with self._database.read() as session:
            return tuple(_shown(row, event) for row, event in session.execute(query))

    def counts(self) -> dict[str, int]:
        """How many events wait to be handed on, and how many deliveries are in each state."""
        unrouted = (
            select(func.count()).select_from(OutboxRow).where(OutboxRow.state == EventState.PENDING.value)
        )
        by_state = select(DeliveryRow.state, func.count()).group_by(DeliveryRow.state)
        with self._database.read() as session:
            found = {row[0]: int(row[1]) for row in session.execute(by_state)}
            waiting = int(session.execute(unrouted).scalar_one())
        return {"unrouted": waiting, **{state.value: found.get(state.value, 0) for state in DeliveryState}}

    def _new(self, event: OutboxRow, subscription: str, *, dead: bool) -> DeliveryRow:
        return DeliveryRow(
            event_id=event.id,
            subscription=subscription,
            state=(DeliveryState.DEAD if dead else DeliveryState.PENDING).value,
            attempts=0,
            due_at=self._now(),
            error=GONE if dead else None,
            settled_at=self._now() if dead else None,
        )

    def _settle(self, task: Task, **values: Any) -> None:  # noqa: ANN401 - columns of any type
        with self._database.queue() as session:
            session.execute(_its_row(task).where(DeliveryRow.claimed_by == task.token).values(**values))


def _its_row(task: Task) -> Any:  # noqa: ANN401 - an Update, whose type differs between versions
    return update(DeliveryRow).where(
        DeliveryRow.event_id == task.event_id, DeliveryRow.subscription == task.subscription
    )


def _claimed(row: DeliveryRow, event: OutboxRow, now: datetime) -> Task:
    row.attempts += 1
    row.due_at = now + LEASE
    row.claimed_by = new_id("wrk")
    return Task(
        event.id, EventType(event.type), row.subscription, row.attempts, row.claimed_by, body_of(event)
    )


def body_of(event: OutboxRow) -> bytes:
    """The body to send: the same bytes at every attempt. Codes, ids and numbers, never text."""
    data: dict[str, Json] = {**json.loads(event.data), "case_id": event.case_id, "account": event.account}
    at = event.created_at.astimezone(UTC).isoformat(timespec="microseconds")
    return canonical_json({"type": event.type, "timestamp": at, "data": data}).encode()


def _unrouted() -> Any:  # noqa: ANN401 - a Select, whose type differs between versions
    query = select(OutboxRow).where(OutboxRow.state == EventState.PENDING.value)
    return query.order_by(OutboxRow.position)


def _gone() -> Any:  # noqa: ANN401 - a Select
    return (
        select(DeliveryRow.subscription)
        .where(DeliveryRow.state == DeliveryState.DEAD.value, DeliveryRow.error == GONE)
        .distinct()
    )


def _due(subscriptions: Collection[str], now: datetime, longest: timedelta) -> Any:  # noqa: ANN401 - a Select
    held_too_long = DeliveryRow.claimed_by.is_not(None) & (DeliveryRow.due_at > latest(now, LEASE))
    return (
        select(DeliveryRow, OutboxRow)
        .join(OutboxRow, OutboxRow.id == DeliveryRow.event_id)
        .where(
            DeliveryRow.state == DeliveryState.PENDING.value,
            or_(
                DeliveryRow.due_at <= now,
                DeliveryRow.attempts == 0,  # due when it was written, whatever the clock said then
                DeliveryRow.due_at > latest(now, longest),
                held_too_long,
            ),
            DeliveryRow.subscription.in_(sorted(subscriptions)),
        )
        .order_by(DeliveryRow.due_at, OutboxRow.position)
    )


def _shown(row: DeliveryRow, event: OutboxRow) -> Delivery:
    return Delivery(
        event_id=event.id,
        type=EventType(event.type),
        account=event.account,
        case_id=event.case_id,
        subscription=row.subscription,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        due_at=row.due_at,
        status=row.status,
        error=row.error,
    )
