"""Turns at the engines: first come, first served, and nobody waits longer than they said."""

import threading
from collections import deque


class Turns:
    """So many at once; the others stand in line. Thread-safe.

    A semaphore of the standard library lets a newcomer pass those who wait, so that under load some wait many times
    longer than others; here nobody is passed.
    """

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._line: deque[threading.Event] = deque()
        self._lock = threading.Lock()

    def take(self, seconds: float) -> bool:
        """Wait for a turn; False where none came in the time. Who has taken one gives it back."""
        with self._lock:
            if self._free > 0 and not self._line:
                self._free -= 1
                return True
            called = threading.Event()
            self._line.append(called)
        if called.wait(seconds):
            return True
        with self._lock:
            if called.is_set():  # called between the end of the time and the lock
                return True
            self._line.remove(called)
            return False

    def give_back(self) -> None:
        """End a turn: the first in line has it now."""
        with self._lock:
            if self._line:
                self._line.popleft().set()
            else:
                self._free += 1
