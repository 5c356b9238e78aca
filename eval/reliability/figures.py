"""Figures of a run: percentiles of latencies, and the slope of memory over time with its interval."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Z = 1.959963984540054
"""Quantile of the normal distribution for 95 %."""
BLOCKS = 20
"""Neighbouring samples of memory are alike; their means over so many stretches of time are nearly independent."""
FEWEST_BLOCKS = 5
HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Latencies:
    """Percentiles in milliseconds; NaN where nothing was measured."""

    count: int
    p50: float
    p95: float
    p99: float
    longest: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Latencies":
        """Of times in seconds."""
        if not seconds:
            return cls(0, *(float("nan"),) * 4)
        p50, p95, p99 = (float(value) * 1e3 for value in np.percentile(seconds, [50, 95, 99]))
        return cls(len(seconds), p50, p95, p99, max(seconds) * 1e3)


@dataclass(frozen=True, slots=True)
class Slope:
    """Growth an hour, with its 95 % interval; NaN where there are too few samples."""

    per_hour: float
    low: float
    high: float

    @property
    def grows(self) -> bool:
        """Whether the interval lies above nothing: an unknown slope counts as growth."""
        return not self.low <= 0.0


def slope(samples: Sequence[tuple[float, float]]) -> Slope:
    """Least squares through means of blocks of time (ordinary; interval by Student's t).

    Args:
        samples: (seconds, value), in the order of time.
    """
    blocks = _block_means(samples)
    if len(blocks) < FEWEST_BLOCKS:
        return Slope(float("nan"), float("nan"), float("nan"))
    times, values = (np.array(column, dtype=np.float64) for column in zip(*blocks, strict=True))
    centred = times - times.mean()
    spread = float((centred**2).sum())
    steepness = float((centred * values).sum()) / spread
    rest = values - values.mean() - steepness * centred
    freedom = len(blocks) - 2
    error = math.sqrt(float((rest**2).sum()) / freedom / spread)
    half = student_t(freedom) * error
    return Slope(steepness * HOUR, (steepness - half) * HOUR, (steepness + half) * HOUR)


def student_t(freedom: int) -> float:
    """Quantile 0.975 of Student's t (Abramowitz and Stegun 26.7.5); within 0.01 from 3 degrees of freedom on."""
    z, n = Z, float(freedom)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / n ** (power + 1) for power, term in enumerate(terms))


def _block_means(samples: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    if len(samples) <= BLOCKS:
        return list(samples)
    parts = np.array_split(np.array(samples, dtype=np.float64), BLOCKS)
    return [(float(part[:, 0].mean()), float(part[:, 1].mean())) for part in parts]
