"""Work that takes longer than a page may: done once in the background, kept for a while, shown when it is there."""

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Generic, TypeVar

import structlog

log = structlog.get_logger(__name__)

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Told(Generic[T]):
    """What is known of a piece of work now."""

    value: T | None = None
    at: datetime | None = None
    """When the value was worked out."""
    working: bool = False
    failed: str | None = None
    """Name of the error of the last attempt; never its text."""


@dataclass(slots=True)
class _Work(Generic[T]):
    told: Told[T] = field(default_factory=Told)
    done: threading.Event = field(default_factory=threading.Event)
    finished_at: float = 0.0


class Computed(Generic[K, T]):
    """Works out values by key, one at a time, off the request's thread. Safe to share between threads."""

    def __init__(
        self, compute: Callable[[K], T], *, keep_s: float, wait_s: float = 0.1, most: int = 8
    ) -> None:
        """Set up.

        Args:
            keep_s: age from which a value is worked out anew; meanwhile the old one is given.
            wait_s: how long a request waits for a value that is not there yet.
            most: values kept; the one finished first goes.
        """
        self._compute = compute
        self._keep_s = keep_s
        self._wait_s = wait_s
        self._most = most
        self._work: dict[K, _Work[T]] = {}
        self._changing = threading.Lock()
        self._turn = threading.Lock()

    def get(self, key: K) -> Told[T]:
        """The value, or that it is being worked out; starts the work where needed."""
        with self._changing:
            work = self._work.get(key)
            if work is None or (not work.told.working and self._is_old(work)):
                work = self._start(key, work)
        if work.told.value is None:
            work.done.wait(self._wait_s)
        return work.told

    def peek(self, key: K) -> Told[T]:
        """What is known, without starting anything."""
        with self._changing:
            work = self._work.get(key)
            return Told() if work is None else work.told

    def start(self, key: K) -> None:
        """Work a value out anew, unless that is under way."""
        with self._changing:
            work = self._work.get(key)
            if work is None or not work.told.working:
                self._start(key, work)

    def _is_old(self, work: _Work[T]) -> bool:
        return time.monotonic() - work.finished_at > self._keep_s

    def _start(self, key: K, before: _Work[T] | None) -> _Work[T]:
        known: Told[T] = before.told if before is not None else Told()
        work = _Work(Told(known.value, known.at, working=True))
        self._work[key] = work
        idle = [name for name, one in self._work.items() if not one.told.working]
        for name in sorted(idle, key=lambda name: self._work[name].finished_at)[: -self._most or None]:
            del self._work[name]
        threading.Thread(target=self._run, args=(key, work), name="compliance", daemon=True).start()
        return work

    def _run(self, key: K, work: _Work[T]) -> None:
        with self._turn:
            try:
                told = Told(self._compute(key), datetime.now(UTC))
            except Exception as error:
                log.error("compliance.work_failed", error_type=type(error).__name__)
                told = Told(work.told.value, work.told.at, failed=type(error).__name__)
        work.finished_at = time.monotonic()
        work.told = told
        work.done.set()
