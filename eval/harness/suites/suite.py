"""What a suite is: jobs that each run and judge one sample."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.harness.datasets import Request
from eval.harness.samples import Sample, as_json
from eval.harness.scores import Confidence, Finding, Judged, Score
from eval.harness.subject import Ran, Subject

Job = Callable[[], Judged]
Judge = Callable[[Sample, Ran], "Verdicts"]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What a scorer says of one sample."""

    answer: dict[str, object]
    scores: tuple[Score, ...]
    confidences: tuple[Confidence, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Suite:
    """A named set of samples and how they are judged."""

    name: str
    prepare: Callable[[Subject, Request], Sequence[Job]]
    """Raises NothingToJudgeError."""
    files: Callable[[Request, Subject], tuple[Path, ...]]
    """The data that it reads, for the record."""
    takes_own: bool
    """Whether it can judge a customer's own data."""


def judged(suite: str, sample: Sample, verdicts: Verdicts, found: Sequence[tuple[int, int]]) -> Judged:
    """A sample with its verdicts, and its text as results may hold it."""
    return Judged(
        suite=suite,
        id=sample.id,
        text=sample.shown(found),
        groups=sample.groups,
        target=as_json(sample.target),
        answer=verdicts.answer,
        scores=verdicts.scores,
        confidences=verdicts.confidences,
        findings=verdicts.findings,
    )


def over_messages(name: str, judge: Judge) -> Suite:
    """A suite that runs each labelled message the whole way and judges what came of it."""

    def prepare(subject: Subject, request: Request) -> Sequence[Job]:
        return [_job(name, judge, subject, sample) for sample in request.samples()]

    return Suite(name, prepare, lambda request, _: request.message_files(), takes_own=True)


def _job(name: str, judge: Judge, subject: Subject, sample: Sample) -> Job:
    def job() -> Judged:
        ran = subject.run(sample.message)
        places = [(entity.start, entity.end) for entity in ran.case.entities]
        return judged(name, sample, judge(sample, ran), places)

    return job
