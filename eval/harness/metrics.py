"""Metrics reduce the scores of many samples to figures with counts and 95 % intervals."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from eval.harness.calibration import calibration_error
from eval.harness.samples import DIMENSIONS
from eval.harness.scores import Confidence, Judged
from eval.intervals import ROUNDS, SEED, TAIL, Interval, interval, ratio
from models.training.head_report import wilson

LEAST = 10
"""Samples of a group with a line of its own; smaller ones are counted together, as they say nothing alone."""
OTHERS = "others"
ALL = "all"
SCALE = 1_000_000
"""Parts that are no whole numbers (gains, minutes) are resampled as millionths."""
MEANS = frozenset({"delay_difference_minutes", "draft_length_difference", "latency_ms"})
"""Metrics that are a mean of measured numbers, not a share: they may be negative, or over 1."""
QUANTILES = {"p50": 0.50, "p95": 0.95, "p99": 0.99}

Pairs = npt.NDArray[np.float64]
"""Shape (samples, 2): part and whole."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric over a group of samples. ``low`` and ``high`` are NaN where there is no interval."""

    suite: str
    metric: str
    label: str
    dimension: str
    """``all``, or how the samples were grouped."""
    group: str
    samples: int
    """That have a part in it."""
    part: float
    whole: float
    value: float
    low: float
    high: float

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """What names the figure."""
        return self.suite, self.metric, self.label, self.dimension, self.group


def reduce(judged: Sequence[Judged]) -> list[Figure]:
    """Every figure of the samples of one or more suites, in order of suite, metric, label and group."""
    figures: list[Figure] = []
    for suite in sorted({each.suite for each in judged}):
        mine = [each for each in judged if each.suite == suite]
        figures += _over(suite, mine, ALL, ALL, labels=True)
        for dimension in DIMENSIONS:
            for group, members in groups_of(mine, dimension).items():
                figures += _over(suite, members, dimension, group, labels=False)
    return figures


def groups_of(judged: Iterable[Judged], dimension: str) -> dict[str, list[Judged]]:
    """The samples by group, the largest first and small ones together at the end."""
    groups: dict[str, list[Judged]] = defaultdict(list)
    for each in judged:
        if dimension in each.groups:
            groups[each.groups[dimension]].append(each)
    large = {name: part for name, part in groups.items() if len(part) >= LEAST}
    small = [each for name, part in sorted(groups.items()) if name not in large for each in part]
    ordered = dict(sorted(large.items(), key=lambda item: (-len(item[1]), item[0])))
    return {**ordered, **({OTHERS: small} if small else {})}


def _over(suite: str, judged: Sequence[Judged], dimension: str, group: str, *, labels: bool) -> list[Figure]:
    pairs = pairs_of(judged)
    figures = [
        _figure(suite, metric, label, dimension, group, values)
        for (metric, label), values in sorted(pairs.items())
        if labels or not label
    ]
    figures += [
        Figure(suite, f"{metric}_{name}", "", dimension, group, len(values), len(values), len(values), *found)
        for (metric, label), values in sorted(pairs.items())
        if metric == "latency_ms" and not label
        for name, found in _quantiles(values[:, 0]).items()
    ]
    if labels:
        figures += _macro_f1(suite, pairs)
        figures += _calibration(suite, judged)
    return figures


def pairs_of(judged: Sequence[Judged]) -> dict[tuple[str, str], Pairs]:
    """Part and whole of each sample that has one, by metric and label. Scores of one sample are summed."""
    found: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for each in judged:
        for key, pair in sums_of(each).items():
            found[key].append(pair)
    return {key: np.array(values, dtype=np.float64) for key, values in found.items()}


def sums_of(judged: Judged) -> dict[tuple[str, str], tuple[float, float]]:
    """Part and whole of one sample, by metric and label; what has no whole is left out."""
    sums: dict[tuple[str, str], tuple[float, float]] = {}
    for score in judged.scores:
        part, whole = sums.get((score.metric, score.label), (0.0, 0.0))
        sums[score.metric, score.label] = part + score.part, whole + score.whole
    return {key: pair for key, pair in sums.items() if pair[1] > 0}


def _figure(suite: str, metric: str, label: str, dimension: str, group: str, pairs: Pairs) -> Figure:
    part, whole = (float(total) for total in pairs.sum(axis=0))
    found = mean_of(pairs) if metric in MEANS else interval_of(pairs)
    return Figure(
        suite, metric, label, dimension, group, len(pairs), part, whole, found.value, found.low, found.high
    )


def interval_of(pairs: Pairs) -> Interval:
    """The quotient of sums with its interval.

    Wilson's where every sample is one right or wrong; else a bootstrap over samples, which knows that the parts of
    one sample are not independent, with the bound of Clopper and Pearson where nothing or all counts.
    """
    part, whole = pairs.sum(axis=0)
    value = float(part / whole)
    if is_binary(pairs):
        return Interval(value, *wilson(int(part), int(whole)))
    found = interval(np.rint(pairs * SCALE).astype(np.int64), lambda sums: ratio(sums[..., 0], sums[..., 1]))
    counts = bool((pairs == np.rint(pairs)).all() and (pairs[:, 0] >= 0).all())
    if counts and part == 0:
        return Interval(value, 0.0, 1 - TAIL ** (1 / float(whole)))
    if counts and part == whole:
        return Interval(value, TAIL ** (1 / float(whole)), 1.0)
    return Interval(value, found.low, found.high)


def mean_of(pairs: Pairs) -> Interval:
    """The quotient of sums with its bootstrap interval over samples."""
    scaled = np.rint(pairs * SCALE).astype(np.int64)
    return interval(scaled, lambda sums: ratio(sums[..., 0], sums[..., 1]))


def is_binary(pairs: Pairs) -> bool:
    """Whether every sample is one right or wrong."""
    return bool((pairs[:, 1] == 1).all() and np.isin(pairs[:, 0], (0, 1)).all())


def _quantiles(values: npt.NDArray[np.float64]) -> dict[str, tuple[float, float, float]]:
    generator = np.random.default_rng(SEED)
    drawn = values[generator.integers(0, len(values), (ROUNDS, len(values)))]
    found = {}
    for name, quantile in QUANTILES.items():
        low, high = np.quantile(np.quantile(drawn, quantile, axis=1), [TAIL, 1 - TAIL])
        found[name] = (float(np.quantile(values, quantile)), float(low), float(high))
    return found


def _macro_f1(suite: str, pairs: Mapping[tuple[str, str], Pairs]) -> list[Figure]:
    """The plain mean of F1 over classes, without an interval: classes were not drawn."""
    by_head: dict[str, list[Pairs]] = defaultdict(list)
    for (metric, label), values in pairs.items():
        if metric.endswith(".f1") and label:
            by_head[metric].append(values)
    return [
        _mean_figure(suite, f"{metric.removesuffix('.f1')}.macro_f1", parts)
        for metric, parts in sorted(by_head.items())
    ]


def _mean_figure(suite: str, metric: str, parts: Sequence[Pairs]) -> Figure:
    values = [float(each[:, 0].sum() / each[:, 1].sum()) for each in parts]
    mean, nan = sum(values) / len(values), math.nan
    return Figure(suite, metric, "", ALL, ALL, len(values), sum(values), len(values), mean, nan, nan)


def _calibration(suite: str, judged: Sequence[Judged]) -> list[Figure]:
    figures = []
    for head, confidences in confidences_of(judged).items():
        found, count = calibration_error(confidences), len(confidences)
        of_bins = (found.value * count, float(count), found.value, found.low, found.high)
        figures.append(Figure(suite, f"{head}.ece", "", ALL, ALL, count, *of_bins))
    return figures


def confidences_of(judged: Iterable[Judged]) -> dict[str, list[Confidence]]:
    """The confidences of the samples by head."""
    found: dict[str, list[Confidence]] = defaultdict(list)
    for each in judged:
        for confidence in each.confidences:
            found[confidence.head].append(confidence)
    return dict(sorted(found.items()))


def figure_json(figure: Figure) -> dict[str, Any]:
    """A figure as plain JSON values; NaN is null."""
    return {
        name: None if isinstance(value, float) and math.isnan(value) else value
        for name, value in asdict(figure).items()
    }


def figure_of(written: Mapping[str, Any]) -> Figure:
    """A figure from JSON values. Raises KeyError or TypeError."""
    values = dict(written)
    for name in ("value", "low", "high"):
        values[name] = math.nan if values[name] is None else float(values[name])
    return Figure(**values)
