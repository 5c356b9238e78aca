"""Reads the outbox as a stream: what was told of an account or of a case, after a position."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select

from cases.database import Database
from cases.identifiers import is_id
from cases.reading import ALL_ACCOUNTS
from cases.tables import OutboxRow

PAGE = 100
"""Events read at once: what a slow reader makes this service hold in memory."""


@dataclass(frozen=True, slots=True)
class PlacedEvent:
    """An event and its place in the order of commits; ``data`` is JSON of codes and numbers."""

    position: int
    id: str
    type: str
    account: str
    case_id: str
    data: str
    created_at: datetime


class EventReader:
    """Reads events of one account at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def after(self, position: int, *, account: str, case_id: str | None = None) -> tuple[PlacedEvent, ...]:
        """Up to ``PAGE`` events after a position, oldest first.

        Args:
            account: its id, or ``*`` for all.
            case_id: of this case alone.
        """
        query = select(OutboxRow).where(OutboxRow.position > position, *_of(account, case_id))
        with self._database.read() as session:
            rows = session.scalars(query.order_by(OutboxRow.position).limit(PAGE))
            return tuple(_placed(row) for row in rows)

    def newest(self, *, account: str) -> PlacedEvent | None:
        """The newest event of an account; None before the first."""
        query = select(OutboxRow).where(*_of(account, None)).order_by(OutboxRow.position.desc()).limit(1)
        with self._database.read() as session:
            row = session.scalars(query).first()
            return None if row is None else _placed(row)

    def position_of(self, event_id: str, *, account: str, case_id: str | None = None) -> int | None:
        """Where an event stands; None if this account, or this case, has no such event."""
        if not is_id(event_id, "evt"):
            return None
        query = select(OutboxRow.position).where(OutboxRow.id == event_id, *_of(account, case_id))
        with self._database.read() as session:
            return session.scalars(query).one_or_none()


def _of(account: str, case_id: str | None) -> Iterator[ColumnElement[bool]]:
    if account != ALL_ACCOUNTS:
        yield OutboxRow.account == account
    if case_id is not None:
        yield OutboxRow.case_id == case_id


def _placed(row: OutboxRow) -> PlacedEvent:
    return PlacedEvent(row.position, row.id, row.type, row.account, row.case_id, row.data, row.created_at)
