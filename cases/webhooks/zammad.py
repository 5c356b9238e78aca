"""Zammad's trigger webhook: one ticket and the article that set the trigger off.

Fields from zammad/zammad-admin-documentation ``manage/webhook/payload.rst``.
"""

from collections.abc import Mapping

from pydantic import Field

from cases.sources.html_text import html_text
from cases.sources.quoted_history import new_text
from cases.sources.subject import with_subject
from cases.webhooks.endpoints import Endpoint
from cases.webhooks.inbound import Ignored, Inbound, Payload, Reason, Said, customer_message, parse
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


class _Ticket(Payload):
    id: int = Field(ge=1, le=2**53)
    title: str | None = Field(default=None, repr=False)
    article_count: int | None = None


class _Article(Payload):
    id: int = Field(ge=1, le=2**53)
    body: str | None = Field(default=None, repr=False)
    content_type: str | None = None
    internal: bool | None = None
    sender: str | None = None
    type: str | None = None
    sender_name: str | None = Field(default=None, alias="from", repr=False)


class _Event(Payload):
    ticket: _Ticket | None = None
    article: _Article | None = None


def read(endpoint: Endpoint, headers: Mapping[str, str], body: bytes) -> Inbound | Ignored:
    """Read an event.

    Raises:
        NotJsonError, PayloadError
    """
    event = parse(_Event, body)
    ticket, article = event.ticket, event.article
    if ticket is None or article is None:
        # A trigger on a change without an article, or a payload of the administrator's own making.
        return Ignored(Reason.UNKNOWN_EVENT)
    if article.internal is not False:
        return Ignored(Reason.PRIVATE)
    if article.sender != "Customer":
        return Ignored(Reason.BOT if article.sender == "System" else Reason.OUTGOING)
    text = article.body or ""
    if (article.content_type or "").startswith("text/html"):
        text = html_text(text)
    channel, visibility = _CHANNELS.get(article.type or "", (endpoint.channel, None))
    if channel is Channel.EMAIL:
        text = new_text(text)
    if ticket.article_count == 1:
        text = with_subject(ticket.title, text)
    name = (article.sender_name or "").split("<")[0].strip(' "') or None
    said = Said(text=text, channel=channel, visibility=visibility, name=name)
    number, message_id = str(ticket.id), str(article.id)
    message = customer_message(endpoint, said, conversation=number, message_id=message_id)
    if isinstance(message, Ignored):
        return message
    return Inbound(message, number, message_id, headers.get("x-zammad-delivery"))
