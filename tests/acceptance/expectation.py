"""What an acceptance entry says: a message to the demo company and what its case must and must not be.

The entries live in ``messages/*.yaml`` and were written from the labelling guide and the practices, not from
what the code does. ``message`` is the contract of ``cases.message.Message``; the account is ``demo``.
"""

from pathlib import Path
from typing import Annotated, Literal, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from cases.message import Message
from models.understanding.complaint_marks import Wants
from models.understanding.complaint_stage import Stage
from models.vocabulary import Intent, Language
from policies.vocabulary import Disposition, Flag, Priority, Visibility

FOLDER = Path(__file__).parent / "messages"


def _as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


T = TypeVar("T")
OneOf = Annotated[tuple[T, ...], BeforeValidator(_as_tuple)]
"""A value or a list of values: the case must have any one of them."""


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Must(_Closed):
    """All of these hold. Texts of drafts are compared case-insensitively; absent fields say nothing."""

    disposition: OneOf[Disposition] = ()
    main_intent: OneOf[Intent] = ()
    """The first intent of the case is one of these."""
    flags: tuple[Flag, ...] = ()
    """Every one of these was raised."""
    language: Language | None = None
    priority: OneOf[Priority] = ()
    redacted: tuple[str, ...] = ()
    """Exact pieces of the text that survive neither in the redacted text nor in any draft."""
    entity_types: tuple[str, ...] = ()
    """Every one of these types is among the entities."""
    keeps: tuple[str, ...] = ()
    """Exact pieces of the text that survive in the redacted text: products, lots, codes, prices."""
    evidence_any: tuple[str, ...] = ()
    """At least one of these answers is in the evidence."""
    audiences: tuple[Visibility, ...] = ()
    """There is a draft for each of these."""
    public_contains_any: tuple[str, ...] = ()
    private_contains_any: tuple[str, ...] = ()
    draft_contains_any: tuple[str, ...] = ()
    """At least one of these in at least one draft (of that audience)."""
    referral_kind: str | None = None
    adverse_event: Literal[True] | None = None
    """The case carries the four criteria for pharmacovigilance."""
    abstained: bool | None = None
    complaint_stage: OneOf[Stage] = ()
    """Where the complaint of the thread stands."""
    asks_for: tuple[Wants, ...] = ()
    """Every one of these is asked for."""
    same_as_pair: tuple[Literal["disposition", "priority", "queue"], ...] = ()
    """These fields are equal in every entry with the same ``pair``."""


class MustNot(_Closed):
    """None of these holds."""

    disposition: OneOf[Disposition] = ()
    main_intent: OneOf[Intent] = ()
    flags: tuple[Flag, ...] = ()
    draft_contains: tuple[str, ...] = ()
    """In no draft of any audience, case-insensitively."""
    public_contains: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()


class Expectation(_Closed):
    """One entry: why it is there, the message, and its case."""

    id: str = Field(pattern=r"^acc-\d{3}$")
    why: str = Field(min_length=10)
    pair: str | None = None
    message: Message
    must: Must
    must_not: MustNot = MustNot()

    @model_validator(mode="after")
    def _is_consistent(self) -> "Expectation":
        text, must, never = self.message.text, self.must, self.must_not
        missing = [piece for piece in (*must.redacted, *must.keeps) if piece not in text]
        if missing:
            raise ValueError(f"not in the text: {missing}")
        clashes: dict[str, set[str]] = {
            "redacted and kept": {r for r in must.redacted for k in must.keeps if r in k},
            "flags": {str(flag) for flag in must.flags if flag in never.flags},
            "disposition": {str(code) for code in must.disposition if code in never.disposition},
            "main_intent": {str(code) for code in must.main_intent if code in never.main_intent},
        }
        told = {name: sorted(values) for name, values in clashes.items() if values}
        if told:
            raise ValueError(f"both must and must not: {told}")
        if bool(must.same_as_pair) != bool(self.pair):
            raise ValueError("pair and same_as_pair go together")
        return self


def read_expectations(folder: Path = FOLDER) -> tuple[Expectation, ...]:
    """Read every entry of every file; raise ValueError naming file, entry and field of the first fault."""
    entries = []
    for path in sorted(folder.glob("*.yaml")):
        for row in yaml.safe_load(path.read_text(encoding="utf-8")):
            try:
                entries.append(Expectation.model_validate(row))
            except ValidationError as error:
                fault = error.errors()[0]
                where = ".".join(str(part) for part in fault["loc"])
                raise ValueError(f"{path.name}: {row.get('id')}: {where}: {fault['msg']}") from None
    return tuple(entries)
