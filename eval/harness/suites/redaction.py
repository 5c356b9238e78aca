"""The redactor: personal strings that stay legible, innocent words that are masked, health data found."""

from collections.abc import Sequence
from pathlib import Path

from eval.harness.datasets import Request
from eval.harness.errors import NothingToJudgeError
from eval.harness.samples import Sample, length_of, masked
from eval.harness.scores import DangerousError, Finding, Judged, Score, hit
from eval.harness.subject import Subject
from eval.harness.suites.suite import Job, Suite
from eval.redaction_data import UNTYPED, Gold, Message, read_split
from eval.redaction_scores import Scored, score
from eval.redaction_systems import ours
from models.spans import Span
from models.training.tagging_corpora import occurrences


def judge(scored: Scored, found: Sequence[Span], *, invented: bool) -> Judged:
    """Turn the outcomes of a message into scores; each leak is a dangerous error."""
    message = scored.message
    scores = [Score("over_redaction", len(scored.masked), scored.innocent)] if scored.innocent else []
    findings = []
    for outcome in scored.outcomes:
        entity, failed = outcome.gold.entity, outcome.failed
        metric = "health.missed" if outcome.gold.health else "leak"
        scores.append(hit(metric, failed))
        scores.append(hit(metric, failed, entity))
        if entity not in UNTYPED:
            scores.append(hit("type.right", outcome.right_type))
        if failed and not outcome.gold.health:
            value = message.text[outcome.gold.start : outcome.gold.end] if invented else "(masked)"
            findings.append(Finding(DangerousError.LEAKED_IDENTIFIER, f"{entity}: {value}"))
    if any(not outcome.gold.health for outcome in scored.outcomes):
        scores.append(hit("message.without_leak", not findings))
    places = [(span.start, span.end) for span in found]
    gold = [(each.start, each.end) for each in message.gold]
    return Judged(
        suite="redaction",
        id=message.id,
        text=message.text if invented else masked(message.text, [*places, *gold]),
        groups={
            "language": message.language,
            "variety": message.variety,
            "channel": message.channel,
            "length": length_of(message.text),
        },
        target={"labelled": len(scored.outcomes)},
        answer={"found": sorted({span.entity_type for span in found}), "masked_innocent": len(scored.masked)},
        scores=tuple(scores),
        findings=tuple(findings),
    )


def message_of(sample: Sample) -> Message | None:
    """A sample of one's own as the measure takes it; None when neither personal nor health strings are labelled."""
    target = sample.target
    if target.personal is None and target.health is None:
        return None
    text = sample.message.text
    gold = [
        Gold(kind, start, end, kind == "health")
        for kind, values in (("personal", target.personal), ("health", target.health))
        for value in values or ()
        for start, end in occurrences(text, value)
    ]
    return Message(
        id=sample.id,
        text=text,
        file="own",
        language=sample.language,
        variety=sample.variety,
        channel=sample.message.channel.value,
        gold=tuple(gold),
        allowed=(),
        typed=False,
    )


def _messages(request: Request) -> list[Message]:
    if request.own is not None:
        made = [message for sample in request.own.samples if (message := message_of(sample)) is not None]
    else:
        made = read_split(_files(request), request.split)
    if not made:
        raise NothingToJudgeError("redaction: no message has personal or health labels")
    return request.cut(made, lambda message: message.id)


def _files(request: Request) -> tuple[Path, ...]:
    if request.own is not None:
        return (request.own.file,)
    messages = (request.data / "messages").glob("messages_*.jsonl")
    return (*sorted(messages), *sorted((request.data / "redaction").glob("redaction_*.jsonl")))


def _prepare(subject: Subject, request: Request) -> Sequence[Job]:
    find = ours(subject.pipeline.engines.redactor, with_account=False)

    def job_of(message: Message) -> Job:
        def job() -> Judged:
            found = find(message)
            return judge(score(message, found), found, invented=request.own is None)

        return job

    return [job_of(message) for message in _messages(request)]


SUITE = Suite("redaction", _prepare, lambda request, _: _files(request), takes_own=True)
