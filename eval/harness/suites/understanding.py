"""Intents, emotion, relevance, signals and way of handling, as the shipped pipeline understands messages."""

from eval.harness.samples import Sample
from eval.harness.scores import Confidence, Score, class_scores, hit, signal_scores
from eval.harness.subject import Ran
from eval.harness.suites.suite import Verdicts, over_messages
from models.vocabulary import SignalCode


def judge(sample: Sample, ran: Ran) -> Verdicts:
    """Compare what was understood with the labels."""
    target, case, facts = sample.target, ran.case, ran.facts
    intent, score = case.intents[0].code, case.intents[0].score
    handling = max(facts.handling, key=lambda code: facts.handling[code])
    answered = not facts.understanding_abstained
    scores: list[Score] = [hit("understanding.coverage", answered)]
    confidences: list[Confidence] = []
    if target.intents:
        truth = target.intents[0]
        scores += [
            hit("intent.accuracy", intent == truth),
            hit("intent.any_accuracy", intent in target.intents),
        ]
        if answered:
            scores.append(hit("intent.accuracy_when_answered", intent == truth))
        scores += class_scores("intent", truth, intent)
        confidences.append(Confidence("intent", score, intent == truth))
    if target.emotion:
        right = case.emotion.code == target.emotion
        scores += [
            hit("emotion.accuracy", right),
            *class_scores("emotion", target.emotion, case.emotion.code),
        ]
        confidences.append(Confidence("emotion", case.emotion.score, right))
    if target.relevance:
        scores.append(hit("relevance.accuracy", case.relevance == target.relevance))
        scores += class_scores("relevance", target.relevance, case.relevance)
    if target.disposition:
        right = handling == target.disposition
        scores.append(hit("handling.accuracy", right))
        confidences.append(Confidence("handling", facts.handling[handling], right))
    if target.flags is not None:
        for code in SignalCode:
            scores += signal_scores("signal", code.value, code in target.flags, code in facts.signals)
    return Verdicts(
        answer={
            "intent": intent,
            "emotion": case.emotion.code,
            "relevance": case.relevance,
            "handling": handling,
            "signals": sorted(facts.signals),
            "abstained": facts.understanding_abstained,
        },
        scores=tuple(scores),
        confidences=tuple(confidences),
    )


SUITE = over_messages("understanding", judge)
