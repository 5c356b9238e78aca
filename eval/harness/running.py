"""Runs suites on the evaluated version, with a bar for each, and writes the folder of results."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from eval.harness import folder
from eval.harness.datasets import Request
from eval.harness.errors import EvaluationError, NothingToJudgeError
from eval.harness.gates import Gate, GateResult, failed, hold
from eval.harness.metrics import reduce
from eval.harness.provenance import data_hashes, version_hashes
from eval.harness.registry import SUITES
from eval.harness.scores import Judged
from eval.harness.subject import RECEIVED, Subject
from eval.harness.suites.suite import Suite
from eval.intervals import ROUNDS, SEED


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that is done: what it left, what came of the gates, and which of them it fails."""

    results: folder.Results
    gates: tuple[GateResult, ...]
    failed: tuple[GateResult, ...]


def chosen(names: Sequence[str], *, own: bool) -> list[Suite]:
    """The suites of these names (all that can be run, if none), in the order in which they run.

    Raises:
        EvaluationError: a name that no suite has, or one that cannot judge one's own data.
    """
    if unknown := [name for name in names if name not in SUITES]:
        raise EvaluationError(f"no suite called {unknown[0]}; there are {', '.join(sorted(SUITES))}")
    if own and (unfit := [name for name in names if not SUITES[name].takes_own]):
        raise EvaluationError(f"the suite {unfit[0]} cannot be run on one's own data")
    able = [suite for suite in SUITES.values() if suite.takes_own or not own]
    return [suite for suite in able if suite.name in names or not names]


def run(
    subject: Subject,
    suites: Sequence[Suite],
    request: Request,
    gates: Sequence[Gate],
    *,
    pass_over: bool = False,
) -> Finished:
    """Run suites one after the other. What comes out, but the times, is the same at every run.

    Args:
        pass_over: leave out a suite that finds nothing to judge, as long as another one does.

    Raises:
        NothingToJudgeError: a suite has nothing to judge; with ``pass_over``, none has.
    """
    started = datetime.now(UTC)
    by_suite = _run_suites(subject, suites, request, pass_over=pass_over)
    suites = [suite for suite in suites if suite.name in by_suite]
    judged = [each for found in by_suite.values() for each in found]
    names = list(by_suite)
    figures = tuple(reduce(judged))
    held = tuple(hold(gates, figures, names))
    whole = request.limit is None and request.own is None
    files = [file for suite in suites for file in suite.files(request, subject)]
    written: dict[str, Any] = {
        "format": folder.FORMAT,
        "started_at": started.isoformat(timespec="seconds"),
        "seconds": round((datetime.now(UTC) - started).total_seconds(), 1),
        "settings": {
            "suites": names,
            "split": request.split.value if request.own is None else None,
            "limit": request.limit,
            "own_data": request.own is not None,
            "messages_received_at": RECEIVED.isoformat(),
            "bootstrap": {"rounds": ROUNDS, "seed": SEED},
        },
        "version": version_hashes(subject),
        "data_sha256": data_hashes(files),
        "samples": {name: sum(each.suite == name for each in judged) for name in names},
        "gates": [_gate_json(result) for result in held],
        "failed_gates": [result.gate.id for result in failed(held, whole=whole)],
    }
    results = folder.Results(written, folder.order(judged, names), figures)
    return Finished(results, held, tuple(failed(held, whole=whole)))


def _run_suites(
    subject: Subject, suites: Sequence[Suite], request: Request, *, pass_over: bool
) -> dict[str, list[Judged]]:
    found: dict[str, list[Judged]] = {}
    for suite in suites:
        try:
            found[suite.name] = _run_suite(subject, suite, request)
        except NothingToJudgeError:
            if not pass_over:
                raise
    if not found:
        raise NothingToJudgeError("the data have no labels that a suite could judge by")
    return found


def _run_suite(subject: Subject, suite: Suite, request: Request) -> list[Judged]:
    columns = (TextColumn("{task.description:14}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task(suite.name, total=None)
        jobs = suite.prepare(subject, request)
        progress.update(bar, total=len(jobs))
        judged = []
        for job in jobs:
            judged.append(job())
            progress.advance(bar)
    if not judged:
        raise NothingToJudgeError(f"{suite.name}: nothing to judge")
    return judged


def _gate_json(result: GateResult) -> dict[str, Any]:
    number = result.number if result.figure is not None else None
    return {
        **result.gate.model_dump(mode="json"),
        "bound": result.gate.bound,
        "state": result.state.value,
        "number": number,
    }


def default_gates(policies: Path) -> Path:
    """Where the gates stand."""
    return policies / "gates.yaml"
