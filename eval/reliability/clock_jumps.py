"""The clock is set forward and back under load: nothing is lost, nothing waits for a time that never was."""

import time
from contextlib import ExitStack
from pathlib import Path

from eval.reliability.faults import LIGHT, started
from eval.reliability.findings import Report
from eval.reliability.installation import installed
from eval.reliability.shifted import write_shift

LOAD_SECONDS = 5.0
HOUR = 3600.0
JUMPS = (26 * HOUR, 0.0, -2 * HOUR, 0.0)
"""Shifts one after another: over a day ahead (a wrong date; kept answers and leases end), put right, two hours back
(a wrong zone), put right."""


def run_clock_jumps(folder: Path, *, seed: int) -> Report:
    """Set the clock of API and worker while they work; at the end all must be answered and delivered."""
    report = Report("clock jumps")
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "shift"
    write_shift(file, 0.0)
    with ExitStack() as stack:
        place = stack.enter_context(installed(folder, settings=LIGHT))
        place.entry = ("-m", "eval.reliability.shifted", str(file))
        trial = started(stack, place, seed=seed, report=report)
        for shift in JUMPS:
            time.sleep(LOAD_SECONDS)
            write_shift(file, shift)
            trial.check()
        time.sleep(LOAD_SECONDS)
        trial.settle()
        report.figures = {"jumps_seconds": list(JUMPS), **trial.figures()}
    return report.ended()
