"""Table of what customers said of how they were served (M73)."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from cases.tables import Base, Id, Sequence


class SatisfactionRow(Base):
    """A customer's grade for a case; never changed, but for the comment, which goes when the case is erased."""

    __tablename__ = "satisfaction"

    case_id: Mapped[str] = mapped_column(Id, ForeignKey("cases.id"), primary_key=True)
    score: Mapped[int]
    """1 (very bad) to 5 (very good)."""
    comment: Mapped[str | None]
    """Redacted; the original is not kept."""
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]
    audit_seq: Mapped[int] = mapped_column(Sequence)
