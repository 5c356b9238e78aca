"""Tables of what is still to be done: deliveries of events, clocks, promises, and who has a case in hand.

Apart from ``cases/tables.py``, which loads this file, only to keep both short. Nothing here holds text.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from cases.tables import Base, Id, Sequence


class DeliveryRow(Base):
    """An event on its way to one subscription; both together are its name, so there is one row for each pair."""

    __tablename__ = "deliveries"
    __table_args__ = (Index(None, "state", "due_at"), Index(None, "subscription", "state"))

    event_id: Mapped[str] = mapped_column(Id, ForeignKey("outbox.id"), primary_key=True)
    subscription: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    attempts: Mapped[int]
    """Begun, those that never ended included."""
    due_at: Mapped[datetime]
    """When to try (again); while a worker has it, when its lease ends."""
    claimed_by: Mapped[str | None] = mapped_column(Id)
    status: Mapped[int | None]
    """HTTP status of the last attempt, where one came back."""
    error: Mapped[str | None]
    """Code of the last error, never its text."""
    settled_at: Mapped[datetime | None]


class ClockRow(Base):
    """One clock of a case. ``next_at`` is when something falls due: first the warning, then the end."""

    __tablename__ = "clocks"
    __table_args__ = (Index(None, "next_at"),)

    case_id: Mapped[str] = mapped_column(Id, ForeignKey("cases.id"), primary_key=True)
    clock: Mapped[str] = mapped_column(primary_key=True)
    warn_at: Mapped[datetime]
    due_at: Mapped[datetime]
    next_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    warned_at: Mapped[datetime | None]
    breached_at: Mapped[datetime | None]


class PromiseRow(Base):
    """What a reply promised, or a follow-up. ``start`` and ``end`` are its place in the decision's redacted text."""

    __tablename__ = "promises"
    __table_args__ = (Index(None, "next_at"), Index(None, "account", "state", "due_at"))

    case_id: Mapped[str] = mapped_column(Id, ForeignKey("cases.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account: Mapped[str]
    decision: Mapped[int]
    kind: Mapped[str]
    phrase: Mapped[str]
    """Id of the phrase in ``policies/promises.yaml``."""
    start: Mapped[int | None]
    end: Mapped[int | None]
    owner: Mapped[str]
    promised_at: Mapped[datetime]
    due_at: Mapped[datetime]
    next_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    state: Mapped[str]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None]


class MarkRow(Base):
    """How far a reader of the store has come, by the audit number of the last record it worked on."""

    __tablename__ = "marks"

    name: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(Sequence)


class HandoverRow(Base):
    """A case that went from one person to another."""

    __tablename__ = "handovers"

    case_id: Mapped[str] = mapped_column(Id, ForeignKey("cases.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    giver: Mapped[str | None]
    """None where nobody had it."""
    receiver: Mapped[str]
    handed_by: Mapped[str]
    handed_at: Mapped[datetime]
    audit_seq: Mapped[int] = mapped_column(Sequence)
