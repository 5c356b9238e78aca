"""A message and its thread after redaction, with one numbering of persons over all turns."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace

from cases.message import Message
from cases.vault import MESSAGE, turn_name
from models.redaction.numbering import Numbering
from models.redaction.redactor import Redactor
from models.spans import HEALTH_ENTITIES, Redaction
from models.text import RawText, RedactedText

SHORT_QUESTION = 40
"""Code points under which a follow-up ("¿y de avellana?") makes sense only with the turn before."""

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

WITHHELD = Redaction(RedactedText("[TEXTO_RETENIDO]"), (), {})
"""Stands in when redaction failed: the whole text is held back (fail closed)."""


@dataclass(frozen=True, slots=True)
class RedactedTurn:
    """One turn of the thread."""

    role: str
    raw: RawText
    redaction: Redaction


@dataclass(frozen=True, slots=True)
class RedactedMessage:
    """The message's own redaction, and that of each earlier turn."""

    raw: RawText
    redaction: Redaction
    turns: tuple[RedactedTurn, ...] = field(default=())

    def said_by(self, role: str) -> tuple[RedactedTurn, ...]:
        """The earlier turns of the customer or of the agent."""
        return tuple(turn for turn in self.turns if turn.role == role)

    def originals(self) -> dict[str, RawText]:
        """What belongs into the vault: the message, its turns, and each placeholder's original."""
        turns = {turn_name(number): turn.raw for number, turn in enumerate(self.turns)}
        return {MESSAGE: self.raw, **turns, **self.redaction.originals}

    def question_text(self) -> str:
        """The message alone as the retriever reads it; as ``search_text``, in memory only."""
        return _without_personal_data(self.raw, self.redaction)

    def search_text(self) -> str:
        """The question as the retriever reads it, in memory: personal data cut out, health terms kept.

        A question on a cream for atopic skin cannot be answered with its subject masked. The text is used for
        the search and dropped: it is never stored, logged or sent on.
        """
        question = self.question_text()
        earlier = self.said_by("customer")
        if earlier and len(question) < SHORT_QUESTION:
            return f"{_without_personal_data(earlier[-1].raw, earlier[-1].redaction)} {question}"
        return question


def withheld(message: Message) -> RedactedMessage:
    """Build the stand-in for a message whose redaction failed."""
    return RedactedMessage(RawText(message.text), WITHHELD)


def in_turns(
    message: RedactedMessage, change: Callable[[RedactedText, tuple[str, ...]], RedactedText]
) -> RedactedMessage:
    """The message with the redacted text of each turn changed; ``change`` gets it with the placeholders in it."""
    turns = (
        replace(turn, redaction=replace(turn.redaction, text=change(turn.redaction.text, _standing(turn))))
        for turn in message.turns
    )
    return replace(message, turns=tuple(turns))


def without_turns(message: RedactedMessage) -> RedactedMessage:
    """The message with what was said before held back: it could not be settled what may be shown of it."""
    return in_turns(message, lambda *_: WITHHELD.text)


def _standing(turn: RedactedTurn) -> tuple[str, ...]:
    return tuple(span.placeholder for span in turn.redaction.spans)


def redact_message(redactor: Redactor, message: Message, *, allowed: Collection[str]) -> RedactedMessage:
    """Redact the turns in order and then the message, so that one person keeps one placeholder."""
    raws = [RawText(text) for text in (*(turn.text for turn in message.thread), message.text)]
    done = redactor.redact_batch(raws, numbering=Numbering(), allowed=allowed)
    turns = tuple(
        RedactedTurn(turn.role, raw, redaction)
        for turn, raw, redaction in zip(message.thread, raws, done, strict=False)
    )
    return RedactedMessage(raws[-1], done[-1], turns)


def redact_id(redactor: Redactor, name: str, *, allowed: Collection[str]) -> str:
    """Mask the personal data in a sender's id of a message: e-mail ids hold addresses, chat ids phones.

    An id without any stays as it is. A reference number is what an id is for; it is no finding here, and a
    UUID is nobody's number whatever its digits.
    """
    if _UUID.fullmatch(name):
        return name
    redaction = redactor.patterns_alone.redact(RawText(name), allowed=allowed)
    personal = any(span.entity_type != "ORDER_ID" for span in redaction.spans)
    return redaction.text.value if personal else name


def _without_personal_data(raw: RawText, redaction: Redaction) -> str:
    if redaction is WITHHELD:
        return ""
    text, parts, last = raw.reveal(), [], 0
    for span in redaction.spans:
        if span.entity_type not in HEALTH_ENTITIES:
            parts.append(text[last : span.start])
            last = span.end
    parts.append(text[last:])
    return " ".join(" ".join(parts).split())
