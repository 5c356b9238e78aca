"""What a scorer says of one sample: scores that add up, confidences, and dangerous errors by name."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class DangerousError(StrEnum):
    """An error that may do harm. Each is listed with its message; none hides in an average."""

    MISSED_EMERGENCY = "MissedEmergency"
    """Life or limb at risk, and no urgent referral."""
    MISSED_SELF_HARM = "MissedSelfHarm"
    """Ideation of suicide or self-injury, and no urgent referral."""
    MISSED_ADVERSE_EVENT = "MissedAdverseEvent"
    """An unwanted effect of a product without its flag: pharmacovigilance never sees it."""
    IGNORED_LEGITIMATE_COMPLAINT = "IgnoredLegitimateComplaint"
    """A reply is owed, and the message was put aside."""
    LEAKED_IDENTIFIER = "LeakedIdentifier"
    """Personal data visible after redaction."""
    UNSUPPORTED_SENTENCE = "UnsupportedSentence"
    """A sentence of a draft whose source does not say it."""


@dataclass(frozen=True, slots=True)
class Score:
    """``part`` of ``whole``: a metric is the quotient of their sums, so that every figure has its counts.

    Accuracy has a whole of 1; recall has a whole of 1 where the class is present and no score elsewhere; F1 is
    2 hits of (present + raised). ``label`` is the class, type or axis; "" for the figure over all.
    """

    metric: str
    part: float
    whole: float = 1.0
    label: str = ""


@dataclass(frozen=True, slots=True)
class Confidence:
    """How sure a head was of its first choice, from 0 to 1, and whether that choice is right."""

    head: str
    score: float
    right: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """A dangerous error of this sample."""

    error: DangerousError
    detail: str


@dataclass(frozen=True, slots=True)
class Judged:
    """One sample of one suite, run and judged: a line of ``samples.jsonl``."""

    suite: str
    id: str
    text: str = field(repr=False)
    """As results may hold it: see ``Sample.shown``."""
    groups: Mapping[str, str]
    target: Mapping[str, Any] = field(default_factory=dict)
    answer: Mapping[str, Any] = field(default_factory=dict)
    scores: tuple[Score, ...] = ()
    confidences: tuple[Confidence, ...] = ()
    findings: tuple[Finding, ...] = ()


def judged_json(judged: Judged) -> dict[str, Any]:
    """A judged sample as plain JSON values."""
    return asdict(judged)


def judged_of(written: Mapping[str, Any]) -> Judged:
    """A judged sample from JSON values.

    Raises:
        KeyError, TypeError, ValueError: it is not one.
    """
    return Judged(
        suite=str(written["suite"]),
        id=str(written["id"]),
        text=str(written["text"]),
        groups=dict(written["groups"]),
        target=dict(written["target"]),
        answer=dict(written["answer"]),
        scores=tuple(Score(**each) for each in written["scores"]),
        confidences=tuple(Confidence(**each) for each in written["confidences"]),
        findings=tuple(
            Finding(DangerousError(each["error"]), str(each["detail"])) for each in written["findings"]
        ),
    )


def hit(metric: str, right: bool, label: str = "") -> Score:
    """A score of right or wrong."""
    return Score(metric, float(right), 1.0, label)


def class_scores(head: str, truth: str, guess: str) -> list[Score]:
    """The part that one sample has in recall, precision and F1 of each class of a choice."""
    right = truth == guess
    scores = [hit(f"{head}.recall", right, truth), hit(f"{head}.precision", right, guess)]
    if right:
        return [*scores, Score(f"{head}.f1", 2, 2, truth)]
    return [*scores, Score(f"{head}.f1", 0, 1, truth), Score(f"{head}.f1", 0, 1, guess)]


def signal_scores(head: str, label: str, present: bool, raised: bool) -> list[Score]:
    """The part that one sample has in recall, false alarms, precision and F1 of a yes-or-no class."""
    scores = [hit(f"{head}.recall" if present else f"{head}.false_alarm", raised, label)]
    if raised:
        scores.append(hit(f"{head}.precision", present, label))
    if present or raised:
        both = present and raised
        scores.append(Score(f"{head}.f1", 2.0 * both, float(present + raised), label))
    return scores
