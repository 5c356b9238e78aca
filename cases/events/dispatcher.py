"""Delivers what is due: several at once, never all of them to one receiver, with waits that grow after failures."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
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
HAND = 4
"""Deliveries to one receiver that are claimed at once, and noted at once when it took them: each transaction costs as
much as sending, and holds SQLite's only writer. They are still sent one by one."""
HAND_SECONDS = 15.0
"""After so long no further one of a hand is sent: the last must end well within the lease, and at a stop in time."""


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
        """Deliver what is due to one receiver, a hand of it at most; False where nothing is.

        Raises:
            StoreUnavailableError: before sending, nothing was sent; after it, the lease ends by itself and the
                events go again under their ids.
        """
        with self._lock:
            free = self._free()
            hand = self._deliveries.claim_hand(free, most=HAND, longest=self._longest) if free else ()
            if not hand:
                return False
            self._busy[hand[0].subscription] += 1
        try:
            self._deliver(hand)
        finally:
            with self._lock:
                self._busy[hand[0].subscription] -= 1
        return True

    def _free(self) -> list[str]:
        """Subscriptions that may have one more attempt now: several that hang must not take all of them."""
        names = list(self._subscriptions.by_name)
        if sum(self._busy[name] for name in self.slow) >= self._share:
            names = [name for name in names if name not in self.slow]
        return [name for name in names if self._busy[name] < self._share]

    def _deliver(self, hand: Sequence[Task]) -> None:
        """Send one after the other; what a slow receiver, or one that refuses, would hold up is given back."""
        until = time.monotonic() + HAND_SECONDS
        taken: list[tuple[Task, int]] = []
        failed: list[tuple[Task, Attempt]] = []
        for task in hand:
            attempt, is_slow = self._sent(task)
            if attempt.status is None or not attempt.delivered:
                failed.append((task, attempt))
                break
            taken.append((task, attempt.status))
            if is_slow or time.monotonic() > until:
                break
        self._deliveries.delivered(taken)
        for task, status in taken:
            self._tell("delivered", task, Attempt(status))
        # Before the failure is noted: to switch a receiver off gives up what nobody has claimed.
        self._deliveries.give_back(hand[len(taken) + len(failed) :])
        for task, attempt in failed:
            self._tell(self._noted(task, attempt), task, attempt)

    def _sent(self, task: Task) -> tuple[Attempt, bool]:
        """Send once; tell what came of it, and whether the receiver is slow."""
        begun = time.monotonic()
        attempt = self._sender.send(self._subscriptions.by_name[task.subscription], task.event_id, task.body)
        is_slow = attempt.status is None or time.monotonic() - begun > SLOW_SECONDS
        with self._lock:
            (self.slow.add if is_slow else self.slow.discard)(task.subscription)
        return attempt, is_slow

    def _tell(self, outcome: str, task: Task, attempt: Attempt) -> None:
        with self._lock:
            self.tally.add(outcome)
        log.info(f"event.{outcome}", status=attempt.status, code=attempt.error, count=task.attempts)

    def _noted(self, task: Task, attempt: Attempt) -> str:
        """Note a failure; tell what it makes of the delivery."""
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
