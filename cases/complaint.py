"""The complaint of a case, as its JSON shows it: codes, counts and places; no words of the customer's."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from models.understanding.complaint_marks import Wants
from models.understanding.complaint_stage import Stage


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ComplaintPlace(_Frozen):
    """Where something stands: code points, half open, into ``redacted_text`` or into ``thread[turn].text``."""

    source: Literal["text", "thread"]
    turn: int | None = None
    """Index of the turn in the case's ``thread``, from 0; None for the message itself."""
    cue: str
    """Id of the entry in policies/lexicons/complaint*.yaml, or of the phrase in policies/promises.yaml."""
    start: int = Field(ge=0)
    end: int = Field(ge=0)


class CaseAsk(_Frozen):
    """Something that the customer asks for."""

    code: Wants
    places: tuple[ComplaintPlace, ...]


class PromisedTime(_Frozen):
    """By when, as it was said: a number of units, a weekday from 0 (Monday), or a day of a month from 1."""

    unit: str
    """hours · days · working_days · weeks · months · this_week · next_week · weekday · date"""
    count: int
    month: int | None = None


class CasePromised(_Frozen):
    """What an earlier turn of ours promised."""

    what: Wants
    by: PromisedTime | None
    """None: without a time."""
    place: ComplaintPlace


class CaseComplaint(_Frozen):
    """A complaint: where it stands, what is asked for, what we promised (M42-M49)."""

    stage: Stage
    reason: str
    """What the stage means for whoever answers, in Spanish (policies/complaints.yaml)."""
    support: tuple[ComplaintPlace, ...] = ()
    """What the last message shows of the stage."""
    asks_for: tuple[CaseAsk, ...] = ()
    promised: tuple[CasePromised, ...] = ()
    """Oldest first."""
    other_channel: tuple[ComplaintPlace, ...] = ()
    """The customer wrote, called or went there before (M42)."""
    open_case: tuple[ComplaintPlace, ...] = ()
    """The customer names a case that is open (M42)."""
    chases: int = Field(default=0, ge=0)
    """How often the customer asked again: the turns that do, or more where the customer says so."""
    chase_places: tuple[ComplaintPlace, ...] = ()
