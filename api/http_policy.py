"""How the HTTP surface is shared among its callers: read from ``policies/http.yaml``."""

from datetime import timedelta
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from policies.files import read_bytes, validated, yaml_of


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rate(_Part):
    """A bucket of tokens: how many it holds, and how many come back a second."""

    per_second: float = Field(gt=0, le=100_000)
    burst: int = Field(ge=1, le=1_000_000)


class Rates(_Part):
    """The rate of every key, and of single keys by their id."""

    default: Rate
    keys: dict[str, Rate] = {}

    def of(self, key_id: str) -> Rate:
        """The rate of a key."""
        return self.keys.get(key_id, self.default)


class IdempotencyPolicy(_Part):
    """How long an answer is given again, and how long an unfinished request blocks its key."""

    keep_hours: int = Field(ge=1, le=24 * 31)
    lease_seconds: int = Field(ge=1, le=3600)

    @property
    def keep(self) -> timedelta:
        """The same as a duration."""
        return timedelta(hours=self.keep_hours)

    @property
    def lease(self) -> timedelta:
        """The same as a duration."""
        return timedelta(seconds=self.lease_seconds)


class AcceptedWorkPolicy(_Part):
    """How much accepted work may wait, who does it, and how long its status stays."""

    max_waiting: int = Field(ge=1, le=1_000_000)
    workers: int = Field(ge=1, le=64)
    drain_seconds: float = Field(ge=0, le=600)
    keep_hours: int = Field(ge=1, le=24 * 31)

    @property
    def keep(self) -> timedelta:
        """How long finished work stays, as a duration."""
        return timedelta(hours=self.keep_hours)


class StreamPolicy(_Part):
    """How Server-Sent Events are kept alive and kept few. All times in seconds."""

    heartbeat_seconds: float = Field(gt=0, le=120)
    poll_seconds: float = Field(gt=0, le=60)
    max_seconds: float = Field(gt=0, le=24 * 3600)
    send_seconds: float = Field(gt=0, le=600)
    max_open: int = Field(ge=1, le=10_000)
    max_open_per_key: int = Field(ge=1, le=10_000)


class BatchPolicy(_Part):
    """How many messages one request may bring."""

    max_items: int = Field(ge=1, le=10_000)


class HttpPolicy(_Part):
    """The whole file."""

    version: Literal[1]
    rates: Rates
    idempotency: IdempotencyPolicy
    accepted_work: AcceptedWorkPolicy
    streams: StreamPolicy
    batch: BatchPolicy

    @model_validator(mode="after")
    def _batches_fit_the_buckets(self) -> Self:
        smallest = min(rate.burst for rate in (self.rates.default, *self.rates.keys.values()))
        if smallest < self.batch.max_items:
            raise ValueError(
                f"batch.max_items must not be over the smallest burst ({smallest}): none would pass"
            )
        return self


def load_http_policy(file: Path) -> HttpPolicy:
    """Read the policy.

    Raises:
        PolicyError: names file, entry and field.
    """
    return validated(HttpPolicy, yaml_of(file, read_bytes(file)), file)
