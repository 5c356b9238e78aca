"""How long originals, events and deliveries are kept: read from ``policies/retention.yaml``."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from cases.outbox import EventType
from policies.files import read_bytes, validated, yaml_of
from policies.vocabulary import Flag

RETENTION_FILE = Path(__file__).resolve().parent.parent / "policies" / "retention.yaml"


class EntryKind(StrEnum):
    """What an original in the vault is."""

    MESSAGE = "message"
    """The message as it came."""
    TURN = "turn"
    """An earlier turn of the conversation."""
    PLACEHOLDER = "placeholder"
    """What stood where a placeholder stands now."""
    SENT = "sent"
    """The reply as it was sent."""
    NAME = "name"
    """The customer's own first name."""


class RecordKind(StrEnum):
    """What an event or an inbound delivery is by now."""

    EVENT_WAITING = "event_waiting"
    """Not handed on yet, or to be tried again."""
    EVENT_DELIVERED = "event_delivered"
    """Every subscription that asked for it has it; or none asked."""
    EVENT_DEAD = "event_dead"
    """Given up on for at least one subscription."""
    WEBHOOK_DONE = "webhook_done"
    """Worked on: hashes and the case's id are left."""
    WEBHOOK_FAILED = "webhook_failed"
    """Its case is on record; the note never reached the helpdesk."""
    WEBHOOK_UNREAD = "webhook_unread"
    """Given up on before there was a case: nobody has read the message."""


class Period(BaseModel):
    """Days to keep, and why; None never ends by itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    days: int | None = Field(ge=1, le=36_525)
    reason: str = Field(min_length=10)


class Kept(BaseModel):
    """Why an erasure request does not reach a case."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    basis: str = Field(min_length=3)
    """The article."""
    reason: str = Field(min_length=10)
    """As the person is told it."""


class Erasure(BaseModel):
    """What erasure requests do not reach, by flag of the case."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kept: dict[Flag, Kept]


class Retention(BaseModel):
    """The policy: a period for each kind, and longer ones for cases with certain flags."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1]
    kinds: dict[EntryKind, Period] = Field(min_length=len(EntryKind))
    flags: dict[Flag, Period]
    records: dict[RecordKind, Period] = Field(min_length=len(RecordKind))
    event_types: dict[EventType, Period]
    """Longer periods for events that something else is read from."""
    erasure: Erasure

    def days(self, kind: EntryKind, flags: Collection[Flag]) -> int | None:
        """Days to keep; the longest that applies, None (no end) being the longest of all."""
        periods = [self.kinds[kind], *(self.flags[flag] for flag in flags if flag in self.flags)]
        days = [period.days for period in periods if period.days is not None]
        return max(days) if len(days) == len(periods) else None

    def expires_at(self, kind: EntryKind, flags: Collection[Flag], recorded_at: datetime) -> datetime | None:
        """When an original may be deleted, or None."""
        days = self.days(kind, flags)
        return None if days is None else recorded_at + timedelta(days=days)

    def record_days(self, kind: RecordKind, event_type: EventType | None = None) -> int | None:
        """Days to keep an event or a delivery; the longer of kind and type, None (no end) being the longest."""
        periods = [self.records[kind]]
        if event_type is not None and event_type in self.event_types:
            periods.append(self.event_types[event_type])
        days = [period.days for period in periods if period.days is not None]
        return max(days) if len(days) == len(periods) else None


def load_retention(file: Path = RETENTION_FILE) -> Retention:
    """Read the policy.

    Raises:
        PolicyError: names file, entry and field.
    """
    return validated(Retention, yaml_of(file, read_bytes(file)), file)
