"""What is being made in this process right now, and a bell for who waits for news of it."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from cases.canonical import Json
from cases.progress import Step, StepTaken, Tell


class Bell:
    """Wakes coroutines from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}

    def ring(self) -> None:
        """Tell all who listen that there may be news."""
        with self._lock:
            listeners = list(self._listeners.items())
        for event, loop in listeners:
            try:
                loop.call_soon_threadsafe(event.set)
            except RuntimeError:  # its loop was closed: nobody waits there any more
                with self._lock:
                    self._listeners.pop(event, None)

    @contextmanager
    def listen(self) -> Iterator[asyncio.Event]:
        """An event of the caller's own, set at each ring. To be called on a running loop."""
        event = asyncio.Event()
        with self._lock:
            self._listeners[event] = asyncio.get_running_loop()
        try:
            yield event
        finally:
            with self._lock:
                self._listeners.pop(event, None)


class ProgressBoard:
    """The steps of cases in work. As many cases as there are workers, six steps each at most."""

    def __init__(self, bell: Bell, now: Callable[[], datetime]) -> None:
        self._bell = bell
        self._now = now
        self._lock = threading.Lock()
        self._steps: dict[str, dict[Step, StepTaken]] = {}

    def begin(self, case_id: str) -> Tell:
        """Put a case on the board; what it returns notes a step, the first time it is told."""
        with self._lock:
            self._steps[case_id] = {}

        def tell(step: Step, detail: Mapping[str, Json]) -> None:
            with self._lock:
                self._steps.get(case_id, {}).setdefault(step, StepTaken(step, self._now(), detail))
            self._bell.ring()

        return tell

    def steps(self, case_id: str) -> tuple[StepTaken, ...]:
        """The steps done so far, in their order."""
        with self._lock:
            return tuple(sorted(self._steps.get(case_id, {}).values(), key=lambda taken: taken.step.number))

    def end(self, case_id: str) -> None:
        """Take a case off the board: from now on the store tells of it."""
        with self._lock:
            self._steps.pop(case_id, None)
        self._bell.ring()
