"""Chatwoot's ``message_created`` and the closing of a conversation: from account webhooks and from agent bots.

Fields from chatwoot/docs ``docs/product/others/webhook-events.md``. An account webhook tells of a closing as
``conversation_status_changed``, an agent bot as ``conversation_resolved``; in both the conversation is the body.
"""

from collections.abc import Mapping
from hashlib import sha256

from pydantic import Field

from cases.message import Turn
from cases.webhooks.endpoints import Endpoint
from cases.webhooks.inbound import (
    Ignored,
    Payload,
    PayloadError,
    Reason,
    Said,
    customer_message,
    parse,
    turn,
)
from cases.webhooks.outcomes import Closing, Reply, Told, agents_reply
from policies.vocabulary import Channel, Visibility

_CHANNELS: Mapping[str, Channel] = {
    "Channel::WebWidget": Channel.WEB,
    "Channel::Email": Channel.EMAIL,
    "Channel::Whatsapp": Channel.WHATSAPP,
    "Channel::FacebookPage": Channel.FACEBOOK,
    "Channel::Instagram": Channel.INSTAGRAM,
    "Channel::TwitterProfile": Channel.X,
}
_CLOSINGS = ("conversation_status_changed", "conversation_resolved")
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
    account_id: int | str | None = None


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
    status: str | None = None
    """Of a conversation, where the event is about one."""
    messages: tuple[_Earlier, ...] = Field(default=(), max_length=500)


def read(endpoint: Endpoint, headers: Mapping[str, str], body: bytes) -> Told:
    """Read an event.

    Raises:
        NotJsonError, PayloadError
    """
    event = parse(_Event, body)
    if event.event in _CLOSINGS and event.status == "resolved":
        return _closing(endpoint, event, headers, body)
    if _is_reply(endpoint, event):
        return _reply(endpoint, event, headers)
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
    return customer_message(
        endpoint,
        said,
        conversation=str(conversation.id),
        message_id=str(event.id),
        delivery_id=headers.get("x-chatwoot-delivery"),
    )


def _closing(endpoint: Endpoint, event: _Event, headers: Mapping[str, str], body: bytes) -> Closing | Ignored:
    told = {str(message.account_id) for message in event.messages if message.account_id is not None}
    if event.account is not None:
        told.add(str(event.account.id))
    # Conversations are numbered by account, and one bot may serve many: without an account told, it is nobody's.
    if endpoint.remote_account is not None and told != {endpoint.remote_account}:
        return Ignored(Reason.OTHER_ACCOUNT)
    if event.id is None:
        raise PayloadError("a closing without the conversation's id")
    return Closing(str(event.id), headers.get("x-chatwoot-delivery") or sha256(body).hexdigest())


def _is_reply(endpoint: Endpoint, event: _Event) -> bool:
    """Whether a person of the company wrote to the customer; bots, templates and notes are none."""
    account = str(event.account.id) if event.account else None
    return (
        event.event == "message_created"
        and endpoint.remote_account in (None, account)
        and event.private is False
        and event.message_type in _OUTGOING
        and event.sender is not None
        and event.sender.type == "user"
    )


def _reply(endpoint: Endpoint, event: _Event, headers: Mapping[str, str]) -> Reply | Closing | Ignored:
    conversation, agent = event.conversation, event.sender.id if event.sender else None
    if event.id is None or conversation is None or conversation.id is None:
        raise PayloadError("message_created without id or conversation.id")
    return agents_reply(
        endpoint,
        event.content,
        conversation=str(conversation.id),
        message_id=str(event.id),
        delivery_id=headers.get("x-chatwoot-delivery"),
        agent=agent,
    )


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
