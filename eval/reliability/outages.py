"""The disk fills, and the database goes away and comes back: refusals meanwhile, recovery without a restart."""

import os
import resource
import shutil
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx

from eval.reliability.faults import LIGHT, Trial, started
from eval.reliability.findings import Broken, Json, Report
from eval.reliability.installation import Installation, Running, installed
from eval.reliability.postgresql import PostgreSql

LOAD_SECONDS = 5.0
AWAY_SECONDS = 8.0
RECOVERY_SECONDS = 10.0
"""From the end of an outage to the next case made. A caller is told to come again after 2 seconds."""
ANSWER_SECONDS = 5.0
"""While the store is away, a refusal takes no longer; callers give up after as much."""
SMALL_DISK = 2_000_000_000
"""Bytes. A file system no larger was made to be filled."""
ROUNDS = 2


@dataclass(frozen=True, slots=True)
class Probe:
    """What the API said of itself and to a caller, at one moment of an outage."""

    alive: int
    refused: int
    retry_after: str | None
    seconds: float


def run_database_away(folder: Path, *, seed: int, server: PostgreSql) -> Report:
    """Stop PostgreSQL under load, as a crash and as an operator, and start it again."""
    report = Report("database away and back")
    with ExitStack() as stack:
        place = stack.enter_context(installed(folder, url=server.url, settings=LIGHT))
        trial = started(stack, place, seed=seed, report=report)
        recoveries: list[Json] = []
        for mode in ("immediate", "fast"):
            time.sleep(LOAD_SECONDS)
            recoveries.append(_outage(trial, partial(server.stop, mode), server.start, mode))
            trial.check()
        trial.settle()
        report.figures = {"recovery_seconds": recoveries, **trial.figures()}
    return report.ended()


def run_disk_full(folder: Path, *, seed: int) -> Report:
    """Let the store's disk fill under load, and free it again.

    On a small file system (a tmpfs mounted for it, say) the disk is filled indeed; elsewhere the processes' files are
    kept from growing (``RLIMIT_FSIZE``), which SQLite meets as a failing write instead of a full disk.
    """
    report = Report("disk full")
    with ExitStack() as stack:
        place = stack.enter_context(installed(folder, settings=LIGHT))
        trial = started(stack, place, seed=seed, report=report)
        small = shutil.disk_usage(folder).total <= SMALL_DISK
        squeeze = _ballast(place) if small else _limits(place, [trial.api, trial.worker])
        recoveries: list[Json] = []
        for _ in range(ROUNDS):
            time.sleep(LOAD_SECONDS)
            recoveries.append(_outage(trial, squeeze.fill, squeeze.free, "full"))
            trial.check()
        trial.settle()
        how = "file system filled" if small else "RLIMIT_FSIZE"
        report.figures = {"how": how, "recovery_seconds": recoveries, **trial.figures()}
    return report.ended()


@dataclass(frozen=True, slots=True)
class Squeeze:
    """Takes room away, and gives it back."""

    fill: Callable[[], None]
    free: Callable[[], None]


def _ballast(place: Installation) -> Squeeze:
    file = place.folder / "ballast"

    def fill() -> None:
        with file.open("wb", buffering=0) as out:
            for size in (1_000_000, 4096, 1):
                try:
                    while True:
                        out.write(b"\0" * size)
                except OSError:
                    continue

    return Squeeze(fill, lambda: file.unlink(missing_ok=True))


def _limits(place: Installation, processes: list[Running]) -> Squeeze:
    def limit(size: int) -> None:
        for running in processes:
            resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def fill() -> None:
        data = place.folder / "data"
        # What is there may be written over; nothing can grow, and the log of a checkpoint least of all.
        limit(max(os.path.getsize(file) for file in data.iterdir() if file.is_file()))

    return Squeeze(fill, lambda: limit(resource.RLIM_INFINITY))


def _outage(trial: Trial, begin: Callable[[], None], end: Callable[[], None], name: str) -> float | None:
    """One outage; give the seconds from its end to the next answer, None where none came in time."""
    begin()
    begun = time.monotonic()
    probes = []
    try:
        while time.monotonic() - begun < AWAY_SECONDS:
            probes.append(_probe(trial))
            time.sleep(0.5)
    finally:
        end()
    _judge(trial, probes, name)
    return _recovery(trial, name)


def _judge(trial: Trial, probes: list[Probe], name: str) -> None:
    report = trial.report
    for running in (trial.api, trial.worker):
        if not running.alive:
            report.find(Broken.DIED, f"{name}: {running.name}")
    if any(probe.alive != 200 for probe in probes):
        report.find(Broken.WRONG_ANSWER, f"{name}: /healthz was not answered with 200")
    wrong = sorted({probe.refused for probe in probes} - {200, 503})
    if wrong:
        report.find(Broken.WRONG_ANSWER, f"{name}: {wrong} instead of 503 (0: no answer)")
    if not any(probe.refused == 503 for probe in probes):
        report.find(Broken.WRONG_ANSWER, f"{name}: the outage was not felt: it proves nothing")
    if any(probe.refused == 503 and not (probe.retry_after or "").isdigit() for probe in probes):
        report.find(Broken.WRONG_ANSWER, f"{name}: a 503 did not say when to come again")
    slowest = max(probe.seconds for probe in probes)
    if slowest > ANSWER_SECONDS:
        report.find(Broken.TOO_SLOW, f"{name}: a refusal took {slowest:.1f} s")


def _recovery(trial: Trial, name: str) -> float | None:
    # By the callers, not by a probe of its own: they keep the service busy, and one more may be refused for that.
    before, begun = trial.errands.answers(200), time.monotonic()
    while (passed := time.monotonic() - begun) < RECOVERY_SECONDS:
        if trial.errands.answers(200) > before:
            return round(passed, 2)
        time.sleep(0.1)
    trial.report.find(Broken.NO_RECOVERY, f"{name}: no case was made within {RECOVERY_SECONDS:.0f} s")
    return None


def _probe(trial: Trial) -> Probe:
    """Ask whether the API lives, and for one more case: that writes, and so meets the store."""
    headers = {"Authorization": f"Bearer {trial.callers.key}"}
    base = trial.place.base_url
    with httpx.Client(base_url=base, headers=headers, timeout=30, trust_env=False) as client:
        try:
            alive = client.get("/healthz").status_code
        except httpx.HTTPError:
            alive = 0
        errand, begun = trial.errands.one_more(), time.monotonic()
        try:
            answer = client.post(errand.path, json=dict(errand.body), headers=errand.headers)
        except httpx.HTTPError:
            trial.errands.broken(errand)
            return Probe(alive, 0, None, time.monotonic() - begun)
        trial.errands.answered(errand, answer)
        seconds = time.monotonic() - begun
        return Probe(alive, answer.status_code, answer.headers.get("retry-after"), seconds)
