"""Chatwoot's ``message_created``: the same payload from account webhooks and agent bots.

Fields from chatwoot/docs ``docs/product/others/webhook-events.md``.
"""

from collections.abc import Mapping

from pydantic import Field

from cases.message import Turn
from cases.webhooks.endpoints import Endpoint
from cases.webhooks.inbound import (
    Ignored,
    Inbound,
    Payload,
    PayloadError,
    Reason,
    Said,
    customer_message,
    parse,
    turn,
)
from policies.vocabulary import Channel, Visibility

_CHANNELS: Mapping[str, Channel] = {
    "Channel::WebWidget": Channel.WEB,
    "Channel::Email": Channel.EMAIL,
    "Channel::Whatsapp": Channel.WHATSAPP,
    "Channel::FacebookPage": Channel.FACEBOOK,
    "Channel::Instagram": Channel.INSTAGRAM,
    "Channel::TwitterProfile": Channel.X,
}
_INCOMING, _OUTGOING = ("incoming", 0), ("outgoing", 1)
"""In words at the top, in numbers inside ``conversation.messages``."""


class _Named(Payload):
    id: int | str | None = None
    name: str | None = Field(default=None, repr=False)
    type: str | None = None


class _Earlier(Payload):
    id: int | None = None
    content: str | None = Field(default=None, repr=False)
    message_type: int | str | None = None
    private: bool | None = None


class _Conversation(Payload):
    id: int | None = Field(default=None, ge=1, le=2**53)
    channel: str | None = None
    messages: tuple[_Earlier, ...] = Field(default=(), max_length=500)
    additional_attributes: dict[str, object] | None = None


class _Event(Payload):
    event: str
    id: int | None = Field(default=None, ge=1, le=2**53)
    content: str | None = Field(default=None, repr=False)
    message_type: int | str | None = None
    private: bool | None = None
    sender: _Named | None = None
    conversation: _Conversation | None = None
    account: _Named | None = None


def read(endpoint: Endpoint, headers: Mapping[str, str], body: bytes) -> Inbound | Ignored:
    """Read an event.

    Raises:
        NotJsonError, PayloadError
    """
    event = parse(_Event, body)
    reason = _left(endpoint, event)
    if reason is not None:
        return Ignored(reason)
    conversation = event.conversation
    if event.id is None or conversation is None or conversation.id is None:
        raise PayloadError("message_created without id or conversation.id")
    told = _CHANNELS.get(conversation.channel or "", endpoint.channel)
    public = (conversation.additional_attributes or {}).get("type") == "tweet"
    said = Said(
        text=event.content or "",
        channel=told,
        # All that Chatwoot receives is a private conversation, tweets apart.
        visibility=Visibility.PUBLIC if public else Visibility.PRIVATE,
        name=event.sender.name if event.sender else None,
        thread=_thread(conversation, event.id),
    )
    number, message_id = str(conversation.id), str(event.id)
    message = customer_message(endpoint, said, conversation=number, message_id=message_id)
    if isinstance(message, Ignored):
        return message
    return Inbound(message, number, message_id, headers.get("x-chatwoot-delivery"))


def _left(endpoint: Endpoint, event: _Event) -> Reason | None:
    if event.event != "message_created":
        return Reason.UNKNOWN_EVENT
    account = event.account.id if event.account else None
    if endpoint.remote_account is not None and str(account) != endpoint.remote_account:
        return Reason.OTHER_ACCOUNT
    if event.private:
        return Reason.PRIVATE
    if event.message_type not in _INCOMING:
        return Reason.OUTGOING
    # An incoming message is the contact's; whatever else claims to be one is not drafted for.
    kind = event.sender.type if event.sender else None
    return Reason.BOT if kind not in (None, "contact") else None


def _thread(conversation: _Conversation, current: int) -> list[Turn]:
    turns = []
    for earlier in conversation.messages:
        if earlier.private or earlier.id == current or earlier.message_type not in (*_INCOMING, *_OUTGOING):
            continue
        role = "customer" if earlier.message_type in _INCOMING else "agent"
        made = turn(role, earlier.content)
        if made is not None:
            turns.append(made)
    return turns
