"""The policy of suspected adverse events: day zero, the clocks of submission, and what each code means to a person."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from policies.errors import PolicyError
from policies.files import read_bytes, validated, yaml_of
from policies.schema import Strict

POLICY_FILE = Path(__file__).with_name("adverse_events.yaml")

Clock = Literal["serious", "non_serious"]
LONGEST: Mapping[str, int] = {"serious": 15, "non_serious": 90}
"""Calendar days (Directive 2001/83/EC art. 107(3)): a policy may give less, not more."""

Sourced = Annotated[str, Field(pattern=r"^\[[SK]\] \S")]
"""[S] and where it was read, or [K]: general knowledge."""


class CodeReason(Strict):
    """How a code is told to a person, in Spanish."""

    reason: str = Field(min_length=3)
    source: Sourced


class ClockModel(Strict):
    """A term of submission."""

    calendar_days: int = Field(ge=1)
    reason: str = Field(min_length=3)
    source: Sourced


class DayZeroModel(Strict):
    """What starts the clocks. Each has one lawful value; the file says it so that it can be read there."""

    counts_from: Literal["received_at"]
    when: Literal["all_criteria"]
    source: Sourced


class AdverseEventPolicy(Strict):
    """The file."""

    version: int = Field(ge=1)
    title: str
    day_zero: DayZeroModel
    clocks: dict[Clock, ClockModel]
    situations: dict[str, CodeReason]
    seriousness: dict[str, CodeReason]

    @model_validator(mode="after")
    def _within_the_law(self) -> "AdverseEventPolicy":
        for name, longest in LONGEST.items():
            clock = next((clock for key, clock in self.clocks.items() if key == name), None)
            if clock is None:
                raise ValueError(f"clocks: {name} is missing")
            if clock.calendar_days > longest:
                raise ValueError(f"clocks: {name}: {clock.calendar_days} days, and the law gives {longest}")
        return self

    def submit_by(self, day_zero: date, clock: Clock) -> date:
        """Last day to submit: day zero is day 0, every day of the calendar counts (GVP VI.B.7)."""
        return day_zero + timedelta(days=self.clocks[clock].calendar_days)

    def check_codes(self, *, situations: Collection[str], seriousness: Collection[str]) -> None:
        """Refuse a file that leaves out a code that can be found, or names one that cannot.

        Raises:
            PolicyError: names the part and the code.
        """
        for part, told, known in (
            ("situations", set(self.situations), set(situations)),
            ("seriousness", set(self.seriousness), set(seriousness)),
        ):
            if told != known:
                raise PolicyError(f"adverse_events: {part}: missing or unknown: {sorted(told ^ known)[0]}")


def load_adverse_events(file: Path = POLICY_FILE) -> AdverseEventPolicy:
    """Read the policy. Raises PolicyError with file and field."""
    return validated(AdverseEventPolicy, yaml_of(file, read_bytes(file)), file)
