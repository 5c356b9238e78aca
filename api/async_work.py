"""Works what was accepted with 202: threads beside the requests, fed from the store, drained at a stop."""

import threading
import time
from collections.abc import Callable

import structlog
from prometheus_client import Counter, Gauge

from api.progress_board import ProgressBoard
from cases.accepted import AcceptedWork, Sender, Task, TooMuchWaitsError, WorkStatus
from cases.case import Case
from cases.errors import CaseError
from cases.message import Message
from cases.progress import Tell

log = structlog.get_logger(__name__)

WAITING = Gauge("borrador_accepted_work_waiting", "Messages accepted with 202 whose case is not recorded yet")
FINISHED = Counter("borrador_accepted_work_total", "Attempts on accepted messages", ["outcome"])
IDLE_SECONDS = 5.0
"""Work left by another process, or due after a pause, waits no longer than this."""
TIDY_SECONDS = 600.0
LAST_CASE_SECONDS = 10.0
"""After the time to drain is over: for the case in work, before the store is closed."""

Handle = Callable[[Task, Tell], Case]
"""Takes a message the whole way to a case on record, under the id that was promised."""


class AsyncWork:
    """The queue and its threads. What is accepted is in the store first: a kill loses time, never a message."""

    def __init__(
        self,
        store: AcceptedWork,
        handle: Handle,
        board: ProgressBoard,
        *,
        workers: int,
        drain_seconds: float,
        tidy: Callable[[], None],
    ) -> None:
        self.store = store
        self._tidy = tidy
        self._tidied = 0.0
        self._handle = handle
        self._board = board
        self._workers = workers
        self._drain_seconds = drain_seconds
        self._draining = threading.Event()
        self._halted = threading.Event()
        self._woken: list[threading.Event] = []
        self._threads: list[threading.Thread] = []

    def accept(self, message: Message, sender: Sender, *, case_id: str) -> WorkStatus:
        """Keep a message and wake a worker; once this returns it survives a crash.

        Raises:
            TooMuchWaitsError: too much waits, or the service is stopping.
            StoreUnavailableError: nothing was written.
        """
        if self._draining.is_set():
            raise TooMuchWaitsError("the service is stopping")
        accepted = self.store.accept(message, sender, case_id=case_id)
        self._wake()
        return accepted

    def start(self) -> None:
        """Begin to work, with what an earlier process left first."""
        self._draining.clear()
        self._halted.clear()
        self._woken = [threading.Event() for _ in range(self._workers)]
        self._threads = [
            threading.Thread(target=self._run, args=(woken,), name=f"accepted-work-{number}", daemon=True)
            for number, woken in enumerate(self._woken)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Accept no more, and finish what waits within the time to drain; the rest stays in the store."""
        self._draining.set()
        self._wake()
        self._join(self._drain_seconds)
        self._halted.set()
        self._wake()
        self._join(LAST_CASE_SECONDS)

    def _wake(self) -> None:
        for woken in self._woken:
            woken.set()

    def _join(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))

    def _run(self, woken: threading.Event) -> None:
        while not self._halted.is_set():
            woken.clear()
            if self._one():
                continue
            if self._draining.is_set():
                return
            self._tidy_up()
            woken.wait(IDLE_SECONDS)

    def _tidy_up(self) -> None:
        """Once in a while, with nothing else to do, delete what is past its time."""
        if time.monotonic() - self._tidied < TIDY_SECONDS:
            return
        self._tidied = time.monotonic()
        try:
            self._tidy()
        except CaseError as error:
            log.error("accepted_work.store", code=error.code)

    def _one(self) -> bool:
        """Work the oldest message that is due; False when none is, or the store is away."""
        try:
            task = self.store.claim()
            if task is not None:
                self._work(task)
            WAITING.set(self.store.waiting())
        except CaseError as error:
            log.error("accepted_work.store", code=error.code)
            return False
        except Exception as error:
            # Whatever it was, the thread goes on: nobody else would take up what waits.
            log.error("accepted_work.failed", error_type=type(error).__name__)
            return False
        return task is not None

    def _work(self, task: Task) -> None:
        structlog.contextvars.bind_contextvars(request_id=task.request_id or task.id)
        tell = self._board.begin(task.case_id)
        try:
            case = self._handle(task, tell)
            self.store.done(task.id, case_id=case.id, steps=self._board.steps(task.case_id))
            FINISHED.labels("recorded").inc()
            log.info("accepted_work.recorded", case_id=case.id, account=task.account, key_id=task.actor)
        except Exception as error:
            # Whatever it was: its text may quote the customer, so only its code is kept.
            code = str(getattr(error, "code", "internal_error"))
            FINISHED.labels("put_off").inc()
            log.error(
                "accepted_work.put_off", code=code, error_type=type(error).__name__, case_id=task.case_id
            )
            self.store.again(task, error=code)
        finally:
            self._board.end(task.case_id)
            structlog.contextvars.unbind_contextvars("request_id")
