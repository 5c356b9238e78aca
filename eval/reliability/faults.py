"""Kill -9 at random moments under load, API and worker, and look after each whether anything promised is gone."""

import random
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from cases.events.deliveries import Deliveries
from cases.records import Records
from eval.reliability.errands import Callers, Errands
from eval.reliability.findings import Broken, Finding, Json, Report
from eval.reliability.installation import DidNotStartError, Installation, Running, installed
from eval.reliability.promises import check_delivered, check_kept, check_settled, read_holding, waiting_work
from eval.reliability.receivers import Receiver, receiving
from eval.reliability.traffic import Traffic

LIGHT = {"BORRADOR_REDACTION_MODEL": "patterns"}
"""Starts sooner; what is kept, and how, is the same."""
SETTLE_SECONDS = 240.0
"""Over the longest lease of all (two minutes: idempotency keys and accepted work), and the waits that follow it."""
LOAD_SECONDS = (0.3, 3.0)
"""Between readiness and a kill."""
EARLY_SHARE = 0.1
"""Of the kills of the API: once more while it starts."""
TARGETS = (("api",), ("api",), ("worker",), ("api", "worker"))


@dataclass(slots=True)
class Trial:
    """One installation under load, with a receiver of its events, and what was found on it."""

    place: Installation
    errands: Errands
    callers: Callers
    receiver: Receiver
    random: random.Random
    report: Report
    records: Records
    api: Running
    worker: Running
    kills: Counter[str] = field(default_factory=Counter)
    restart_seconds: list[float] = field(default_factory=list)

    def kill_once(self) -> None:
        """Let it work, kill, check what is there, and start again. Raises DidNotStartError."""
        time.sleep(self.random.uniform(*LOAD_SECONDS))
        targets = self.random.choice(TARGETS)
        for name in targets:
            self._kill(name)
        if "api" in targets and self.random.random() < EARLY_SHARE:
            self.api = self.place.start_api(wait=False)
            time.sleep(self.random.uniform(0.2, 6.0))
            self._kill("api")
        begun = time.monotonic()
        if "worker" in targets:
            self.worker = self.place.start_worker()
        if "api" in targets:
            self.api = self.place.start_api()
            self.restart_seconds.append(time.monotonic() - begun)
        self.check()

    def check(self) -> None:
        """Compare what was promised so far with what is there now."""
        ledger = self.errands.snapshot()
        self.note(check_kept(ledger, read_holding(self.records, with_events=False)))

    def settle(self) -> None:
        """Have every errand answered and every event delivered, then look for what is lost or there twice."""
        self.callers.no_more()
        deliveries = Deliveries(self.records.database, self.records.now)
        end = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < end and not self._is_quiet(deliveries):
            time.sleep(1.0)
        self.callers.stop()
        self.worker.stop()
        self.api.stop()
        ledger, holding = self.errands.snapshot(), read_holding(self.records, with_events=True)
        if self.errands.outstanding:
            self.report.find(Broken.NO_RECOVERY, f"{self.errands.outstanding} requests were never answered")
        self.note(check_kept(ledger, holding))
        self.note(check_settled(ledger, holding))
        self.note(check_delivered(holding, self.receiver.got()))
        self.note(self.errands.findings)

    def note(self, findings: Iterable[Finding]) -> None:
        """Add findings, each once: what is lost stays lost at every later look."""
        self.report.findings += [found for found in findings if found not in self.report.findings]

    def figures(self) -> dict[str, Json]:
        """What was done."""
        received = self.receiver.got()
        restarts = self.restart_seconds
        return {
            "kills": dict(self.kills),
            "answers": dict(sorted(self.errands.outcomes.items())),
            "cases_acknowledged": len(self.errands.ledger.cases),
            "works_acknowledged": len(self.errands.ledger.works),
            "decisions_acknowledged": len(self.errands.ledger.decisions),
            "events_received": len(received),
            "events_received_again": len(received) - len({got.id for got in received}),
            "restart_seconds_longest": round(max(restarts, default=float("nan")), 1) if restarts else None,
        }

    def _kill(self, name: str) -> None:
        target = self.api if name == "api" else self.worker
        if not target.alive:
            self.report.find(Broken.DIED, f"{name} had ended with {target.process.returncode}")
            return
        target.kill()
        self.kills[name] += 1

    def _is_quiet(self, deliveries: Deliveries) -> bool:
        counts = deliveries.counts()
        waiting = counts["unrouted"] + counts["pending"] + self.errands.outstanding
        return waiting == 0 and not waiting_work(self.records)


def started(stack: ExitStack, place: Installation, *, seed: int, report: Report, threads: int = 8) -> Trial:
    """Start API, worker, receiver and callers on an installation; all end with the stack."""
    receiver = stack.enter_context(receiving(Receiver(seed=seed)))
    receiver.key = place.subscribe({"desk": receiver.url("flaky")})
    key = place.make_keys(1)[0]
    drawn = random.Random(seed)
    errands = Errands(Traffic.load(seed), random.Random(seed + 1))
    callers = Callers(errands, place.base_url, key, threads=threads)
    records = place.records()
    stack.callback(records.close)
    worker, api = place.start_worker(), place.start_api()
    trial = Trial(place, errands, callers, receiver, drawn, report, records, api, worker)
    stack.callback(callers.stop)
    callers.start()
    return trial


def run_faults(
    folder: Path, *, kills: int, seed: int, url: str | None = None, name: str = "sqlite"
) -> Report:
    """Kill so many times on one kind of database.

    Args:
        folder: fresh; holds the installation and its logs afterwards.
        url: of an empty database; SQLite in the folder where left out.
    """
    report = Report(f"faults on {name}")
    with ExitStack() as stack:
        place = stack.enter_context(installed(folder, url=url, settings=LIGHT))
        trial = started(stack, place, seed=seed, report=report)
        try:
            while sum(trial.kills.values()) < kills and Broken.DIED not in {f.kind for f in report.findings}:
                trial.kill_once()
        except DidNotStartError as error:
            report.find(Broken.DIED, str(error))
        trial.settle()
        report.figures = {"database": name, "seed": seed, **trial.figures()}
    return report.ended()
