"""The service as it ships, at four fifths of what it can do for as long as asked, and at three times as much."""

import time
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from eval.reliability.arrivals import Arrivals
from eval.reliability.figures import Latencies, Slope, slope
from eval.reliability.findings import Broken, Json, Report
from eval.reliability.installation import Installation, Running, installed
from eval.reliability.open_loop import Run, Sender
from eval.reliability.receivers import Receiver, receiving
from eval.reliability.traffic import Traffic

WARM_UP_SECONDS = 5.0
CAPACITY_SECONDS = 20.0
AT_ONCE = 8
"""Enough to keep the workers busy, few enough that none is refused."""
LOAD_SHARE = 0.8
P99_MS = 250.0
OVERLOAD = 3.0
OVERLOAD_SECONDS = 30.0
ANSWER_MS = 1000.0
RECOVERY_SECONDS = 5.0
SETTLING_SHARE = 0.1
"""Of the samples of memory, at the beginning: caches and pools fill, which is no leak."""
SLOPE_LIMIT_MB = 5.0
"""An hour. Beneath it, the growth of a 600 MB process is not told from what the allocator does."""
KEYS = 16
"""With the shipped rate of 50 a second each, far over the capacity."""


def run_load(folder: Path, *, minutes: float, seed: int) -> Report:
    """Measure the capacity, then drive four fifths of it."""
    report = Report("load")
    with ExitStack() as stack:
        sender, api, worker = _served(stack, folder, seed)
        capacity = _capacity(sender)
        run = sender.open_loop(Arrivals(LOAD_SHARE * capacity, minutes * 60))
        report.figures = {
            "minutes": minutes,
            "seed": seed,
            "capacity_per_second": round(capacity, 1),
            "rate_per_second": round(LOAD_SHARE * capacity, 1),
            **_figures(run),
            "over_time": stretches(run),
            "worker_resident_mb": round(worker.resident_mb(), 1),
        }
        judge_load(report, run)
        _judge_life(report, api, worker)
    return report.ended()


def run_overload(folder: Path, *, seed: int, seconds: float = OVERLOAD_SECONDS) -> Report:
    """Measure the capacity, then ask for three times as much, and look how soon all is well again."""
    report = Report("overload")
    with ExitStack() as stack:
        sender, api, worker = _served(stack, folder, seed)
        capacity = _capacity(sender)
        run = sender.open_loop(Arrivals(OVERLOAD * capacity, seconds))
        after = sender.open_loop(Arrivals(LOAD_SHARE * capacity, 2 * RECOVERY_SECONDS))
        report.figures = {
            "seconds": seconds,
            "seed": seed,
            "capacity_per_second": round(capacity, 1),
            "rate_per_second": round(OVERLOAD * capacity, 1),
            **_figures(run),
            "answered_per_second": round(len(run.latencies()) / seconds, 1),
            "refused_ms_p99": round(Latencies.of(run.latencies(503)).p99, 1),
            "after": _figures(after),
        }
        judge_overload(report, run, after)
        _judge_life(report, api, worker)
    return report.ended()


def judge_overload(report: Report, run: Run, after: Run) -> None:
    """Hold the run to what is promised: answers within a second, the rest 503 with when to come again."""
    slow = [shot for shot in run.shots if shot.status == 200 and shot.latency * 1e3 >= ANSWER_MS]
    if slow:
        longest = max(shot.latency for shot in slow)
        report.find(Broken.TOO_SLOW, f"{len(slow)} answers took 1 s or more, the longest {longest:.2f} s")
    if not run.latencies():
        report.find(Broken.TOO_SLOW, "nothing was answered with 200")
    _only(report, run, {200, 503})
    mute = sum(shot.status == 503 and not (shot.retry_after or "").isdigit() for shot in run.shots)
    if mute:
        report.find(Broken.WRONG_ANSWER, f"{mute} answers of 503 did not say when to come again")
    late = [shot for shot in after.shots if shot.meant >= RECOVERY_SECONDS]
    bad = [shot for shot in late if shot.status != 200 or shot.latency * 1e3 >= ANSWER_MS]
    if bad:
        detail = f"{len(bad)} of {len(late)} requests later than {RECOVERY_SECONDS:.0f} s after the overload"
        report.find(Broken.NO_RECOVERY, f"{detail} failed or took 1 s")


def judge_load(report: Report, run: Run) -> None:
    """Hold the run to what is promised: no error, p99 under 250 ms, memory that does not grow."""
    _only(report, run, {200})
    p99 = Latencies.of(run.latencies()).p99
    if not p99 < P99_MS:
        report.find(Broken.TOO_SLOW, f"p99 is {p99:.0f} ms, not under {P99_MS:.0f} ms")
    growth = memory_slope(run)
    if growth.grows and not growth.high < SLOPE_LIMIT_MB:
        report.find(
            Broken.MEMORY_GROWS,
            f"{growth.per_hour:.1f} MB an hour, between {growth.low:.1f} and {growth.high:.1f}",
        )


def _judge_life(report: Report, *processes: Running) -> None:
    for process in processes:
        if not process.alive:
            report.find(Broken.DIED, process.name)


def _only(report: Report, run: Run, wanted: set[int]) -> None:
    for status, count in sorted(run.statuses().items()):
        if status not in wanted:
            report.find(Broken.WRONG_ANSWER, f"{count} times {status or 'no answer'}")


def memory_slope(run: Run) -> Slope:
    """The slope of the samples after the settling."""
    return slope(run.samples[int(len(run.samples) * SETTLING_SHARE) :])


def _figures(run: Run) -> dict[str, Json]:
    latencies = {name: round(value, 1) for name, value in asdict(Latencies.of(run.latencies())).items()}
    growth = memory_slope(run)
    memory = [value for _, value in run.samples]
    return {
        "answers": {str(status): count for status, count in sorted(run.statuses().items())},
        "latency_ms": dict(latencies),
        "sender_late_ms_p99": round(Latencies.of(run.lateness()).p99, 1),
        "resident_mb": {
            "first": round(memory[0], 1),
            "last": round(memory[-1], 1),
            "most": round(max(memory), 1),
        },
        "resident_mb_per_hour": {
            "slope": round(growth.per_hour, 2),
            "low": round(growth.low, 2),
            "high": round(growth.high, 2),
        },
    }


def stretches(run: Run, parts: int = 5) -> list[Json]:
    """The latencies and refusals of each fifth of the run: what creeps up with time shows here."""
    length = max((shot.meant for shot in run.shots), default=0.0) / parts or 1.0
    found: list[Json] = []
    for part in range(parts):
        shots = [shot for shot in run.shots if min(int(shot.meant / length), parts - 1) == part]
        answered = Latencies.of([shot.latency for shot in shots if shot.status == 200])
        refused = sum(shot.status == 503 for shot in shots)
        found.append({"p50": round(answered.p50, 1), "p99": round(answered.p99, 1), "refused": refused})
    return found


def _capacity(sender: Sender) -> float:
    sender.closed_loop(WARM_UP_SECONDS, AT_ONCE)
    return sender.closed_loop(CAPACITY_SECONDS, AT_ONCE)


def _served(stack: ExitStack, folder: Path, seed: int) -> tuple[Sender, Running, Running]:
    """The service as it ships, with its worker and a receiver."""
    place: Installation = stack.enter_context(installed(folder))
    receiver = stack.enter_context(receiving(Receiver(seed=seed)))
    receiver.key = place.subscribe({"desk": receiver.url("ok")})
    keys = place.make_keys(KEYS)
    worker, api = place.start_worker(), place.start_api()
    time.sleep(1.0)
    return Sender(place.base_url, keys, Traffic.load(seed), api.resident_mb), api, worker
