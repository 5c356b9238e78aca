"""Delivers what is due: several at once, never all of them to one receiver, with waits that grow after failures."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import structlog

from cases.events.deliveries import GONE, Deliveries, Task
from cases.events.sender import MAX_RETRY_AFTER, Attempt
from cases.events.subscriptions import Subscription, Subscriptions

log = structlog.get_logger(__name__)

JITTER = 0.2
"""Each wait is longer by up to this share, so that receivers that come back are not met by all at once."""

SLOW_SECONDS = 5.0
"""A receiver whose last attempt took so long, or brought no answer at all, is slow until one comes sooner."""


class Sender(Protocol):
    """Sends one event once."""

    def send(self, subscription: Subscription, event_id: str, body: bytes) -> Attempt:
        """Send once; failures are told in the attempt."""
        ...


@dataclass(slots=True)
class Tally:
    """What came of some attempts."""

    delivered: int = 0
    put_off: int = 0
    dead: int = 0

    def add(self, outcome: str) -> None:
        """Count one."""
        setattr(self, outcome, getattr(self, outcome) + 1)


class Dispatcher:
    """Claims, sends and settles. ``deliver_next`` may run in any number of threads and processes."""

    def __init__(
        self,
        deliveries: Deliveries,
        subscriptions: Subscriptions,
        sender: Sender,
        *,
        at_once: int = 4,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._deliveries = deliveries
        self._subscriptions = subscriptions
        self._sender = sender
        self._share = max(1, at_once // 2)
        waits = max(subscriptions.retry_seconds, default=0) * (1 + JITTER)
        self._longest = timedelta(seconds=max(waits, MAX_RETRY_AFTER))
        self._chance = chance
        self._busy: Counter[str] = Counter()
        self._lock = threading.Lock()
        self.slow: set[str] = set()
        """Subscriptions whose receivers are slow: all of them together have no more at once than one alone."""
        self.tally = Tally()

    def deliver_next(self) -> bool:
        """Deliver one event that is due; False where none is.

        Raises:
            StoreUnavailableError: before sending, nothing was sent; after it, the lease ends by itself and the
                event goes again under its id.
        """
        with self._lock:
            free = self._free()
            task = self._deliveries.claim(free, longest=self._longest) if free else None
            if task is None:
                return False
            self._busy[task.subscription] += 1
        try:
            self._deliver(task)
        finally:
            with self._lock:
                self._busy[task.subscription] -= 1
        return True

    def _free(self) -> list[str]:
        """Subscriptions that may have one more attempt now: several that hang must not take all of them."""
        names = list(self._subscriptions.by_name)
        if sum(self._busy[name] for name in self.slow) >= self._share:
            names = [name for name in names if name not in self.slow]
        return [name for name in names if self._busy[name] < self._share]

    def _deliver(self, task: Task) -> None:
        begun = time.monotonic()
        attempt = self._sender.send(self._subscriptions.by_name[task.subscription], task.event_id, task.body)
        is_slow = attempt.status is None or time.monotonic() - begun > SLOW_SECONDS
        with self._lock:
            (self.slow.add if is_slow else self.slow.discard)(task.subscription)
        outcome = self._settle(task, attempt)
        with self._lock:
            self.tally.add(outcome)
        log.info(f"event.{outcome}", status=attempt.status, code=attempt.error, count=task.attempts)

    def _settle(self, task: Task, attempt: Attempt) -> str:
        if attempt.delivered and attempt.status is not None:
            self._deliveries.delivered(task, attempt.status)
            return "delivered"
        error = attempt.error or "no_answer"
        if attempt.gone:
            self._deliveries.dead(task, status=attempt.status, error=GONE)
            self._deliveries.switch_off(task.subscription)
            return "dead"
        waits = self._subscriptions.retry_seconds
        if task.attempts > len(waits):
            self._deliveries.dead(task, status=attempt.status, error=error)
            return "dead"
        seconds = waits[task.attempts - 1] * (1 + JITTER * self._chance())
        after = timedelta(seconds=max(seconds, attempt.retry_after or 0))
        self._deliveries.again(task, after=after, status=attempt.status, error=error)
        return "put_off"
