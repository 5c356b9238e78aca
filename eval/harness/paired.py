"""Paired tests: the same samples, run by two versions."""

import math
from dataclasses import dataclass

import numpy as np

from eval.harness.metrics import Pairs, is_binary
from eval.intervals import ROUNDS, SEED, TAIL


@dataclass(frozen=True, slots=True)
class PairedTest:
    """The difference of a metric (second less first) with its 95 % interval and p-value."""

    difference: float
    low: float
    high: float
    p_value: float
    method: str
    """``McNemar`` or ``bootstrap``."""


def paired_test(first: Pairs, second: Pairs) -> PairedTest:
    """Test whether two versions differ; row for row the same samples, part and whole, (samples, 2).

    McNemar's exact test where each sample is one right or wrong in both (McNemar, Psychometrika 12:153, 1947);
    else a paired bootstrap over samples, two-sided (Efron and Tibshirani 1993, chapter 16).
    """
    difference = _quotient(second) - _quotient(first)
    drawn = _drawn_differences(first, second)
    low, high = np.quantile(drawn, [TAIL, 1 - TAIL]) if len(drawn) else (math.nan, math.nan)
    if is_binary(first) and is_binary(second):
        lost = int(((first[:, 0] == 1) & (second[:, 0] == 0)).sum())
        won = int(((first[:, 0] == 0) & (second[:, 0] == 1)).sum())
        return PairedTest(difference, float(low), float(high), mcnemar(lost, won), "McNemar")
    return PairedTest(difference, float(low), float(high), _bootstrap_p(drawn, first, second), "bootstrap")


def mcnemar(lost: int, won: int) -> float:
    """The exact two-sided p-value of so many samples lost and won; 1 when none changed."""
    total = lost + won
    if total == 0:
        return 1.0
    tail = sum(math.comb(total, number) for number in range(min(lost, won) + 1))
    return min(1.0, float(2 * tail / 2**total))


def holm(p_values: list[float]) -> list[float]:
    """P-values corrected for being several (Holm, Scand. J. Statist. 6:65, 1979), in the same order."""
    corrected = [1.0] * len(p_values)
    largest = 0.0
    for rank, at in enumerate(sorted(range(len(p_values)), key=lambda number: p_values[number])):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[at]))
        corrected[at] = largest
    return corrected


def _quotient(pairs: Pairs) -> float:
    part, whole = pairs.sum(axis=0)
    return float(part / whole) if whole else math.nan


def _drawn_differences(first: Pairs, second: Pairs) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    count = len(first)
    generator = np.random.default_rng(SEED)
    drawn = generator.multinomial(count, np.full(count, 1 / count), size=ROUNDS)
    one, other = drawn @ first, drawn @ second
    known = (one[:, 1] > 0) & (other[:, 1] > 0)
    one, other = one[known], other[known]
    return np.asarray(other[:, 0] / other[:, 1] - one[:, 0] / one[:, 1], dtype=np.float64)


def _bootstrap_p(drawn: "np.ndarray[tuple[int], np.dtype[np.float64]]", first: Pairs, second: Pairs) -> float:
    if not len(drawn) or bool((first == second).all()):
        return 1.0
    smaller = min(int((drawn <= 0).sum()), int((drawn >= 0).sum()))
    return min(1.0, 2 * (smaller + 1) / (len(drawn) + 1))
