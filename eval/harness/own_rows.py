"""The form of a line of a customer's own data. Unknown fields are refused; labels may be left out."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from cases.message import MAX_TEXT, MAX_TURNS, Message, Turn
from models.training.tagging_corpora import occurrences
from models.vocabulary import Emotion, Handling, Intent, Language, Relevance, SignalCode
from policies.vocabulary import Channel, Visibility

CSV_LISTS = ("intents", "flags", "personal", "health")
"""Columns that hold several values, parted by a bar (|)."""

Strings = tuple[Annotated[str, Field(min_length=1)], ...]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    id: str | None = Field(default=None, max_length=200)


class MessageRow(_Row):
    """A message with what is known of it; fields as in ``eval/data/GUIDE.md``."""

    text: str = Field(min_length=1, max_length=MAX_TEXT, repr=False)
    channel: Channel = Channel.WEB
    visibility: Visibility | None = None
    language: Language | None = None
    """For the tables alone: the pipeline has to find it."""
    variety: str | None = Field(default=None, pattern=r"^[a-z]{2}(-[A-Z]{2})?$")
    thread: tuple[Turn, ...] = Field(default=(), max_length=MAX_TURNS)
    account: str | None = Field(default=None, max_length=100)
    product: str | None = Field(default=None, max_length=200)
    intents: Annotated[tuple[Intent, ...], Field(min_length=1)] | None = None
    flags: tuple[SignalCode, ...] | None = None
    disposition: Handling | None = None
    emotion: Emotion | None = None
    relevance: Relevance | None = None
    personal: Strings | None = Field(default=None, repr=False)
    health: Strings | None = Field(default=None, repr=False)
    note: str = ""

    @model_validator(mode="before")
    @classmethod
    def _no_intents_is_not_labelled(cls, row: Any) -> Any:  # noqa: ANN401 - whatever the line holds
        """An empty cell of a CSV is no list of intents."""
        if isinstance(row, dict) and row.get("intents") == []:
            return {name: value for name, value in row.items() if name != "intents"}
        return row

    @model_validator(mode="after")
    def _consistent(self) -> "MessageRow":
        if not self.text.strip():
            raise ValueError("text: is empty")
        for name in ("personal", "health"):
            for number, value in enumerate(getattr(self, name) or (), start=1):
                if not any(occurrences(self.text, value)):
                    raise ValueError(f"{name}: number {number} does not stand in the text, letter by letter")
        if self.flags is not None and self.disposition is not None:
            _check_flags(frozenset(self.flags), self.disposition)
        return self

    def message(self, name: str) -> Message:
        """The message as the pipeline takes it."""
        return Message(
            id=name,
            text=self.text,
            channel=self.channel,
            visibility=self.visibility,
            thread=self.thread,
            account=self.account,
            product=self.product,
        )


class DecisionRow(_Row):
    """A stored decision: the facts on record, and what the person who decided made of them."""

    facts: dict[str, Any]
    disposition: Handling
    decided_by: Literal["person"] = "person"


def _check_flags(flags: frozenset[SignalCode], disposition: Handling) -> None:
    """The rules of the guide that hold for every message."""
    urgent = flags & {SignalCode.EMERGENCY, SignalCode.SELF_HARM}
    if urgent and disposition != Handling.URGENT_REFERRAL:
        raise ValueError(f"disposition: {min(urgent).value} is flagged, so it must be urgent_referral")
    if SignalCode.EXPERT_REVIEW in flags and disposition == Handling.DRAFT:
        raise ValueError("disposition: expert_review is flagged, so it cannot be draft")


def problem_of(error: Exception) -> str:
    """What is wrong with a line: field and reason, never a value."""
    if not isinstance(error, ValidationError):
        return str(error)
    told = []
    for item in error.errors(include_input=False, include_url=False, include_context=False)[:3]:
        path = [str(step) for step in item["loc"]]
        # An unknown field's name is the sender's, and may be a cell that slipped: it is not repeated.
        where = ".".join(path[:-1] if item["type"] == "extra_forbidden" else path)
        reason = "unknown field" if item["type"] == "extra_forbidden" else item["msg"]
        told.append(f"{where}: {reason}" if where else reason.removeprefix("Value error, "))
    return "; ".join(told)
