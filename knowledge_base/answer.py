"""The format of an approved answer: what a company's departments have agreed may be said."""

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Role(StrEnum):
    """Departments that approve an answer."""

    MEDICAL = "medical"
    LEGAL = "legal"
    COMMUNICATIONS = "communications"


class Approval(BaseModel):
    """Who approved, in what role, and when."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: Role
    name: str = Field(min_length=1)
    date: date


class AnswerText(BaseModel):
    """The texts of one language: each may be quoted sentence by sentence, never reworded."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(min_length=1)
    questions: tuple[str, ...] = ()
    """Example questions, as customers ask them."""
    full: str = Field(min_length=1)
    short: str = Field(min_length=1, max_length=200)
    """For channels with little room: at most 200 characters."""
    private: str | None = None
    """What may be said in private only; the full text when None."""


class ApprovedAnswer(BaseModel):
    """One approved answer; ``texts`` by language code. Only answers approved and in force are retrievable."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,79}$")
    version: int = Field(ge=1)
    texts: dict[Literal["es", "ca", "gl", "eu", "pt", "en"], AnswerText] = Field(min_length=1)
    tags: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    audience: Literal["public", "private", "any"] = "any"
    """``private``: never quoted in a public draft."""
    channels: tuple[str, ...] = ()
    """Empty: every channel."""
    accounts: tuple[str, ...] = ()
    """Empty: every account."""
    valid_from: date | None = None
    valid_until: date | None = None
    owner: str = ""
    approvals: tuple[Approval, ...] = ()
    withdrawn: bool = False

    def text_for(self, language: str) -> AnswerText:
        """The text in a language, or the Spanish one, or else the first there is."""
        texts: dict[str, AnswerText] = dict(self.texts)
        return texts.get(language) or texts.get("es") or next(iter(texts.values()))
