"""A bucket of tokens for each key: in this process's memory, so that replicas count apart."""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus

from api.http_policy import Rate, Rates
from api.problems import CODES, ProblemError

POLICY_NAME = "default"


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a key has left: ``allowed`` is False where the request asked for more than there was."""

    allowed: bool
    remaining: int
    retry_after: int
    """Whole seconds until what was asked for is there; 0 where it was."""
    rate: Rate

    def headers(self) -> dict[str, str]:
        """``RateLimit-Policy`` and ``RateLimit`` as of draft-ietf-httpapi-ratelimit-headers-11.

        ``q`` and ``w``: the bucket, and the seconds in which it fills. ``r`` and ``t``: tokens left, and the
        seconds until it is full again.
        """
        burst, per_second = self.rate.burst, self.rate.per_second
        window = max(1, math.ceil(burst / per_second))
        until_full = math.ceil((burst - self.remaining) / per_second)
        headers = {
            "ratelimit-policy": f'"{POLICY_NAME}";q={burst};w={window}',
            "ratelimit": f'"{POLICY_NAME}";r={self.remaining};t={until_full}',
        }
        return headers if self.allowed else {**headers, "retry-after": str(self.retry_after)}


@dataclass(slots=True)
class RateLimiter:
    """Takes tokens. Thread-safe. As many buckets as keys were seen: keys are made by people."""

    rates: Rates
    clock: Callable[[], float] = time.monotonic
    _buckets: dict[str, _Bucket] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, key_id: str, tokens: int = 1) -> Allowance:
        """Take tokens if they are there; a request that is refused takes none."""
        rate = self.rates.of(key_id)
        with self._lock:
            now = self.clock()
            bucket = self._buckets.setdefault(key_id, _Bucket(float(rate.burst), now))
            passed = max(0.0, now - bucket.at)
            bucket.tokens = min(float(rate.burst), bucket.tokens + passed * rate.per_second)
            bucket.at = max(bucket.at, now)
            # A rounding error of the clock must not cost a token.
            allowed = bucket.tokens + 1e-9 >= tokens
            if allowed:
                bucket.tokens = max(0.0, bucket.tokens - tokens)
            missing = 0.0 if allowed else tokens - bucket.tokens
            wait = 0 if allowed else max(1, math.ceil(missing / rate.per_second - 1e-9))
            return Allowance(allowed, int(bucket.tokens + 1e-9), wait, rate)


def refused(allowance: Allowance) -> ProblemError:
    """The problem of a key that asked for too much."""
    return ProblemError(
        HTTPStatus.TOO_MANY_REQUESTS, "rate_limited", CODES["rate_limited"], headers=allowance.headers()
    )
