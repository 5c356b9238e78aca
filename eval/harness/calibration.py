"""Calibration and abstention of scored choices: reliability bins, expected calibration error, risk over coverage."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eval.harness.scores import Confidence
from eval.intervals import ROUNDS, SEED, TAIL, Interval
from models.training.head_report import wilson

BINS = 10

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bin:
    """Choices of about one score. ``right`` of ``count`` hold; ``low`` and ``high`` bound their share (95 %)."""

    start: float
    end: float
    count: int
    right: int
    mean_score: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """Answering only the surest: the share answered, and the share of those that is wrong."""

    coverage: float
    risk: float
    threshold: float


def reliability(confidences: Sequence[Confidence]) -> list[Bin]:
    """The filled ones of ten equal bins of the score."""
    place = np.array([_bin(each.score) for each in confidences], dtype=np.int64)
    bins = []
    for number in range(BINS):
        inside = [each for each, at in zip(confidences, place, strict=True) if at == number]
        if inside:
            right = sum(each.right for each in inside)
            low, high = wilson(right, len(inside))
            mean = sum(each.score for each in inside) / len(inside)
            bins.append(Bin(number / BINS, (number + 1) / BINS, len(inside), right, mean, low, high))
    return bins


def calibration_error(confidences: Sequence[Confidence]) -> Interval:
    """Expected calibration error over the ten bins, with its bootstrap interval over samples.

    Guo et al., *On Calibration of Modern Neural Networks* (ICML 2017), equation 3.
    """
    if not confidences:
        return Interval(float("nan"), float("nan"), float("nan"))
    count = len(confidences)
    gaps = np.zeros((count, BINS))
    for row, each in enumerate(confidences):
        gaps[row, _bin(each.score)] = each.score - each.right
    generator = np.random.default_rng(SEED)
    drawn = generator.multinomial(count, np.full(count, 1 / count), size=ROUNDS)
    low, high = np.quantile(np.abs(drawn @ gaps).sum(axis=1) / count, [TAIL, 1 - TAIL])
    return Interval(float(np.abs(gaps.sum(axis=0)).sum() / count), float(low), float(high))


def risk_coverage(confidences: Sequence[Confidence]) -> list[RiskPoint]:
    """Risk at each coverage, the surest first; equal scores are answered together.

    El-Yaniv and Wiener, *On the Foundations of Noise-free Selective Classification* (JMLR 11, 2010).
    """
    ordered = sorted(confidences, key=lambda each: -each.score)
    points, wrong = [], 0
    for number, each in enumerate(ordered, start=1):
        wrong += not each.right
        if number == len(ordered) or ordered[number].score != each.score:
            points.append(RiskPoint(number / len(ordered), wrong / number, each.score))
    return points


def _bin(score: float) -> int:
    return min(max(int(score * BINS), 0), BINS - 1)
