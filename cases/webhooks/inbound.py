"""What a verified request turns out to be: a customer's message, or an event that is acknowledged and left."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from cases.errors import CaseError
from cases.message import MAX_TEXT, MAX_TURNS, Author, Message, Turn
from cases.webhooks.endpoints import Endpoint
from policies.vocabulary import Channel, Visibility

B = TypeVar("B", bound=BaseModel)
MAX_NAME = 200


class NotJsonError(CaseError):
    """The body is not JSON in UTF-8."""

    code = "body_not_json"


class PayloadError(CaseError):
    """The event lacks a field it needs, or has one of another type."""

    code = "webhook_payload_invalid"


class Reason(StrEnum):
    """Why an event was acknowledged and left."""

    UNKNOWN_EVENT = "unknown_event"
    OUTGOING = "outgoing"
    """An agent's message: drafting a reply to it would be a loop."""
    PRIVATE = "private"
    """An internal note: our own drafts come back as such."""
    BOT = "bot"
    OTHER_ACCOUNT = "other_account"
    NO_TEXT = "no_text"
    """A photo without words: a person sees it in the helpdesk."""
    TOO_LONG = "too_long"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Ignored:
    """An event to acknowledge and count."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Inbound:
    """A customer's message, where it stands, and how its delivery is known again."""

    message: Message = field(repr=False)
    conversation: str = field(repr=False)
    """The helpdesk's id of the conversation, which the note goes to."""
    message_id: str = field(repr=False)
    """The helpdesk's id of the message: the same however often, and by whatever hook, it is delivered."""
    delivery_id: str | None = field(repr=False)
    """The sender's id of the delivery; None where it sends none."""


class Payload(BaseModel):
    """A part of a helpdesk's payload: fields that we do not read may come and go."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


def parse(model: type[B], body: bytes) -> B:
    """Read a body as a model.

    Raises:
        NotJsonError: not JSON in UTF-8.
        PayloadError: names the field, never its value.
    """
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        if first["type"] == "json_invalid":
            raise NotJsonError("the body is not JSON in UTF-8") from None
        # Field names of the model only: a key of the sender's own could be anything.
        place = ".".join(str(step) for step in first["loc"]) or "body"
        raise PayloadError(f"{place}: missing or of a type that this event does not have") from None


@dataclass(frozen=True, slots=True)
class Said:
    """What was written: the text and where, before it becomes a message."""

    text: str = field(repr=False)
    channel: Channel
    visibility: Visibility | None = None
    name: str | None = field(default=None, repr=False)
    thread: Sequence[Turn] = field(default=(), repr=False)


def customer_message(
    endpoint: Endpoint, said: Said, *, conversation: str, message_id: str, delivery_id: str | None
) -> Inbound | Ignored:
    """The message as the pipeline takes it and where it stands, or why it cannot be taken.

    Raises:
        PayloadError: an id is too long, or a text is no valid Unicode.
    """
    text = said.text.replace("\r\n", "\n").strip()
    if not text:
        return Ignored(Reason.NO_TEXT)
    if len(text) > MAX_TEXT:
        return Ignored(Reason.TOO_LONG)
    try:
        message = Message(
            text=text,
            id=f"{endpoint.name}:{conversation}:{message_id}",
            channel=said.channel,
            visibility=said.visibility,
            thread=tuple(said.thread)[-MAX_TURNS:],
            account=endpoint.account,
            author=Author(name=said.name[:MAX_NAME]) if said.name else None,
        )
    except ValidationError:
        raise PayloadError("the message cannot be read: an id too long, or text that is no Unicode") from None
    return Inbound(message, conversation, message_id, delivery_id)


def turn(role: str, text: str | None) -> Turn | None:
    """An earlier turn, or None for one that is empty or too long to be read."""
    if not text or not text.strip() or len(text) > MAX_TEXT:
        return None
    return Turn(role="customer" if role == "customer" else "agent", text=text)
