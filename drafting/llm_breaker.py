"""A circuit breaker: a server that keeps failing is left alone for a while, then tried with one call."""

import threading
import time
from collections.abc import Callable

from drafting.llm_policy import BreakerPolicy


class Breaker:
    """Counts failures in a row. Thread-safe."""

    def __init__(self, policy: BreakerPolicy, now: Callable[[], float] = time.monotonic) -> None:
        self._policy = policy
        self._now = now
        self._lock = threading.Lock()
        self._failures = 0
        self._closed_again_at: float | None = None

    def allows(self) -> bool:
        """Whether a call may go out; once the time is over, one caller gets yes and the rest wait for its result."""
        with self._lock:
            if self._closed_again_at is None:
                return True
            if self._now() < self._closed_again_at:
                return False
            # If the probe never reports, the next one goes out after another such time.
            self._closed_again_at = self._now() + self._policy.open_seconds
            return True

    def succeeded(self) -> None:
        """The server answered."""
        with self._lock:
            self._failures = 0
            self._closed_again_at = None

    def failed(self) -> None:
        """The server failed."""
        with self._lock:
            self._failures += 1
            if self._failures >= self._policy.failures:
                self._closed_again_at = self._now() + self._policy.open_seconds
