"""Table of what experts answered to the questions that agents put to them."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from cases.tables import Base, Id, Sequence


class ExpertAnswerRow(Base):
    """An expert's answer to the question of one decision (``escalate``); never changed."""

    __tablename__ = "expert_answers"

    case_id: Mapped[str] = mapped_column(Id, ForeignKey("cases.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    answer: Mapped[str]
    """Without anybody's personal data; terms of health are left, as in an approved answer."""
    proposed_as: Mapped[str | None]
    """Id of the draft answer that was made of it; None where it was not proposed."""
    answered_by: Mapped[str]
    answered_at: Mapped[datetime]
    audit_seq: Mapped[int] = mapped_column(Sequence)
