"""Tables of what the learning report counts: of each case, and of each day. Worked out of the records."""

from datetime import date

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from cases.tables import Base, Id


class LearningCaseRow(Base):
    """What counts of a case: codes, numbers and verbs. No text, and not who decided."""

    __tablename__ = "learning_cases"
    __table_args__ = (Index(None, "account", "day"),)

    case_id: Mapped[str] = mapped_column(Id, ForeignKey("cases.id"), primary_key=True)
    account: Mapped[str]
    day: Mapped[date]
    """Of arrival (UTC)."""
    body: Mapped[str]
    """Canonical JSON."""


class LearningDayRow(Base):
    """The counts of a day of an account: ``cases.learning.tally.Tally`` as JSON."""

    __tablename__ = "learning_days"

    account: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    body: Mapped[str]
