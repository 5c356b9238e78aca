"""A message as the steps before deciding left it, and the same without the orders it gives to the software."""

from dataclasses import dataclass, replace

from cases.message import Message
from cases.redacted import RedactedMessage
from models.understanding.order_edges import Stretch
from models.understanding.orders import says_something, without
from models.understanding.signals import URGENT
from models.understanding.types import Signal, Understanding
from models.understanding.understander import Understood
from models.vocabulary import SignalCode

FOUND_BY_PIECE = Signal(SignalCode.PROMPT_INJECTION, 0.6, ("head:orders",))
"""An attack that only a message's pieces give away."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A message with what redaction and understanding made of it."""

    message: Message
    redacted: RedactedMessage
    understood: Understood
    cut: tuple[Stretch, ...] = ()
    """Orders to the software, as places of the whole message, that were left out of this one."""


def unsteered(message: Message, orders: tuple[Stretch, ...]) -> Message | None:
    """The message without the orders in it; None where there are none, or nothing else is said."""
    plain = without(message.text, orders) if orders else ""
    return message.model_copy(update={"text": plain}) if says_something(plain) else None


def noticed(whole: Heard, orders: tuple[Stretch, ...]) -> Heard:
    """The whole message with the attack on record where orders were found in it that no signal had told of."""
    understanding = whole.understood.understanding
    if not orders or understanding.has(SignalCode.PROMPT_INJECTION):
        return whole
    return _heard(whole, [*understanding.signals, FOUND_BY_PIECE])


def left_out(message: Message, orders: tuple[Stretch, ...]) -> Message:
    """What was left out of a message, as a message of its own."""
    return message.model_copy(update={"text": " ".join(message.text[start:end] for start, end in orders)})


def lost_dangers(whole: Heard, plain: Heard) -> tuple[SignalCode, ...]:
    """Dangers to life that are seen with the orders in the message and not without them."""
    seen, left = whole.understood.understanding, plain.understood.understanding
    return tuple(code for code in URGENT if seen.has(code) and not left.has(code))


def with_attack(plain: Heard, whole: Understanding) -> Heard:
    """What was heard of the plain message, with the attack of the whole one on record: only its own signal."""
    others = [s for s in plain.understood.understanding.signals if s.code != SignalCode.PROMPT_INJECTION]
    return _heard(plain, [*others, *(s for s in whole.signals if s.code == SignalCode.PROMPT_INJECTION)])


def _heard(heard: Heard, signals: list[Signal]) -> Heard:
    """The same with other signals, the surest first."""
    found = tuple(sorted(signals, key=lambda signal: (-signal.score, signal.code)))
    understood = heard.understood
    return replace(
        heard, understood=replace(understood, understanding=replace(understood.understanding, signals=found))
    )
