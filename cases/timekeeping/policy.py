"""When to warn, what stops a clock, when to ask again: read from ``policies/clocks.yaml``."""

from enum import StrEnum
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from cases.decisions import Verb
from policies.files import read_bytes, validated, yaml_of
from policies.vocabulary import Disposition, Flag

CLOCKS_FILE = Path(__file__).resolve().parents[2] / "policies" / "clocks.yaml"


class Clock(StrEnum):
    """The three clocks (X5)."""

    ACKNOWLEDGE = "acknowledge"
    ANSWER = "answer"
    RESOLVE = "resolve"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Stops(_Strict):
    sent: dict[Disposition, tuple[Clock, ...]] = Field(min_length=len(Disposition))
    respond: tuple[Clock, ...]
    ignore: tuple[Clock, ...]
    escalate: tuple[Clock, ...]


class _Promises(_Strict):
    remind_at_share: float = Field(gt=0, le=1)


class FollowUp(_Strict):
    """When to ask whether an answer helped, and after which cases."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{1,39}$")
    working_days: int = Field(ge=1, le=30)
    intents: tuple[str, ...] = ()
    flags: tuple[Flag, ...] = ()
    note: str = Field(min_length=1)

    @model_validator(mode="after")
    def _after_something(self) -> Self:
        if not self.intents and not self.flags:
            raise ValueError("intents or flags: say after which cases")
        return self


class CrisisPolicy(_Strict):
    """How many cases that may become a crisis open the plan (M62)."""

    cases: int = Field(ge=1, le=1000)
    within_minutes: int = Field(ge=1, le=10_080)
    quiet_hours: int = Field(ge=1, le=720)
    note: str = Field(min_length=1)


class ClocksPolicy(_Strict):
    """The whole file."""

    version: Literal[1]
    warn_at_share: dict[Clock, float] = Field(min_length=len(Clock))
    stops: _Stops
    forget_after_days: int = Field(ge=1, le=365)
    promises: _Promises
    follow_ups: tuple[FollowUp, ...] = ()
    crisis: CrisisPolicy

    @model_validator(mode="after")
    def _shares(self) -> Self:
        if any(not 0 < share < 1 for share in self.warn_at_share.values()):
            raise ValueError("warn_at_share: above 0 and under 1: a warning comes before the end")
        return self

    def stopped_by(self, verb: Verb, disposition: Disposition) -> tuple[Clock, ...]:
        """The clocks that a decision stops."""
        if verb in (Verb.ACCEPT, Verb.EDIT):
            return self.stops.sent[disposition]
        return {
            Verb.RESPOND: self.stops.respond,
            Verb.IGNORE: self.stops.ignore,
            Verb.ESCALATE: self.stops.escalate,
        }[verb]


def load_clocks(file: Path = CLOCKS_FILE) -> ClocksPolicy:
    """Read the policy.

    Raises:
        PolicyError: names file, entry and field.
    """
    return validated(ClocksPolicy, yaml_of(file, read_bytes(file)), file)
