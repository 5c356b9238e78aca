"""Which case a delivery makes, and what goes from the inbox with that case when it is erased."""

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from cases.identifiers import same_digits
from cases.tables import InboundRow
from cases.webhooks.inbox import AGENTS, FORGOTTEN

_DELIVERY, _CASE = "inb", "cas"


def promised_case(delivery: str) -> str:
    """The id for the case that a delivery makes, the same at every attempt: one cut short left it nowhere else."""
    return same_digits(delivery, _CASE)


def forget_conversation(session: Session, case_id: str) -> None:
    """Forget what is kept of a case that is erased: its delivery, and what agents did in its conversation since.

    A reply that waits may answer it, whichever case it is to: nobody can tell before it is worked on. Messages of
    the customer that wait stay: each makes a case of its own, which the law may want kept, or which cannot wait.
    """
    own = or_(InboundRow.case_id == case_id, InboundRow.id == same_digits(case_id, _DELIVERY))
    conversations = select(InboundRow.conversation_key).where(own)
    keys = list(session.scalars(conversations))
    # Its delivery may not know it yet: the attempt that recorded it was cut short.
    session.execute(update(InboundRow).where(own).values(case_id=case_id, **FORGOTTEN))
    of_agents = and_(InboundRow.conversation_key.in_(keys), InboundRow.message_key.like(f"{AGENTS}%"))
    session.execute(update(InboundRow).where(of_agents).values(**FORGOTTEN))
