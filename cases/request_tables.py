"""Tables of the HTTP surface: answers kept under idempotency keys, and accepted work."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from cases.tables import Base, Id


class ReplayRow(Base):
    """An answer kept under an idempotency key, or the work on it. Key and body of the request are keyed hashes."""

    __tablename__ = "replays"
    __table_args__ = (Index(None, "expires_at"),)

    account: Mapped[str] = mapped_column(primary_key=True)
    key_hash: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
    case_id: Mapped[str] = mapped_column(Id)
    """Id for the case that the request makes, the same at every attempt."""
    asked_case_id: Mapped[str | None] = mapped_column(Id)
    """The case that the request is about: the answer may hold its texts without its id."""
    started_at: Mapped[datetime]
    locked_until: Mapped[datetime]
    expires_at: Mapped[datetime]
    status: Mapped[int | None]
    """None until it is answered."""
    headers: Mapped[str | None]
    body: Mapped[str | None]
    """JSON as it was answered: redacted by the types of the answers."""


class AcceptedRow(Base):
    """A message that was taken with 202, and how far the work on it is."""

    __tablename__ = "accepted"
    __table_args__ = (Index(None, "state", "due_at"), Index(None, "finished_at"))

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    account: Mapped[str]
    actor: Mapped[str]
    case_id: Mapped[str] = mapped_column(Id, unique=True)
    """Promised to the caller; the case gets it unless its message was on record before."""
    recorded_case_id: Mapped[str | None] = mapped_column(Id)
    state: Mapped[str]
    key_id: Mapped[str | None]
    nonce: Mapped[bytes | None] = mapped_column(LargeBinary)
    ciphertext: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The message, with the vault's key; None once its work is done."""
    attempts: Mapped[int]
    due_at: Mapped[datetime]
    error: Mapped[str | None]
    """Code of the last error, never its text."""
    request_id: Mapped[str | None]
    steps: Mapped[str | None]
    """What was told of the work, as canonical JSON: codes and times."""
    accepted_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
