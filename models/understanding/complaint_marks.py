"""What the words of a complaint's turns can show: how it moves on, and what the customer asks for."""

from enum import StrEnum


class ComplaintMark(StrEnum):
    """What one turn shows of where a complaint stands. Codes of the complaint lexicons."""

    GRIEVANCE = "grievance"
    """The customer tells what went wrong."""
    CHASE = "chase"
    """The customer asks again for what they are waiting for."""
    LATE = "late"
    """The customer says that the time promised is over."""
    SOLVED = "solved"
    """The customer says that it is solved."""
    AGREES = "agrees"
    """The customer agrees with what was offered or explained."""
    THANKS = "thanks"
    REJECTS = "rejects"
    """The customer turns down what was offered."""
    AGAIN = "again"
    """What was solved fails again."""
    CLOSES = "closes"
    """The customer asks to close it."""
    GIVES_UP = "gives_up"
    """The customer stops hoping for an answer: no agreement."""
    OTHER_CHANNEL = "other_channel"
    """The customer wrote, called or went there before (M42)."""
    OPEN_CASE = "open_case"
    """The customer names an open case or its number (M42)."""
    ASKS = "asks"
    """We ask what happened, or for something that is missing."""
    WAIT = "wait"
    """We announce an answer."""
    SCOPE = "scope"
    """We explain how far the company answers for it (M46)."""
    SOLUTION = "solution"
    """We offer, or tell of, a solution."""
    CLOSED = "closed"
    """We close it."""
    MORE_HELP = "more_help"
    """A question of courtesy, which asks nothing about the case."""


class Wants(StrEnum):
    """What a customer asks for."""

    REFUND = "refund"
    REPLACEMENT = "replacement"
    DELIVERY = "delivery"
    INFORMATION = "information"
    SOLUTION = "solution"
    APPOINTMENT = "appointment"
    DOCUMENT = "document"
    CORRECTION = "correction"
    CANCELLATION = "cancellation"
    APOLOGY = "apology"
    COMPENSATION = "compensation"
    CALL = "call"
    PERSON = "person"
    DATA_ERASURE = "data_erasure"
    COMPLAINT_FORM = "complaint_form"


CUSTOMER_MARKS = frozenset(
    {
        ComplaintMark.GRIEVANCE, ComplaintMark.CHASE, ComplaintMark.LATE, ComplaintMark.SOLVED,
        ComplaintMark.AGREES, ComplaintMark.THANKS, ComplaintMark.REJECTS, ComplaintMark.AGAIN,
        ComplaintMark.CLOSES, ComplaintMark.GIVES_UP, ComplaintMark.OTHER_CHANNEL, ComplaintMark.OPEN_CASE,
    }
)  # fmt: skip
AGENT_MARKS = frozenset(ComplaintMark) - CUSTOMER_MARKS
