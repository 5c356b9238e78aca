"""A message as the steps before deciding left it, and the same without the orders it gives to the software."""

from dataclasses import dataclass, replace

from cases.message import Message
from cases.redacted import RedactedMessage
from models.understanding.orders import Stretch, says_something, without
from models.understanding.types import Understanding
from models.understanding.understander import Understood
from models.vocabulary import SignalCode


@dataclass(frozen=True, slots=True)
class Heard:
    """A message with what redaction and understanding made of it."""

    message: Message
    redacted: RedactedMessage
    understood: Understood


def unsteered(message: Message, orders: tuple[Stretch, ...]) -> Message | None:
    """The message without the orders in it; None where there are none, or nothing else is said."""
    plain = without(message.text, orders) if orders else ""
    return message.model_copy(update={"text": plain}) if says_something(plain) else None


def with_attack(plain: Heard, whole: Understanding) -> Heard:
    """What was heard of the plain message, with the attack of the whole one on record: only its own signal."""
    understanding = plain.understood.understanding
    others = [s for s in understanding.signals if s.code != SignalCode.PROMPT_INJECTION]
    attack = [s for s in whole.signals if s.code == SignalCode.PROMPT_INJECTION]
    found = tuple(sorted([*others, *attack], key=lambda signal: (-signal.score, signal.code)))
    return replace(
        plain, understood=replace(plain.understood, understanding=replace(understanding, signals=found))
    )
