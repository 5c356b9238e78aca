"""The worker: keeps the time, hands events on, and delivers them, until it is told to stop.

Any number may run, on any number of machines. What one leaves when it dies, another takes up.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from cases.errors import CaseError
from cases.events.deliveries import Deliveries
from cases.events.dispatcher import Dispatcher
from cases.events.subscriptions import Subscriptions
from cases.timekeeping.keeper import Keeper

log = structlog.get_logger(__name__)

IDLE_SECONDS = 2.0
"""Between looks at the store while there is nothing to do."""
STOP_SECONDS = 30.0
"""At a stop, for the attempts in work: two of them."""


@dataclass(frozen=True, slots=True)
class Outbound:
    """How events leave. Absent where no subscriptions are set: then they wait in the outbox."""

    subscriptions: Subscriptions
    deliveries: Deliveries
    dispatcher: Dispatcher


@dataclass(slots=True)
class Worker:
    """Runs once, or until ``stop``."""

    keeper: Keeper
    outbound: Outbound | None
    threads: int = 4
    idle_seconds: float = IDLE_SECONDS
    _stopping: threading.Event = field(default_factory=threading.Event)

    def once(self) -> dict[str, int]:
        """Do all that is due now; give what came of it.

        Raises:
            StoreUnavailableError, AuditError: what was not committed is done the next time.
        """
        told, routed = self.keeper.tick(), 0
        if self.outbound is None:
            return {"told": told}
        while (some := self.outbound.deliveries.route(self.outbound.subscriptions)) > 0:
            routed += some
        while self.outbound.dispatcher.deliver_next():
            pass
        tally = self.outbound.dispatcher.tally
        counts = {"delivered": tally.delivered, "put_off": tally.put_off, "dead": tally.dead}
        return {"told": told, "routed": routed, **counts}

    def run(self) -> None:
        """Work until told to stop; then finish the attempts in work. A store that is away is waited for."""
        tasks: list[Callable[[], bool]] = [self._keep]
        if self.outbound is not None:
            tasks += [self.outbound.dispatcher.deliver_next] * self.threads
        running = [threading.Thread(target=self._loop, args=(task,), daemon=True) for task in tasks]
        for thread in running:
            thread.start()
        self._stopping.wait()
        for thread in running:
            thread.join(STOP_SECONDS)

    def stop(self) -> None:
        """Tell ``run`` to end."""
        self._stopping.set()

    def _keep(self) -> bool:
        self.keeper.tick()
        if self.outbound is None:
            return False
        return self.outbound.deliveries.route(self.outbound.subscriptions) > 0

    def _loop(self, work: Callable[[], bool]) -> None:
        while not self._stopping.is_set():
            try:
                more = work()
            except CaseError as error:
                log.warning("worker.failed", code=error.code)
                more = False
            except Exception as error:
                # Its text may quote what it worked on.
                log.error("worker.failed", error_type=type(error).__name__)
                more = False
            if not more:
                self._stopping.wait(self.idle_seconds)
