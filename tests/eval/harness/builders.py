"""Judged samples and runs of invented people, with numbers that can be checked by hand."""

from collections.abc import Sequence
from typing import Any

from eval.harness.folder import FORMAT, Results
from eval.harness.metrics import reduce
from eval.harness.scores import Confidence, DangerousError, Finding, Judged, Score


def judged(name: str, *scores: Score, suite: str = "safety", **changes: Any) -> Judged:
    fields: dict[str, Any] = {
        "suite": suite,
        "id": name,
        "text": f"Mensaje inventado {name}",
        "groups": {"language": "es", "channel": "web"},
        "scores": scores,
    }
    return Judged(**{**fields, **changes})


def rights(metric: str, rights_of: Sequence[bool], suite: str = "safety") -> list[Judged]:
    """One sample for each, right or wrong."""
    return [
        judged(f"m-{number:03}", Score(metric, float(right)), suite=suite)
        for number, right in enumerate(rights_of)
    ]


def missed(name: str, error: DangerousError = DangerousError.MISSED_EMERGENCY) -> Judged:
    return judged(
        name,
        Score("emergency.recall", 0),
        target={"disposition": "urgent_referral"},
        answer={"disposition": "draft"},
        confidences=(Confidence("disposition", 0.75, False),),
        findings=(Finding(error, "disposition draft"),),
    )


def results(samples: Sequence[Judged], **changes: Any) -> Results:
    suites = sorted({each.suite for each in samples})
    run: dict[str, Any] = {
        "format": FORMAT,
        "started_at": "2026-11-22T10:00:00+00:00",
        "seconds": 1.0,
        "settings": {"suites": suites, "split": "dev", "limit": None, "own_data": False},
        "version": {"service": "0.1.0", "code_sha256": "ab" * 32, "models": {"encoder": "cd" * 6}},
        "data_sha256": {"eval/data/messages/messages_x.jsonl": "ef" * 32},
        "samples": {},
        "gates": [],
        "failed_gates": [],
    }
    return Results({**run, **changes}, tuple(samples), tuple(reduce(samples)))
