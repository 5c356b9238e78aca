"""Intercom's ``conversation.user.created`` and ``conversation.user.replied``, the conversation in ``data.item``."""

import re
from collections.abc import Mapping

from pydantic import Field

from cases.message import Turn
from cases.sources.html_text import html_text
from cases.sources.quoted_history import new_text
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

_TOPICS = ("conversation.user.created", "conversation.user.replied")
_CUSTOMERS = frozenset({"user", "lead", "contact"})
_AGENTS = frozenset({"admin", "team"})
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CHANNELS: Mapping[str, Channel] = {
    "conversation": Channel.WEB,
    "email": Channel.EMAIL,
    "facebook": Channel.FACEBOOK,
    "instagram": Channel.INSTAGRAM,
    "twitter": Channel.X,
    "whatsapp": Channel.WHATSAPP,
}


class _Person(Payload):
    type: str | None = None
    name: str | None = Field(default=None, repr=False)


class _Part(Payload):
    id: str | int | None = None
    type: str | None = None
    part_type: str | None = None
    body: str | None = Field(default=None, repr=False)
    author: _Person | None = None


class _Parts(Payload):
    conversation_parts: tuple[_Part, ...] = Field(default=(), max_length=500)


class _Item(Payload):
    id: str | int | None = None
    source: _Part | None = None
    conversation_parts: _Parts | None = None


class _Data(Payload):
    item: _Item | None = None


class _Event(Payload):
    topic: str
    id: str | None = Field(default=None, max_length=200)
    app_id: str | None = None
    data: _Data | None = None


def read(endpoint: Endpoint, headers: Mapping[str, str], body: bytes) -> Inbound | Ignored:
    """Read an event.

    Raises:
        NotJsonError, PayloadError
    """
    event = parse(_Event, body)
    if event.topic == "ping":
        return Ignored(Reason.TEST)
    if event.topic not in _TOPICS:
        return Ignored(Reason.UNKNOWN_EVENT)
    if endpoint.remote_account is not None and event.app_id != endpoint.remote_account:
        return Ignored(Reason.OTHER_ACCOUNT)
    item = event.data.item if event.data else None
    number = str(item.id) if item is not None and item.id is not None else ""
    if item is None or not _ID.fullmatch(number):
        raise PayloadError("data.item.id: missing or no conversation id")
    told = [part for part in (item.source, *_parts(item)) if part is not None]
    said = [part for part in told if (part.body or "").strip() and part.part_type != "note"]
    if not said:
        return Ignored(Reason.NO_TEXT)
    last = said[-1]
    if last.author is None or last.author.type not in _CUSTOMERS:
        return Ignored(Reason.BOT if last.author and last.author.type == "bot" else Reason.OUTGOING)
    message_id = str(last.id) if last.id is not None else ""
    if not message_id:
        raise PayloadError("data.item: the customer's part has no id")
    message = customer_message(
        endpoint, _said(endpoint, item, said), conversation=number, message_id=message_id
    )
    return message if isinstance(message, Ignored) else Inbound(message, number, message_id, event.id)


def _parts(item: _Item) -> tuple[_Part, ...]:
    return item.conversation_parts.conversation_parts if item.conversation_parts else ()


def _said(endpoint: Endpoint, item: _Item, parts: list[_Part]) -> Said:
    kind = item.source.type if item.source else None
    channel = _CHANNELS.get(kind or "", endpoint.channel)
    last = parts[-1]
    text = html_text(last.body or "")
    return Said(
        text=new_text(text) if channel is Channel.EMAIL else text,
        channel=channel,
        visibility=Visibility.PRIVATE,
        name=last.author.name if last.author else None,
        thread=[made for part in parts[:-1] if (made := _turn(part)) is not None],
    )


def _turn(part: _Part) -> Turn | None:
    kind = part.author.type if part.author else None
    if kind in _CUSTOMERS:
        return turn("customer", html_text(part.body or ""))
    return turn("agent", html_text(part.body or "")) if kind in _AGENTS else None
