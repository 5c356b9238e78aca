"""The format of an approved answer: what a company's departments have agreed may be said."""

import hashlib
import json
import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

MAX_SHORT = 200
"""Characters of the short text (issue 2, item 7): leaves room for an acknowledgement within 280."""

LanguageCode = Literal["es", "ca", "gl", "eu", "pt", "en"]
ChannelCode = Literal["x", "facebook", "instagram", "whatsapp", "email", "web"]

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]")

_SEALED = {
    "id", "texts", "tags", "products", "audience", "channels", "accounts", "valid_from", "valid_until",
}  # fmt: skip
_BLANK_LINE = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_LIST_ITEM = re.compile(r"(?:[-•*]|\d{1,2}[.)]) ")


def _iso_date(value: object) -> object:
    """Accept dates and ``YYYY-MM-DD`` only: a bare number would otherwise be read as a Unix time."""
    if value is None or isinstance(value, date):
        return value
    if isinstance(value, str) and _ISO_DATE.fullmatch(value):
        return value
    raise ValueError("a date is written YYYY-MM-DD")


def _plain(value: str) -> str:
    """Refuse invisible and direction-changing characters: what was approved must be what is read."""
    found = _CONTROL.search(value)
    if found:
        raise ValueError(f"invisible character U+{ord(found.group()):04X} at position {found.start() + 1}")
    return value


def _one_line(value: str) -> str:
    return _filled(" ".join(_plain(value).split()))


def _filled(value: str) -> str:
    if not value:
        raise ValueError("empty")
    return value


def _paragraphs(value: str) -> str:
    """One line a paragraph or list item: line breaks inside a paragraph are only the file's layout."""
    text = _plain(value).replace("\r\n", "\n")
    return _filled("\n\n".join(_unwrap(part) for part in _BLANK_LINE.split(text) if part.strip()))


def _unwrap(paragraph: str) -> str:
    lines = [" ".join(line.split()) for line in paragraph.strip().splitlines()]
    joined = lines[0]
    for line in lines[1:]:
        joined += ("\n" if _LIST_ITEM.match(line) else " ") + line
    return joined


def _whole(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("a whole number is expected")
    return value


def _flag(value: object) -> object:
    if not isinstance(value, bool):
        raise ValueError("true or false is expected")
    return value


IsoDate = Annotated[date, BeforeValidator(_iso_date)]
Line = Annotated[str, AfterValidator(_one_line)]
"""Text without line breaks; runs of blanks count as one."""
Paragraphs = Annotated[str, AfterValidator(_paragraphs)]
Name = Annotated[str, AfterValidator(_one_line), Field(max_length=120)]


class Role(StrEnum):
    """Departments that approve an answer."""

    MEDICAL = "medical"
    LEGAL = "legal"
    COMMUNICATIONS = "communications"


class Approval(BaseModel):
    """Who approved, in what role, and when."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: Role
    name: Name
    date: IsoDate
    content: str | None = Field(default=None, pattern=r"^[0-9a-f]{16}$")
    """Seal of what was approved (``ApprovedAnswer.seal``): the approval holds for nothing else. None: unsealed."""


class Submission(BaseModel):
    """Who handed an answer in for review, and when."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    date: IsoDate


class WithdrawalReason(StrEnum):
    """Why an answer was withdrawn; a code, so that no free text gets into records."""

    SAFETY = "safety"
    WRONG = "wrong"
    OUTDATED = "outdated"
    LEGAL = "legal"
    OTHER = "other"


class Withdrawal(BaseModel):
    """Who withdrew an answer, when and why."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    date: IsoDate
    reason: WithdrawalReason = WithdrawalReason.OTHER


class AnswerText(BaseModel):
    """The texts of one language: each may be quoted sentence by sentence, never reworded."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Line
    questions: tuple[Line, ...] = ()
    """Example questions, as customers ask them."""
    full: Paragraphs
    short: Annotated[Line, Field(max_length=MAX_SHORT)]
    """For channels with little room: at most 200 characters."""
    private: Paragraphs | None = None
    """What may be said in private only; the full text when None."""


class ApprovedAnswer(BaseModel):
    """One approved answer; ``texts`` by language code. Only answers approved and in force are retrievable."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,79}$")
    version: Annotated[int, BeforeValidator(_whole), Field(ge=1)]
    texts: dict[LanguageCode, AnswerText] = Field(min_length=1)
    tags: tuple[Name, ...] = ()
    products: tuple[Name, ...] = ()
    audience: Literal["public", "private", "any"] = "any"
    """``private``: never quoted in a public draft."""
    channels: tuple[ChannelCode, ...] = ()
    """Empty: every channel."""
    accounts: tuple[Name, ...] = ()
    """Empty: every account."""
    valid_from: IsoDate | None = None
    valid_until: IsoDate | None = None
    owner: str = ""
    approvals: tuple[Approval, ...] = ()
    withdrawn: Annotated[bool, BeforeValidator(_flag)] = False
    withdrawal: Withdrawal | None = None
    submitted: Submission | None = None
    """In review since; None for a draft, and for answers whose approvals came with them."""
    review_by: IsoDate | None = None
    """Day by which somebody reads it again; None: the period of ``policies/knowledge_base.yaml``."""

    @property
    def seal(self) -> str:
        """Sixteen hex digits of SHA-256 over what is approved: what is said, to whom, where and until when.

        Example questions are left out: they are never quoted.
        """
        approved = self.model_dump(
            mode="json", include=_SEALED, exclude={"texts": {"__all__": {"questions"}}}
        )
        content = json.dumps(approved, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(content.encode()).hexdigest()[:16]

    def approved_roles(self, on: date) -> frozenset[Role]:
        """The roles whose approval holds on a day: not of the future, and given to this very content."""
        seal = self.seal if any(approval.content for approval in self.approvals) else None
        valid = (approval for approval in self.approvals if approval.date <= on)
        return frozenset(approval.role for approval in valid if approval.content in (None, seal))

    def text_for(self, language: str) -> AnswerText:
        """The text in a language, or the Spanish one, or else the first there is."""
        texts = self.by_language()
        return texts.get(language) or texts.get("es") or next(iter(texts.values()))

    def by_language(self) -> dict[str, AnswerText]:
        """The texts under plain language codes."""
        return {str(code): text for code, text in self.texts.items()}
