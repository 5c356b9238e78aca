"""Joins what lexicon, heads and redactor found into signals, relevance and criteria of an adverse event."""

from collections.abc import Collection
from dataclasses import dataclass

from models.understanding.heads import Predictions
from models.understanding.lexicon import Reading
from models.understanding.report import Criterion, Report
from models.understanding.thresholds import Thresholds
from models.understanding.types import AdverseEventCriteria, Signal
from models.vocabulary import Intent, Relevance, SignalCode

EARLIER = 0.9
"""Weight of a cue in an earlier turn of the customer: the case carries it, a little less surely."""

CERTAIN = 0.99
"""Score of a signal that the redactor's findings settle."""

NEEDS_EXPERT = (SignalCode.EMERGENCY, SignalCode.SELF_HARM, SignalCode.ADVERSE_EVENT)
"""Each of these needs a qualified person before any substantive answer (GUIDE: expert_review)."""

URGENT = (SignalCode.EMERGENCY, SignalCode.SELF_HARM)
NEVER_IGNORED = frozenset(SignalCode) - {SignalCode.PROMPT_INJECTION, SignalCode.PERSONAL_DATA_PUBLIC}
NOBODYS_NEED = frozenset({Intent.OFF_TOPIC, Intent.ABUSE})
"""Only messages with such a main intent may be ignored; anything else is at most watched (M53)."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that was read in one message."""

    reading: Reading
    earlier: Reading
    """Cues in the earlier turns of the customer, and those that they and the message make up together."""
    scores: Predictions
    public: bool
    personal_entities: frozenset[str]
    health_entities: frozenset[str]


def signals(evidence: Evidence, thresholds: Thresholds) -> tuple[Signal, ...]:
    """Signals over their threshold in the lexicon or in the heads, highest score first."""
    found = {
        code: signal for code in SignalCode if (signal := _signal(code, evidence, thresholds)) is not None
    }
    for code in NEEDS_EXPERT:
        if code in found and SignalCode.EXPERT_REVIEW not in found:
            found[SignalCode.EXPERT_REVIEW] = Signal(
                SignalCode.EXPERT_REVIEW, found[code].score, (f"signal:{code}",)
            )
    if any(code in found for code in URGENT):
        found.pop(SignalCode.IN_PERSON_REFERRAL, None)  # superseded (GUIDE: in_person_referral)
    return tuple(sorted(found.values(), key=lambda signal: (-signal.score, signal.code)))


def _signal(code: SignalCode, evidence: Evidence, thresholds: Thresholds) -> Signal | None:
    limit = thresholds.signals[code]
    now = evidence.reading.scores.get(code, 0.0)
    before = evidence.earlier.scores.get(code, 0.0) * EARLIER
    head = evidence.scores.signals[code]
    cues: list[str] = []
    scores: list[float] = []
    told = max(now, before)
    if told >= limit.lexicon and (head >= limit.support or told > limit.sure):
        own = evidence.reading.cues(code)
        cues += [*own, *(f"thread:{cue}" for cue in evidence.earlier.cues(code) if cue not in own)]
        scores.append(told)
    if head >= limit.head:
        cues.append(f"head:{code}")
        scores.append(head)
    if _settled(code, evidence):
        cues.append("redactor")
        scores.append(CERTAIN)
    if not scores or (code == SignalCode.PERSONAL_DATA_PUBLIC and not evidence.public):
        return None
    return Signal(code, max(scores), tuple(cues))


def _settled(code: SignalCode, evidence: Evidence) -> bool:
    """Whether the redactor's findings settle a signal."""
    if code == SignalCode.PERSONAL_DATA_PUBLIC:
        return evidence.public and bool(evidence.personal_entities)
    return code == SignalCode.HEALTH_DATA and bool(evidence.health_entities)


def relevance(evidence: Evidence, codes: Collection[SignalCode], thresholds: Thresholds) -> Relevance:
    """Whether somebody should answer, watch, or leave it. Never ignores a signal or a stated need (M53)."""
    share = evidence.scores.handling["no_reply"]
    main = max(evidence.scores.main_intent, key=lambda name: evidence.scores.main_intent[name])
    if share < thresholds.monitor or NEVER_IGNORED & set(codes):
        return Relevance.ANSWER
    if Relevance.ANSWER in evidence.reading.relevance:
        return Relevance.MONITOR
    if share >= thresholds.ignore and main in NOBODYS_NEED:
        return Relevance.IGNORE
    return Relevance.MONITOR


def criteria(report: Report, codes: Collection[SignalCode]) -> AdverseEventCriteria:
    """The minimum criteria that the wording supports (GVP VI, VI.B.2). Who writes is the reporter."""
    return AdverseEventCriteria(
        reporter=report.met(Criterion.REPORTER),
        patient=report.met(Criterion.PATIENT),
        product=report.met(Criterion.PRODUCT),
        reaction=report.met(Criterion.REACTION),
        serious_hint=bool(report.seriousness) or SignalCode.EMERGENCY in codes,
        report=report,
    )
