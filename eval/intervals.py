"""95 % intervals of figures made of counts, by resampling the units (documents, messages) that were drawn.

Spans of one message are not independent, so the message is resampled, never the span (percentile bootstrap;
Efron and Tibshirani, *An Introduction to the Bootstrap*, 1993, chapter 13).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]

ROUNDS = 1000
SEED = 7
TAIL = 0.025


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its counts: ``part`` of ``whole``."""

    part: int
    whole: int
    interval: Interval

    def __str__(self) -> str:
        if not self.whole:
            return "n/a"
        low, high = self.interval.low, self.interval.high
        known = "" if np.isnan(low) else f" [{low:.2%}, {high:.2%}]"
        return f"{self.interval.value:.2%} ({self.part}/{self.whole}){known}"


def interval(counts: Counts, figure: Callable[[Numbers], Numbers]) -> Interval:
    """Return a figure of summed counts, with its interval.

    ``counts`` has shape (units, columns); ``figure`` takes sums of shape (..., columns) and returns (...). One unit
    alone has no interval (NaN): resampling it repeats it.
    """
    units = len(counts)
    total = counts.sum(axis=0).astype(np.float64)
    if units < 2:
        return Interval(float(figure(total)), float("nan"), float("nan"))
    generator = np.random.default_rng(SEED)
    drawn = generator.multinomial(units, np.full(units, 1 / units), size=ROUNDS)
    values = figure((drawn @ counts).astype(np.float64))
    values = values[~np.isnan(values)]
    low, high = np.quantile(values, [TAIL, 1 - TAIL]) if len(values) else (float("nan"), float("nan"))
    return Interval(float(figure(total)), float(low), float(high))


def ratio(part: Numbers, whole: Numbers, empty: float = float("nan")) -> Numbers:
    """Divide, with ``empty`` where the whole is nothing."""
    filled = np.where(whole == 0, 1, whole)
    return np.asarray(np.where(whole == 0, empty, part / filled), dtype=np.float64)


def rate(counts: Counts) -> Rate:
    """Return the share of the second column that the first one is; ``counts`` has shape (units, 2).

    When nothing or everything counts, resampling can only repeat it ("0 %, between 0 % and 0 %"); the bound of
    Clopper and Pearson (Biometrika 26:404, 1934) stands on that side then.
    """
    part, whole = (int(value) for value in counts.sum(axis=0))
    found = interval(counts, lambda sums: ratio(sums[..., 0], sums[..., 1]))
    if whole and part == 0:
        found = Interval(found.value, 0.0, 1 - TAIL ** (1 / whole))
    elif whole and part == whole:
        found = Interval(found.value, TAIL ** (1 / whole), 1.0)
    return Rate(part, whole, found)
