"""How long one message takes, inside the process and one at a time; `borrador bench` measures over HTTP."""

from collections.abc import Sequence

from eval.harness.datasets import Request
from eval.harness.samples import Sample
from eval.harness.scores import Judged, Score
from eval.harness.subject import Subject
from eval.harness.suites.suite import Job, Suite, Verdicts, judged

WARM_UP = 20
"""Messages run before the clock counts: caches fill and lazy parts load."""


def _job(subject: Subject, sample: Sample) -> Job:
    def job() -> Judged:
        ran = subject.run_afresh(sample.message)
        verdicts = Verdicts({}, (Score("latency_ms", ran.milliseconds),))
        return judged("speed", sample, verdicts, [(found.start, found.end) for found in ran.case.entities])

    return job


def _prepare(subject: Subject, request: Request) -> Sequence[Job]:
    samples = request.samples()
    for sample in samples[:WARM_UP]:
        subject.run_afresh(sample.message)
    return [_job(subject, sample) for sample in samples]


SUITE = Suite("speed", _prepare, lambda request, _: request.message_files(), takes_own=True)
