"""What the report shows, taken out of the results: sections, tables, plots and dangerous errors."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.harness.catalogue import Catalogue
from eval.harness.folder import Results
from eval.harness.metrics import ALL, Figure, confidences_of
from eval.harness.report import plots
from eval.harness.samples import DIMENSIONS
from eval.harness.scores import DangerousError, Judged

MATRICES = {
    "end_to_end": ("disposition",),
    "policy": ("disposition",),
    "understanding": ("intent", "emotion", "handling"),
}
"""Choices with a confusion matrix, by suite."""
LISTED = 200
"""Errors of one name that a report lists; samples.jsonl has them all."""
BARRED = ("leak", "health.missed")
"""Metrics drawn as bars by label."""


@dataclass(frozen=True, slots=True)
class ListedError:
    """A dangerous error with its message. ``suites``: those that saw it."""

    id: str
    suites: str
    detail: str
    text: str


@dataclass(frozen=True, slots=True)
class ErrorKind:
    """All errors of one name."""

    name: str
    meaning: str
    errors: tuple[ListedError, ...]
    more: int
    looked_for: bool
    """Whether a suite that looks for it has run."""


@dataclass(frozen=True, slots=True)
class Head:
    """A scored choice: its calibration."""

    name: str
    count: int
    marks: tuple[plots.ReliabilityMark, ...]
    risk: str


@dataclass(frozen=True, slots=True)
class Section:
    """One suite."""

    name: str
    title: str
    about: str
    samples: int
    headline: tuple[Figure, ...]
    by_label: Mapping[str, tuple[Figure, ...]]
    by_group: Mapping[str, tuple[Figure, ...]]
    """Headline metrics by dimension."""
    confusions: tuple[plots.Confusion, ...]
    heads: tuple[Head, ...]
    bars: Mapping[str, tuple[plots.Bar, ...]]
    latency: plots.Histogram | None


LOOKED_FOR = {
    DangerousError.MISSED_EMERGENCY: {"safety"},
    DangerousError.MISSED_SELF_HARM: {"safety"},
    DangerousError.MISSED_ADVERSE_EVENT: {"safety"},
    DangerousError.IGNORED_LEGITIMATE_COMPLAINT: {"safety"},
    DangerousError.LEAKED_IDENTIFIER: {"redaction", "end_to_end"},
    DangerousError.UNSUPPORTED_SENTENCE: {"drafting"},
}


def sections(results: Results, catalogue: Catalogue, language: str) -> tuple[Section, ...]:
    """A section for each suite, in the order in which they ran."""
    return tuple(_section(results, name, catalogue, language) for name in results.suites)


def _section(results: Results, name: str, catalogue: Catalogue, language: str) -> Section:
    judged = [each for each in results.judged if each.suite == name]
    figures = [figure for figure in results.figures if figure.suite == name]
    whole = [figure for figure in figures if figure.dimension == ALL]
    entry = catalogue.suites[name]
    labelled = [figure for figure in whole if figure.label]
    return Section(
        name=name,
        title=entry.title.of(language),
        about=entry.about.of(language),
        samples=len(judged),
        headline=tuple(figure for figure in whole if not figure.label),
        by_label=_grouped(labelled, [figure.metric for figure in labelled]),
        by_group=_grouped(
            [figure for figure in figures if figure.dimension in DIMENSIONS],
            [figure.dimension for figure in figures if figure.dimension in DIMENSIONS],
        ),
        confusions=_confusions(name, judged),
        heads=tuple(
            Head(head, len(found), plots.reliability_marks(found), plots.risk_line(found))
            for head, found in confidences_of(judged).items()
        ),
        bars={
            metric: plots.bars(figure for figure in labelled if figure.metric == metric)
            for metric in BARRED
            if any(figure.metric == metric for figure in labelled)
        },
        latency=_latency(judged, whole),
    )


def _grouped(figures: Sequence[Figure], names: Sequence[str]) -> dict[str, tuple[Figure, ...]]:
    groups: dict[str, list[Figure]] = {}
    for figure, name in zip(figures, names, strict=True):
        groups.setdefault(name, []).append(figure)
    return {name: tuple(members) for name, members in groups.items()}


def _confusions(suite: str, judged: Sequence[Judged]) -> tuple[plots.Confusion, ...]:
    found = [plots.confusion(judged, head) for head in MATRICES.get(suite, ())]
    return tuple(matrix for matrix in found if matrix is not None)


def _latency(judged: Sequence[Judged], figures: Sequence[Figure]) -> plots.Histogram | None:
    values = [score.part for each in judged for score in each.scores if score.metric == "latency_ms"]
    quantiles = {
        figure.metric.removeprefix("latency_ms_"): figure.value
        for figure in figures
        if figure.metric.startswith("latency_ms_")
    }
    return plots.histogram(values, quantiles)


def dangerous(results: Results, catalogue: Catalogue, language: str) -> tuple[ErrorKind, ...]:
    """Every dangerous error by name; one seen by several suites is listed once."""
    return tuple(_kind(error, results, catalogue, language) for error in DangerousError)


def _kind(error: DangerousError, results: Results, catalogue: Catalogue, language: str) -> ErrorKind:
    suites: dict[str, list[str]] = {}
    details: dict[str, Counter[str]] = {}
    texts: dict[str, str] = {}
    for each in results.judged:
        found = Counter(finding.detail for finding in each.findings if finding.error is error)
        if found:
            suites.setdefault(each.id, []).append(each.suite)
            details.setdefault(each.id, Counter()).update(found)
            texts[each.id] = each.text
    listed = tuple(
        ListedError(name, ", ".join(suites[name]), " · ".join(sorted(details[name])), texts[name])
        for name in sorted(texts)
    )
    looked_for = bool(LOOKED_FOR[error] & set(results.suites))
    meaning = catalogue.errors[error.value].of(language)
    return ErrorKind(error.value, meaning, listed[:LISTED], max(0, len(listed) - LISTED), looked_for)


def number(value: float | None, unit: str = "share") -> str:
    """A number as the report writes it: shares in per cent with one place."""
    if value is None or math.isnan(value):
        return "–"
    if unit == "share":
        return f"{100 * value:.1f} %"
    return f"{value:.3f}" if unit == "score" else f"{value:.1f}"


def range_of(figure: Figure, unit: str = "share") -> str:
    """The interval of a figure."""
    if math.isnan(figure.low):
        return "–"
    return f"{number(figure.low, unit)} … {number(figure.high, unit)}"


def counts(figure: Figure) -> str:
    """The counts that a figure is made of."""
    whole = all(value == int(value) for value in (figure.part, figure.whole))
    return f"{figure.part:.0f}/{figure.whole:.0f}" if whole else f"{figure.part:.1f}/{figure.whole:.0f}"
