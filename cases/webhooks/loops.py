"""A thread that works while there is work, and otherwise sleeps until it is woken or some seconds have passed."""

import threading
from collections.abc import Callable

IDLE_SECONDS = 5.0
"""Work left by another process, or due after a pause, waits no longer than this."""


class Loop:
    """Runs one kind of work in a thread of its own."""

    def __init__(
        self,
        name: str,
        work: Callable[[], bool],
        *,
        failed: Callable[[Exception], None],
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._work = work
        self._failed = failed
        self._idle_seconds = idle_seconds
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Tell that there is work."""
        self._woken.set()

    def stop(self, *, timeout: float) -> None:
        """Let it finish what it does now, at most for this many seconds."""
        self._stopping.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            if not self._one():
                self._woken.wait(self._idle_seconds)

    def _one(self) -> bool:
        try:
            return self._work()
        except Exception as error:
            # The store is away: the work stays where it is, and the loop looks again later.
            self._failed(error)
            return False
