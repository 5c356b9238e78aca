"""Compares two runs: what got better, what worse, which messages flipped, and whether to ship."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from eval.harness.catalogue import Better, Catalogue
from eval.harness.errors import EvaluationError
from eval.harness.folder import Results
from eval.harness.metrics import Pairs, sums_of
from eval.harness.paired import PairedTest, holm, paired_test
from eval.harness.scores import DangerousError, Judged

LEVEL = 0.05
"""A corrected p-value below this is called a difference."""

Key = tuple[str, str]
"""Suite and id of a sample."""


class Verdict(StrEnum):
    """Whether to ship the second version."""

    BETTER = "better"
    WORSE = "worse"
    NO_DIFFERENCE = "no_difference"


class Direction(StrEnum):
    """What a difference means for those concerned."""

    BETTER = "better"
    WORSE = "worse"
    NEITHER = "neither"
    """Not shown, or of a metric that has no better side."""


@dataclass(frozen=True, slots=True)
class Change:
    """One metric in both runs, on the samples that both have."""

    suite: str
    metric: str
    first: float
    second: float
    samples: int
    test: PairedTest
    corrected_p: float
    direction: Direction


@dataclass(frozen=True, slots=True)
class Flip:
    """A sample that one version has right and the other wrong."""

    suite: str
    id: str
    metric: str
    to_right: bool
    text: str
    first: Mapping[str, object]
    second: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class NewError:
    """A dangerous error that the second version makes and the first does not."""

    error: DangerousError
    suite: str
    id: str
    detail: str
    text: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that differs between two runs."""

    changes: tuple[Change, ...]
    flips: tuple[Flip, ...]
    new_errors: tuple[NewError, ...]
    mended: Mapping[str, int]
    """Dangerous errors of the first version that the second does not make, by name."""
    newly_failed_gates: tuple[str, ...]
    common: int
    only_one: int
    """Samples that one run has and the other lacks: they are not compared."""
    same_data: bool
    verdict: Verdict


def compare(first: Results, second: Results, catalogue: Catalogue) -> Comparison:
    """Compare the second run with the first.

    Raises:
        EvaluationError: they have no sample in common.
    """
    one, other = _by_key(first.judged), _by_key(second.judged)
    common = sorted(one.keys() & other.keys())
    if not common:
        raise EvaluationError("the two runs have no sample in common: run the same suites on the same data")
    changes = _corrected(_changes([(one[key], other[key]) for key in common], catalogue))
    new_errors = _new_errors(one, other, common)
    gates = tuple(sorted(set(second.run["failed_gates"]) - set(first.run["failed_gates"])))
    return Comparison(
        changes=changes,
        flips=tuple(flip for key in common for flip in _flips(one[key], other[key], catalogue)),
        new_errors=new_errors,
        mended=Counter(found.error.value for found in _new_errors(other, one, common)),
        newly_failed_gates=gates,
        common=len(common),
        only_one=len(one.keys() ^ other.keys()),
        same_data=first.run["data_sha256"] == second.run["data_sha256"],
        verdict=_verdict(changes, gates),
    )


def _by_key(judged: Iterable[Judged]) -> dict[Key, Judged]:
    return {(each.suite, each.id): each for each in judged}


def _changes(pairs: Sequence[tuple[Judged, Judged]], catalogue: Catalogue) -> list[Change]:
    values: dict[Key, list[tuple[tuple[float, float], tuple[float, float]]]] = {}
    for one, other in pairs:
        sums, others = _headline(one), _headline(other)
        for metric in sums.keys() | others.keys():
            pair = (sums.get(metric, (0.0, 0.0)), others.get(metric, (0.0, 0.0)))
            values.setdefault((one.suite, metric), []).append(pair)
    changes = []
    for (suite, metric), found in sorted(values.items()):
        both = np.array(found, dtype=np.float64)
        change = _change(suite, metric, both[:, 0], both[:, 1], catalogue.better(metric))
        if change is not None:
            changes.append(change)
    return changes


def _headline(judged: Judged) -> dict[str, tuple[float, float]]:
    """The sums of the metrics over all classes."""
    return {metric: pair for (metric, label), pair in sums_of(judged).items() if not label}


def _change(suite: str, metric: str, first: Pairs, second: Pairs, better: Better) -> Change | None:
    if not first[:, 1].sum() or not second[:, 1].sum():
        return None
    test = paired_test(first, second)
    values = [float(pairs[:, 0].sum() / pairs[:, 1].sum()) for pairs in (first, second)]
    direction = Direction.NEITHER
    if better is not Better.NEITHER and test.difference:
        rises = (test.difference > 0) == (better is Better.HIGHER)
        direction = Direction.BETTER if rises else Direction.WORSE
    return Change(suite, metric, values[0], values[1], len(first), test, test.p_value, direction)


def _corrected(changes: Sequence[Change]) -> tuple[Change, ...]:
    """With p-values corrected for the number of metrics, and no direction where no difference is shown."""
    corrected = holm([change.test.p_value for change in changes])
    return tuple(
        replace(change, corrected_p=p, direction=change.direction if p < LEVEL else Direction.NEITHER)
        for change, p in zip(changes, corrected, strict=True)
    )


def _flips(one: Judged, other: Judged, catalogue: Catalogue) -> list[Flip]:
    first, second = _headline(one), _headline(other)
    flips = []
    for metric in sorted(first.keys() & second.keys()):
        before, after = first[metric], second[metric]
        side = catalogue.better(metric)
        if before == after or side is Better.NEITHER or {*before, *after} - {0.0, 1.0}:
            continue
        rises = (after[0] > before[0]) == (side is Better.HIGHER)
        flips.append(Flip(one.suite, one.id, metric, rises, one.text, one.answer, other.answer))
    return flips


def _new_errors(
    one: Mapping[Key, Judged], other: Mapping[Key, Judged], common: Sequence[Key]
) -> tuple[NewError, ...]:
    found = []
    for key in common:
        known = Counter((finding.error, finding.detail) for finding in one[key].findings)
        now = Counter((finding.error, finding.detail) for finding in other[key].findings)
        for (error, detail), count in sorted((now - known).items()):
            found += [NewError(error, *key, detail, other[key].text)] * count
    return tuple(found)


def _verdict(changes: Iterable[Change], newly_failed_gates: Sequence[str]) -> Verdict:
    directions = {change.direction for change in changes}
    if Direction.WORSE in directions or newly_failed_gates:
        return Verdict.WORSE
    return Verdict.BETTER if Direction.BETTER in directions else Verdict.NO_DIFFERENCE


def shown(number: float) -> str:
    """A number as tables have it."""
    return "–" if math.isnan(number) else f"{number:.4g}"
