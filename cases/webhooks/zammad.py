"""Zammad's trigger webhook: one ticket and the article that set the trigger off, if one did.

Fields from zammad/zammad-admin-documentation ``manage/webhook/payload.rst``; an article that there is not is ``{}``
(zammad ``trigger_webhook_job/record_payload.rb``). One event may tell both of a reply and of the closing: an agent
answers and closes with one click.
"""

from collections.abc import Mapping
from hashlib import sha256

from pydantic import Field

from cases.sources.html_text import html_text
from cases.sources.quoted_history import new_text
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
from cases.webhooks.outcomes import Closing, Told, agent_number, agents_reply
from policies.vocabulary import Channel, Visibility

_CHANNELS: Mapping[str, tuple[Channel, Visibility]] = {
    "email": (Channel.EMAIL, Visibility.PRIVATE),
    "web": (Channel.WEB, Visibility.PRIVATE),
    "chat": (Channel.WEB, Visibility.PRIVATE),
    "whatsapp message": (Channel.WHATSAPP, Visibility.PRIVATE),
    "facebook feed post": (Channel.FACEBOOK, Visibility.PUBLIC),
    "facebook feed comment": (Channel.FACEBOOK, Visibility.PUBLIC),
    "twitter status": (Channel.X, Visibility.PUBLIC),
    "twitter direct-message": (Channel.X, Visibility.PRIVATE),
}
_MINUTES = "phone"
"""An agent's article of this type tells of a call; the customer never got its words."""
_SYSTEM = 1
"""The user that triggers, schedulers and imports write as, from Zammad's seeds."""


class _Ticket(Payload):
    id: int = Field(ge=1, le=2**53)
    title: str | None = Field(default=None, repr=False)
    article_count: int | None = None
    state: str | None = None
    updated_by_id: int | None = None


class _Article(Payload):
    id: int | None = Field(default=None, ge=1, le=2**53)
    body: str | None = Field(default=None, repr=False)
    content_type: str | None = None
    internal: bool | None = None
    sender: str | None = None
    type: str | None = None
    sender_name: str | None = Field(default=None, alias="from", repr=False)
    created_by_id: int | None = None


class _Event(Payload):
    ticket: _Ticket | None = None
    article: _Article | None = None


def read(endpoint: Endpoint, headers: Mapping[str, str], body: bytes) -> Told:
    """Read an event.

    Raises:
        NotJsonError, PayloadError
    """
    event = parse(_Event, body)
    ticket = event.ticket
    if ticket is None:
        # A payload of the administrator's own making.
        return Ignored(Reason.UNKNOWN_EVENT)
    closing = _closing(endpoint, ticket, body)
    article = event.article
    if article is None or not article.model_fields_set:
        return closing or Ignored(Reason.UNKNOWN_EVENT)
    if article.id is None:
        raise PayloadError("article.id: missing")
    if article.internal is not False:
        return closing or Ignored(Reason.PRIVATE)
    delivery = headers.get("x-zammad-delivery")
    if article.sender == "Customer":
        said = _said(endpoint, ticket, article)
        return customer_message(
            endpoint, said, conversation=str(ticket.id), message_id=str(article.id), delivery_id=delivery
        )
    if article.sender != "Agent" or article.created_by_id == _SYSTEM:
        return closing or Ignored(Reason.BOT if article.sender in ("System", "Agent") else Reason.OUTGOING)
    if article.type == _MINUTES:
        return closing or Ignored(Reason.OUTGOING)
    return agents_reply(
        endpoint,
        _text(article, mail=article.type == "email", ours=True),
        conversation=str(ticket.id),
        message_id=str(article.id),
        delivery_id=delivery,
        agent=article.created_by_id,
        closing=closing,
    )


def _closing(endpoint: Endpoint, ticket: _Ticket, body: bytes) -> Closing | None:
    if (ticket.state or "").strip().casefold() not in endpoint.closed_states:
        return None
    # By its signed bytes, not by the header that nobody signs: an old one is not taken for a new one.
    return Closing(str(ticket.id), sha256(body).hexdigest(), agent_number(ticket.updated_by_id))


def _text(article: _Article, *, mail: bool, ours: bool = False) -> str:
    """What was written this time: of a mail without the quoted history, and of ours without the signature."""
    text = article.body or ""
    if (article.content_type or "").startswith("text/html"):
        text = html_text(text, without_signature=ours)
    return new_text(text) if mail else text


def _said(endpoint: Endpoint, ticket: _Ticket, article: _Article) -> Said:
    channel, visibility = _CHANNELS.get(article.type or "", (endpoint.channel, None))
    text = _text(article, mail=channel is Channel.EMAIL)
    if ticket.article_count == 1:
        text = with_subject(ticket.title, text)
    name = (article.sender_name or "").split("<")[0].strip(' "') or None
    return Said(text=text, channel=channel, visibility=visibility, name=name)
