"""Intercom's topics of a conversation, which is in ``data.item`` with the part that the event is about.

Topics from developers.intercom.com, webhook models: ``conversation.user.created`` and ``.user.replied`` bring what the
customer wrote, ``.admin.replied`` an agent's reply, ``.admin.closed`` a closing, with the agent's last words in its
part where they closed with a reply. Fin and other bots answer under ``conversation.operator.replied``.
"""

import re
from collections.abc import Mapping
from hashlib import sha256

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
from cases.webhooks.outcomes import Closing, Reply, Told, agent_number, agents_reply
from policies.vocabulary import Channel, Visibility

_WRITTEN = ("conversation.user.created", "conversation.user.replied")
_REPLIED, _CLOSED = "conversation.admin.replied", "conversation.admin.closed"
_LEFT: Mapping[str, Reason] = {
    "ping": Reason.TEST,
    "conversation.admin.noted": Reason.PRIVATE,
    "conversation.operator.replied": Reason.BOT,
}
_NOTES = ("note", "note_and_reopen")
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
    id: str | int | None = None
    type: str | None = None
    from_ai_agent: bool | None = None
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


def read(endpoint: Endpoint, headers: Mapping[str, str], body: bytes) -> Told:
    """Read an event.

    Raises:
        NotJsonError, PayloadError
    """
    event = parse(_Event, body)
    if event.topic not in (*_WRITTEN, _REPLIED, _CLOSED):
        return Ignored(_LEFT.get(event.topic, Reason.UNKNOWN_EVENT))
    if endpoint.remote_account is not None and event.app_id != endpoint.remote_account:
        return Ignored(Reason.OTHER_ACCOUNT)
    item = event.data.item if event.data else None
    number = str(item.id) if item is not None and item.id is not None else ""
    if item is None or not _ID.fullmatch(number):
        raise PayloadError("data.item.id: missing or no conversation id")
    if event.topic in _WRITTEN:
        return _written(endpoint, event, item, number)
    last = _parts(item)[-1] if _parts(item) else None
    if event.topic == _REPLIED:
        return _replied(endpoint, event, last, number, None)
    agent = agent_number(last.author.id) if last is not None and last.author is not None else None
    closing = Closing(number, event.id or sha256(body).hexdigest(), agent)
    return _replied(endpoint, event, last, number, closing)


def _written(endpoint: Endpoint, event: _Event, item: _Item, number: str) -> Inbound | Ignored:
    told = [part for part in (item.source, *_parts(item)) if part is not None]
    said = [part for part in told if (part.body or "").strip() and part.part_type not in _NOTES]
    if not said:
        return Ignored(Reason.NO_TEXT)
    last = said[-1]
    if last.author is None or last.author.type not in _CUSTOMERS:
        return Ignored(Reason.BOT if last.author and last.author.type == "bot" else Reason.OUTGOING)
    if last.id is None or not str(last.id):
        raise PayloadError("data.item: the customer's part has no id")
    return customer_message(
        endpoint,
        _said(endpoint, item, said),
        conversation=number,
        message_id=str(last.id),
        delivery_id=event.id,
    )


def _replied(
    endpoint: Endpoint, event: _Event, part: _Part | None, number: str, closing: Closing | None
) -> Reply | Closing | Ignored:
    """The agent's words in the part that the event is about; without any, the closing alone."""
    if part is None or not (part.body or "").strip():
        return closing or Ignored(Reason.NO_TEXT)
    if part.part_type in _NOTES:
        return closing or Ignored(Reason.PRIVATE)
    author = part.author
    if author is None or author.type != "admin" or author.from_ai_agent:
        return closing or Ignored(Reason.OUTGOING if author is None else Reason.BOT)
    if part.id is None or not str(part.id):
        raise PayloadError("data.item: the agent's part has no id")
    return agents_reply(
        endpoint,
        html_text(part.body or ""),
        conversation=number,
        message_id=str(part.id),
        # Closing with a reply may be told by two topics: the part is what is known again.
        delivery_id=event.id,
        agent=author.id,
        closing=closing,
    )


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
