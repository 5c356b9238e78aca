"""What happens to a message in the end: disposition, flags, abstention, and nothing personal in the case."""

import re

from cases.case import Case
from eval.harness.samples import Sample
from eval.harness.scores import (
    Confidence,
    DangerousError,
    Finding,
    Score,
    class_scores,
    hit,
    signal_scores,
)
from eval.harness.subject import Ran, draft_texts
from eval.harness.suites.suite import Verdicts, over_messages
from policies.vocabulary import Disposition, Flag

SURE_LENGTH = 4
"""Letters and digits of a personal string that is looked for in a whole case: shorter ones stand there by chance."""


def judge(sample: Sample, ran: Ran) -> Verdicts:
    """Compare the case with the labels."""
    target, case, facts = sample.target, ran.case, ran.facts
    flags = {flag.code.value for flag in case.flags}
    answered = not facts.understanding_abstained
    scores: list[Score] = [hit("decision.coverage", answered)]
    confidences: list[Confidence] = []
    if target.disposition:
        scores += _disposition(target.disposition, case, answered)
        sure = facts.handling.get(case.disposition.value, 0.0)
        confidences.append(Confidence("disposition", sure, case.disposition == target.disposition))
        if target.disposition == Disposition.DRAFT:
            scores.append(hit("answer.coverage", not case.abstained))
    if target.flags is not None:
        for code in Flag:
            scores += signal_scores("flag", code.value, code in target.flags, code in flags)
    findings: list[Finding] = []
    if target.personal:
        leaked = [value for value in target.personal if stands_in(value, case)]
        scores.append(hit("case.without_identifiers", not leaked))
        findings = [
            Finding(DangerousError.LEAKED_IDENTIFIER, value if sample.invented else "(masked)")
            for value in leaked
        ]
    answer: dict[str, object] = {
        "disposition": case.disposition.value,
        "priority": case.priority.value,
        "queue": case.queue,
        "flags": sorted(flags),
        "rules": list(case.rules),
        "abstained": case.abstained,
        "drafts": draft_texts(case),
    }
    return Verdicts(answer, tuple(scores), tuple(confidences), tuple(findings))


def _disposition(truth: str, case: Case, answered: bool) -> list[Score]:
    guess = case.disposition.value
    scores = [hit("disposition.accuracy", guess == truth), *class_scores("disposition", truth, guess)]
    if answered:
        scores.append(hit("disposition.accuracy_when_answered", guess == truth))
    owed = truth != Disposition.NO_REPLY
    given = guess != Disposition.NO_REPLY
    scores.append(hit("reply.given_when_owed" if owed else "reply.given_when_not_owed", given))
    return scores


def stands_in(value: str, case: Case) -> bool:
    """Whether a personal string is legible anywhere in what is stored and returned of a case."""
    plain = "".join(filter(str.isalnum, value))
    if len(plain) < SURE_LENGTH:
        return _as_words(value, case.redacted_text)
    texts = [case.redacted_text, *(draft.text for draft in case.drafts), case.message_id or ""]
    return any(_as_words(value, text) for text in texts)


def _as_words(value: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text, re.IGNORECASE) is not None


SUITE = over_messages("end_to_end", judge)
