"""The message that comes in: the border of the system, validated and then held as raw text."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from policies.vocabulary import Channel, Visibility

MAX_TEXT = 20_000
"""Code points of a message; a longer one is refused, not cut: a cut could drop the one sentence that matters."""
MAX_TURNS = 50
YEARS = range(2000, 2101)
"""Of ``received_at``: clocks cannot be run near the ends of the calendar, and no message is from there."""

PRIVATE_BY_DEFAULT = frozenset({Channel.WHATSAPP, Channel.EMAIL, Channel.WEB})
"""The web is a contact form or chat: 94 % of the labelled web messages are private."""


def check_readable(text: str) -> str:
    """Return the text, or raise ValueError when it is blank. Lone surrogates pydantic has refused already."""
    if not text.strip():
        raise ValueError("text is empty")
    return text


class Turn(BaseModel):
    """An earlier turn of the conversation."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    role: Literal["customer", "agent"]
    text: str = Field(max_length=MAX_TEXT, repr=False)
    """May be blank: a photo without words."""


class Author(BaseModel):
    """Who wrote, as the network tells it. Followers are accepted and never used (M54, X1)."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    handle: str | None = Field(default=None, max_length=200, repr=False)
    name: str | None = Field(default=None, max_length=200, repr=False)
    followers: int | None = Field(default=None, ge=0)
    verified: bool | None = None
    tier: str | None = Field(default=None, max_length=50)


class Message(BaseModel):
    """One incoming message, as JSON over HTTP or one line of JSONL."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        json_schema_extra={
            "examples": [
                {
                    "text": "Hola, el sérum me ha dejado la cara roja y me pica mucho. ¿Es normal?",
                    "channel": "instagram",
                    "visibility": "public",
                    "account": "demo",
                }
            ]
        },
    )

    text: str = Field(min_length=1, max_length=MAX_TEXT, repr=False)
    id: str | None = Field(default=None, max_length=200)
    channel: Channel = Channel.WEB
    visibility: Visibility | None = None
    """Default: public on networks; private on e-mail, WhatsApp and the company's own web form."""
    language: str | None = Field(default=None, pattern=r"^[a-z]{2}$")
    thread: tuple[Turn, ...] = Field(default=(), max_length=MAX_TURNS)
    account: str | None = Field(default=None, max_length=100)
    author: Author | None = None
    received_at: datetime | None = None
    product: str | None = Field(default=None, max_length=200)

    @field_validator("text")
    @classmethod
    def _text_is_readable(cls, text: str) -> str:
        return check_readable(text)

    @field_validator("received_at")
    @classmethod
    def _received_at_is_of_our_time(cls, instant: datetime | None) -> datetime | None:
        if instant is not None and instant.year not in YEARS:
            raise ValueError(f"the year must be from {YEARS[0]} to {YEARS[-1]}")
        return instant

    @property
    def effective_visibility(self) -> Visibility:
        """The visibility given, or the channel's default."""
        if self.visibility is not None:
            return self.visibility
        return Visibility.PRIVATE if self.channel in PRIVATE_BY_DEFAULT else Visibility.PUBLIC
