"""The drafts: inside their limits, every sentence with a source that says it, no rule of the verifier broken."""

from collections.abc import Sequence

from drafting.draft import Draft, Violation
from drafting.drafter import Drafter
from drafting.holding import DRAFTER as HOLDING
from eval.harness.datasets import Request
from eval.harness.samples import Sample
from eval.harness.scores import DangerousError, Finding, Judged, Score, hit
from eval.harness.subject import Drafted, Ran, Subject, draft_texts
from eval.harness.suites.suite import Job, Suite, Verdicts, judged
from policies.vocabulary import Disposition

SOURCED = "every_sentence_sourced"
"""The verifier's rule that looks each source up."""


def violations_of(drafted: Drafted, drafter: Drafter) -> list[tuple[Draft, tuple[Violation, ...]]]:
    """Verify again what was given, apart from the drafter's own choice among candidates."""
    verifier = drafter.verifier
    return [
        (draft, verifier.verify(draft, verifier.context(drafted.request, draft.audience)))
        for draft in drafted.result.drafts
    ]


def judge(ran: Ran, checked: Sequence[tuple[Draft, tuple[Violation, ...]]]) -> Verdicts:
    """Score the drafts of one message. Raises nothing: a draft that cannot be judged has broken a rule."""
    case = ran.case
    owed = case.disposition != Disposition.NO_REPLY
    scores: list[Score] = [
        hit("draft.present" if owed else "draft.absent_when_no_reply", bool(case.drafts) == owed)
    ]
    findings: list[Finding] = []
    for draft, broken in checked:
        scores.append(hit("draft.within_limit", 0 < draft.length <= draft.limit))
        scores.append(Score("draft.share_of_limit", float(draft.length), float(draft.limit)))
        unsourced = [violation for violation in broken if violation.rule == SOURCED]
        scores.append(Score("sentence.sourced", len(draft.sentences) - len(unsourced), len(draft.sentences)))
        scores.append(hit("draft.verified", not broken))
        findings += [
            Finding(DangerousError.UNSUPPORTED_SENTENCE, violation.message) for violation in unsourced
        ]
    if case.drafts:
        composed = ran.drafted.result.drafter != HOLDING
        scores.append(hit("draft.composed", composed))
        quotes = any(sentence.source.startswith("answer:") for sentence in case.drafts[0].sentences)
        scores.append(hit("draft.quotes_an_answer", quotes))
        scores.append(hit("draft.first_candidate", composed and not _rejected(ran)))
    answer: dict[str, object] = {
        "disposition": case.disposition.value,
        "drafter": case.provenance.drafter,
        "drafts": draft_texts(case),
        "sources": [[sentence.source for sentence in draft.sentences] for draft in case.drafts],
        "broken": sorted({violation.rule for _, broken in checked for violation in broken}),
        "rejected_for": sorted({violation.rule for each in _rejected(ran) for violation in each}),
    }
    return Verdicts(answer, tuple(scores), findings=tuple(findings))


def _rejected(ran: Ran) -> list[tuple[Violation, ...]]:
    return list(ran.drafted.result.violations_by_rejected_candidate.values())


def _job(subject: Subject, sample: Sample) -> Job:
    def job() -> Judged:
        ran = subject.run(sample.message)
        places = [(entity.start, entity.end) for entity in ran.case.entities]
        checked = violations_of(ran.drafted, subject.pipeline.engines.drafter)
        return judged(SUITE.name, sample, judge(ran, checked), places)

    return job


def _prepare(subject: Subject, request: Request) -> Sequence[Job]:
    return [_job(subject, sample) for sample in request.samples()]


SUITE = Suite("drafting", _prepare, lambda request, _: request.message_files(), takes_own=True)
