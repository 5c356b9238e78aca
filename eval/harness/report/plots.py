"""The geometry of the report's plots: plain numbers that the template draws as SVG. Lengths in SVG units."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from eval.harness.calibration import RiskPoint, reliability, risk_coverage
from eval.harness.metrics import Figure
from eval.harness.scores import Confidence, Judged

WIDTH, HEIGHT = 360, 260
LEFT, TOP, RIGHT, BOTTOM = 46, 12, 12, 40
MOST_POINTS = 200
"""Of a line; more cannot be told apart."""
BARS = 24
"""Of the histogram of latency."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a confusion matrix; ``shade`` is its share of the row, from 0 to 1."""

    count: int
    shade: float
    diagonal: bool


@dataclass(frozen=True, slots=True)
class Confusion:
    """Rows are labels, columns what was given."""

    head: str
    names: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class ReliabilityMark:
    """A bin: its point and the ends of its interval."""

    x: float
    y: float
    low: float
    high: float
    radius: float
    count: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a share with its interval, in plot units from the left edge."""

    name: str
    length: float
    low: float
    high: float
    text: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a histogram."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Histogram:
    """Columns, with the ticks of the horizontal axis and the marked quantiles (place and name)."""

    columns: tuple[Column, ...]
    ticks: tuple[tuple[float, str], ...]
    marks: tuple[tuple[float, str], ...]


def across(share: float) -> float:
    """The horizontal place of a share."""
    return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def up(share: float) -> float:
    """The vertical place of a share."""
    return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)


def confusion(judged: Iterable[Judged], head: str) -> Confusion | None:
    """The confusion matrix of a choice; None where nothing of it is labelled."""
    pairs = Counter(
        (truth, str(each.answer[head]))
        for each in judged
        if (truth := _label(each, head)) is not None and head in each.answer
    )
    if not pairs:
        return None
    weight: Counter[str] = Counter()
    for (truth, _), count in pairs.items():
        weight[truth] += count
    given_only = sorted({guess for _, guess in pairs} - set(weight))
    names = (*sorted(weight, key=lambda name: (-weight[name], name)), *given_only)
    rows = tuple(
        tuple(
            Cell(
                count := pairs[truth, guess], count / weight[truth] if weight[truth] else 0.0, truth == guess
            )
            for guess in names
        )
        for truth in names
    )
    return Confusion(head, names, rows)


def _label(judged: Judged, head: str) -> str | None:
    """What the label says of a choice: the main intent is the first one, handling is labelled as disposition."""
    if head == "intent":
        intents = judged.target.get("intents")
        return str(intents[0]) if intents else None
    labelled = judged.target.get("disposition" if head == "handling" else head)
    return str(labelled) if labelled is not None else None


def reliability_marks(confidences: Sequence[Confidence]) -> tuple[ReliabilityMark, ...]:
    """A point for each bin; its area tells how many samples it holds."""
    bins = reliability(confidences)
    most = max((each.count for each in bins), default=1)
    return tuple(
        ReliabilityMark(
            across(each.mean_score),
            up(each.right / each.count),
            up(each.low),
            up(each.high),
            round(2 + 5 * (each.count / most) ** 0.5, 1),
            each.count,
        )
        for each in bins
    )


def risk_line(confidences: Sequence[Confidence]) -> str:
    """Risk over coverage as the points of a polyline."""
    points = risk_coverage(confidences)
    kept = _thinned(points)
    return " ".join(f"{across(point.coverage)},{up(point.risk)}" for point in kept)


def _thinned(points: Sequence[RiskPoint]) -> list[RiskPoint]:
    if len(points) <= MOST_POINTS:
        return list(points)
    places = np.linspace(0, len(points) - 1, MOST_POINTS).astype(int)
    return [points[place] for place in places]


def bars(figures: Iterable[Figure]) -> tuple[Bar, ...]:
    """A bar for each figure, by its label, the most frequent first."""
    ordered = sorted(figures, key=lambda figure: (-figure.whole, figure.label))
    return tuple(
        Bar(
            figure.label,
            round(100 * figure.value, 1),
            round(100 * figure.low, 1),
            round(100 * figure.high, 1),
            f"{figure.part:.0f}/{figure.whole:.0f}",
        )
        for figure in ordered
    )


def histogram(values: Sequence[float], quantiles: Mapping[str, float]) -> Histogram | None:
    """How values are spread, up to the 99th percentile and a bit more; what lies beyond is in the last column."""
    if not values:
        return None
    numbers = np.array(values, dtype=np.float64)
    top = max(float(np.quantile(numbers, 0.99)) * 1.1, 1e-9)
    counts, _ = np.histogram(np.minimum(numbers, top), bins=BARS, range=(0, top))
    most, step = int(counts.max()), (WIDTH - LEFT - RIGHT) / BARS
    columns = tuple(
        Column(
            round(LEFT + number * step, 1),
            up(count / most),
            round(step - 1, 1),
            round(up(0) - up(count / most), 1),
        )
        for number, count in enumerate(counts)
    )
    ticks = tuple((across(share), f"{share * top:.0f}") for share in (0, 0.25, 0.5, 0.75, 1.0))
    marks = tuple((across(value / top), name) for name, value in quantiles.items() if value <= top)
    return Histogram(columns, ticks, marks)
