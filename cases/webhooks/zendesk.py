"""Zendesk's event subscriptions ``ticket.created``, ``ticket.comment_added`` and ``ticket.status_changed``.

Fields from developer.zendesk.com, webhook event types, ticket events (schema version 2022-11-06).
"""

from collections.abc import Mapping
from hashlib import sha256

from pydantic import Field

from cases.sources.subject import with_subject
from cases.webhooks.endpoints import Endpoint
from cases.webhooks.inbound import (
    Ignored,
    Payload,
    PayloadError,
    Reason,
    Said,
    customer_message,
    parse,
)
from cases.webhooks.outcomes import Closing, Reply, Told, agent_number, agents_reply
from policies.vocabulary import Channel

CREATED = "zen:event-type:ticket.created"
COMMENTED = "zen:event-type:ticket.comment_added"
CHANGED = "zen:event-type:ticket.status_changed"
_ENDED = ("SOLVED", "CLOSED")
_FIRST = "description"
"""Name of a ticket's first message: creation and first comment tell of the same one."""
_DIGITS = r"^[0-9]{1,20}$"
_CHANNELS: Mapping[str, Channel] = {
    "email": Channel.EMAIL,
    "web": Channel.WEB,
    "web_form": Channel.WEB,
    "web_widget": Channel.WEB,
    "chat": Channel.WEB,
    "native_messaging": Channel.WEB,
    "whatsapp": Channel.WHATSAPP,
    "facebook": Channel.FACEBOOK,
    "instagram_dm": Channel.INSTAGRAM,
    "twitter": Channel.X,
}


class _Via(Payload):
    channel: str | None = None


class _Detail(Payload):
    id: str | int | None = None
    description: str | None = Field(default=None, repr=False)
    subject: str | None = Field(default=None, repr=False)
    requester_id: str | int | None = None
    submitter_id: str | int | None = None
    actor_id: str | int | None = None
    is_public: bool | None = None
    via: _Via | None = None


class _Author(Payload):
    id: str | int | None = None
    is_staff: bool | None = None
    name: str | None = Field(default=None, repr=False)


class _Comment(Payload):
    id: str | int | None = None
    body: str | None = Field(default=None, repr=False)
    is_public: bool | None = None
    author: _Author | None = None


class _Change(Payload):
    comment: _Comment | None = None
    current: object = None
    """The new value, in an event that tells of one: a ticket's status is a word in capitals."""


class _Event(Payload):
    type: str
    id: str | None = Field(default=None, max_length=200)
    account_id: str | int | None = None
    detail: _Detail | None = None
    event: _Change | None = None


def read(endpoint: Endpoint, headers: Mapping[str, str], body: bytes) -> Told:
    """Read an event.

    Raises:
        NotJsonError, PayloadError
    """
    if not body.strip():
        return Ignored(Reason.UNKNOWN_EVENT)
    event = parse(_Event, body)
    if event.type not in (CREATED, COMMENTED, CHANGED):
        return Ignored(Reason.UNKNOWN_EVENT)
    if endpoint.remote_account is not None and str(event.account_id) != endpoint.remote_account:
        return Ignored(Reason.OTHER_ACCOUNT)
    detail = event.detail
    ticket = str(detail.id) if detail is not None else ""
    if detail is None or not ticket.isascii() or not ticket.isdigit() or len(ticket) > 20:
        raise PayloadError("detail.id: missing or no ticket number")
    delivery = event.id or headers.get("x-zendesk-webhook-invocation-id")
    agents = _of_an_agent(endpoint, event, detail, ticket, delivery or sha256(body).hexdigest())
    if agents is not None:
        return agents
    found = _first(detail) if event.type == CREATED else _comment(detail, event.event)
    if isinstance(found, Ignored):
        return found
    message_id, text, name = found
    if message_id == _FIRST:
        text = with_subject(detail.subject, text)
    told = detail.via.channel if detail.via else None
    said = Said(text=text, channel=_CHANNELS.get(told or "", endpoint.channel), name=name)
    return customer_message(endpoint, said, conversation=ticket, message_id=message_id, delivery_id=delivery)


def _of_an_agent(
    endpoint: Endpoint, event: _Event, detail: _Detail, ticket: str, delivery: str
) -> Reply | Closing | Ignored | None:
    """What staff did; None where a customer wrote, or where it takes the reader of messages to say what it is."""
    change = event.event
    if event.type == CHANGED:
        if change is None or change.current not in _ENDED:
            return Ignored(Reason.UNKNOWN_EVENT)
        return Closing(ticket, delivery, agent_number(detail.actor_id))
    comment = change.comment if change else None
    if event.type != COMMENTED or comment is None or comment.id is None or comment.is_public is not True:
        return None
    if comment.author is None or comment.author.is_staff is not True:
        return None
    return agents_reply(
        endpoint,
        comment.body,
        conversation=ticket,
        message_id=str(comment.id),
        delivery_id=delivery,
        agent=comment.author.id,
    )


Found = tuple[str, str, str | None]
"""Id, text and the author's name."""


def _first(detail: _Detail) -> Found | Ignored:
    if detail.is_public is False:
        return Ignored(Reason.PRIVATE)
    # A ticket that an agent opens is the agent's text.
    if detail.submitter_id != detail.requester_id:
        return Ignored(Reason.OUTGOING)
    return _FIRST, detail.description or "", None


def _comment(detail: _Detail, change: _Change | None) -> Found | Ignored:
    comment = change.comment if change else None
    if comment is None or comment.id is None:
        raise PayloadError("event.comment.id: missing")
    if comment.is_public is not True:
        return Ignored(Reason.PRIVATE)
    author = comment.author
    if author is None or author.is_staff is not False:
        return Ignored(Reason.OUTGOING)
    if str(author.id).startswith("-"):  # Zendesk itself
        return Ignored(Reason.BOT)
    text = comment.body or ""
    first = bool(text.strip()) and text.strip() == (detail.description or "").strip()
    return _FIRST if first else str(comment.id), text, author.name
