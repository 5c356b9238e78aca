"""Tables of the case store. The migrations make them; a test holds the two alike."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware on both sides, kept in UTC (SQLite drops offsets)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Bring to UTC; refuse a naive time, of which nobody knows what instant it is."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without offset cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back the instant in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Id = String(40).with_variant(String(40, collation="C"), "postgresql")
"""Ids are compared byte by byte: under a language's collation their order would not be that of time."""
DeskKey = String(80).with_variant(String(80, collation="C"), "postgresql")
Sequence = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts up by itself only in an INTEGER primary key."""

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Root of the tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: dict[Any, Any] = {datetime: UtcDateTime, str: Text, float: Float}  # noqa: RUF012


_DESK_FILTERS = ("queue", "disposition", "language", "channel", "flags", "superseded_by")
"""What the desk filters by: in its indexes, so that a filter which fits little reads no cases."""


class CaseRow(Base):
    """A case as it was recorded; only ``status``, ``superseded_by`` and ``name_marks`` change afterwards."""

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("account", "tracking_code"),
        UniqueConstraint("account", "message_key", "thread_version"),
        Index(None, "account", "id"),
        Index("ix_cases_desk", "account", "status", "desk_key", *_DESK_FILTERS),
        Index("ix_cases_desk_closed", "account", "status", "id", *_DESK_FILTERS, "priority"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    account: Mapped[str]
    message_key: Mapped[str | None]
    """Keyed hash of the sender's message id, which may be an address; None when there was no id."""
    content_digest: Mapped[str]
    thread_version: Mapped[int]
    tracking_code: Mapped[str]
    channel: Mapped[str]
    disposition: Mapped[str]
    priority: Mapped[str]
    queue: Mapped[str]
    status: Mapped[str]
    superseded_by: Mapped[str | None] = mapped_column(Id)
    received_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    acknowledge_by: Mapped[datetime | None]
    answer_by: Mapped[datetime | None]
    resolve_by: Mapped[datetime | None]
    body: Mapped[str]
    """The case as canonical JSON: redacted by its type."""
    name_marks: Mapped[str | None]
    """Keyed hashes of the parts of the customer's name, for this case alone; empty where none was told. None where
    nobody knows: the case is closed and the vault holds nothing of it, or it is from before migration 0013."""
    facts: Mapped[str | None]
    """What policy decided on, as canonical JSON: codes and scores, no text. None before migration 0002."""
    language: Mapped[str]
    flags: Mapped[str]
    """Codes between blanks, so that one is found as `` code ``; both are copies of what ``body`` says."""
    desk_key: Mapped[str] = mapped_column(DeskKey)
    """Place in the inbox: ``cases.desk_order.desk_key``."""
    audit_seq: Mapped[int] = mapped_column(Sequence)


class DecisionRow(Base):
    """What a person decided; one row a decision, never changed."""

    __tablename__ = "decisions"

    case_id: Mapped[str] = mapped_column(Id, ForeignKey("cases.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    decision: Mapped[str]
    outcome: Mapped[str]
    edit_distance: Mapped[float | None]
    decided_by: Mapped[str]
    decided_at: Mapped[datetime]
    body: Mapped[str]
    """The rest as canonical JSON: which draft, the sent text and the note, both redacted."""
    audit_seq: Mapped[int] = mapped_column(Sequence)


class AuditRow(Base):
    """A link of the audit chain; ``at`` and ``payload`` are kept as the very text that was hashed."""

    __tablename__ = "audit_log"
    __table_args__ = (Index(None, "case_id"), Index(None, "action"))

    seq: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=False)
    at: Mapped[str]
    actor: Mapped[str]
    action: Mapped[str]
    case_id: Mapped[str | None] = mapped_column(Id)
    payload: Mapped[str]
    prev_hash: Mapped[str]
    hash: Mapped[str]


class AuditHeadRow(Base):
    """The last link, sealed with a key that is not in the database; one row."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(Sequence)
    hash: Mapped[str]
    seal: Mapped[str]


class VaultRow(Base):
    """One encrypted original."""

    __tablename__ = "vault"
    __table_args__ = (Index(None, "expires_at"),)

    case_id: Mapped[str] = mapped_column(Id, ForeignKey("cases.id"), primary_key=True)
    placeholder: Mapped[str] = mapped_column(primary_key=True)
    key_id: Mapped[str]
    nonce: Mapped[bytes] = mapped_column(LargeBinary)
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime | None]
    """None: kept until a person decides (pharmacovigilance)."""


class OutboxRow(Base):
    """An event to tell others of. Writers take turns, so ``position`` is the order of commits."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(None, "state", "position"),
        Index("ix_outbox_account_type_created_at", "account", "type", "created_at"),
        Index(None, "case_id", "position"),
        {"sqlite_autoincrement": True},
    )

    position: Mapped[int] = mapped_column(Sequence, primary_key=True)
    id: Mapped[str] = mapped_column(Id, unique=True)
    type: Mapped[str]
    account: Mapped[str]
    case_id: Mapped[str] = mapped_column(Id, ForeignKey("cases.id"))
    data: Mapped[str]
    state: Mapped[str]
    created_at: Mapped[datetime]


class ApiKeyRow(Base):
    """An API key: its hash, whose it is, and what it may do."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    name: Mapped[str]
    account: Mapped[str]
    scopes: Mapped[str]
    """Comma-separated, sorted."""
    key_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class ArchiveRow(Base):
    """What was in force when cases were made: texts of policies and approved answers, never customer text."""

    __tablename__ = "archive"

    kind: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    """The version that a case's provenance names, or the SHA-256 of the body."""
    body: Mapped[str]
    """Canonical JSON."""
    first_seen_at: Mapped[datetime]


class InboundRow(Base):
    """A delivery of an inbound webhook. Ids of the sender's are kept as keyed hashes: they may be addresses."""

    __tablename__ = "inbound"
    __table_args__ = (Index(None, "state", "due_at"), Index(None, "conversation_key", "id"))

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    endpoint: Mapped[str]
    account: Mapped[str]
    delivery_key: Mapped[str] = mapped_column(unique=True)
    message_key: Mapped[str] = mapped_column(unique=True)
    conversation_key: Mapped[str]
    state: Mapped[str]
    case_id: Mapped[str | None] = mapped_column(Id)
    key_id: Mapped[str | None]
    nonce: Mapped[bytes | None] = mapped_column(LargeBinary)
    ciphertext: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The message and where its note goes, with the vault's key; None once its work is done."""
    attempts: Mapped[int]
    due_at: Mapped[datetime]
    error: Mapped[str | None]
    """Code of the last error, never its text."""
    received_at: Mapped[datetime]


# At the end, because its tables build on this file: whoever knows the tables of the store knows all of them.
import cases.desk_tables  # noqa: E402
import cases.learning.tables  # noqa: E402
import cases.request_tables  # noqa: E402
import cases.satisfaction_tables  # noqa: E402
import cases.work_tables  # noqa: E402, F401
