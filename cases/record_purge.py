"""Deletes events and inbound deliveries whose time is over (``policies/retention.yaml``), and notes it."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, and_, delete, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from cases.audit import Action, AuditLog
from cases.canonical import Json
from cases.database import Database
from cases.events.deliveries import GONE, DeliveryState
from cases.outbox import EventState, EventType
from cases.retention import RecordKind, Retention
from cases.tables import InboundRow, OutboxRow
from cases.webhooks.inbox import InboundState
from cases.work_tables import DeliveryRow

BATCH = 500
"""Rows that one transaction deletes: others write in between."""


@dataclass(frozen=True, slots=True)
class Purged:
    """How much was deleted."""

    events: int
    webhooks: int


class RecordPurge:
    """Deletes by policy. Several processes may do it at once."""

    def __init__(
        self, database: Database, audit: AuditLog, retention: Retention, now: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._audit = audit
        self._retention = retention
        self._now = now

    def purge(self, *, actor: str) -> Purged:
        """Delete all whose time is over; on the audit log, if there was any.

        Raises:
            StoreUnavailableError, AuditError: what was deleted until then stays deleted, without a note of the batch.
        """
        events = sum(self._all(OutboxRow.id, condition, _delete_events) for condition in self._old_events())
        webhooks = sum(
            self._all(InboundRow.id, condition, _delete_webhooks) for condition in self._old_webhooks()
        )
        purged = Purged(events, webhooks)
        if purged != Purged(0, 0):
            payload: dict[str, Json] = {**asdict(purged), "until": self._now().isoformat(timespec="seconds")}
            with self._database.write() as session:
                self._audit.append(session, Action.RECORDS_PURGED, actor=actor, payload=payload)
            self._database.forget_deleted()
        return purged

    def _all(
        self,
        column: InstrumentedAttribute[str],
        condition: ColumnElement[bool],
        remove: Callable[[Session, list[str]], int],
    ) -> int:
        total = 0
        while True:
            with self._database.read() as session:
                ids = list(session.scalars(select(column).where(condition).limit(BATCH)))
            if not ids:
                return total
            with self._database.write() as session:
                # Asked again where it counts: an event may have been taken up for another attempt since.
                still = list(session.scalars(select(column).where(column.in_(ids), condition)))
                total += remove(session, still)
            if not still:
                return total

    def _old_events(self) -> Iterator[ColumnElement[bool]]:
        own = [kind.value for kind in self._retention.event_types]
        for kind, standing in _standing_of_events():
            for event_type in (None, *self._retention.event_types):
                before = self._before(kind, event_type)
                if before is None:
                    continue
                of_type = (
                    OutboxRow.type.not_in(own) if event_type is None else OutboxRow.type == event_type.value
                )
                yield and_(OutboxRow.created_at <= before, of_type, standing)

    def _old_webhooks(self) -> Iterator[ColumnElement[bool]]:
        failed = InboundRow.state == InboundState.FAILED.value
        standing = {
            RecordKind.WEBHOOK_DONE: InboundRow.state == InboundState.DONE.value,
            RecordKind.WEBHOOK_FAILED: and_(failed, InboundRow.case_id.is_not(None)),
            RecordKind.WEBHOOK_UNREAD: and_(failed, InboundRow.case_id.is_(None)),
        }
        for kind, condition in standing.items():
            before = self._before(kind, None)
            if before is not None:
                yield and_(InboundRow.received_at <= before, condition)

    def _before(self, kind: RecordKind, event_type: EventType | None) -> datetime | None:
        days = self._retention.record_days(kind, event_type)
        return None if days is None else self._now() - timedelta(days=days)


def _standing_of_events() -> Iterator[tuple[RecordKind, ColumnElement[bool]]]:
    own = DeliveryRow.event_id == OutboxRow.id
    waits = or_(
        OutboxRow.state == EventState.PENDING.value,
        exists().where(own, DeliveryRow.state == DeliveryState.PENDING.value),
    )
    dead = exists().where(own, DeliveryRow.state == DeliveryState.DEAD.value)
    # A dead letter of a receiver that answered 410 keeps its subscription off: one of them must stay.
    keeps_off = OutboxRow.id.in_(_last_gone())
    yield RecordKind.EVENT_WAITING, and_(waits, ~keeps_off)
    yield RecordKind.EVENT_DELIVERED, and_(~waits, ~dead)
    yield RecordKind.EVENT_DEAD, and_(~waits, dead, ~keeps_off)


def _last_gone() -> Any:  # noqa: ANN401 - a whose type differs between versions
    query = select(func.max(DeliveryRow.event_id)).where(
        DeliveryRow.state == DeliveryState.DEAD.value, DeliveryRow.error == GONE
    )
    return query.group_by(DeliveryRow.subscription)


def _delete_events(session: Session, ids: list[str]) -> int:
    session.execute(delete(DeliveryRow).where(DeliveryRow.event_id.in_(ids)))
    result = session.execute(delete(OutboxRow).where(OutboxRow.id.in_(ids)))
    return cast(CursorResult[Any], result).rowcount


def _delete_webhooks(session: Session, ids: list[str]) -> int:
    result = session.execute(delete(InboundRow).where(InboundRow.id.in_(ids)))
    return cast(CursorResult[Any], result).rowcount
