"""Figures with numbers worked out by hand."""

import math

import numpy as np
import pytest

from eval.harness.catalogue import load_catalogue
from eval.harness.metrics import (
    OTHERS,
    Figure,
    figure_json,
    figure_of,
    interval_of,
    reduce,
    sums_of,
)
from eval.harness.scores import Confidence, Score, class_scores, signal_scores
from tests.eval.harness.builders import judged, rights


def figure(
    figures: list[Figure], metric: str, label: str = "", dimension: str = "all", group: str = "all"
) -> Figure:
    return next(each for each in figures if each.key[1:] == (metric, label, dimension, group))


def test_a_share_has_its_counts_and_wilsons_interval() -> None:
    found = figure(reduce(rights("emergency.recall", [True] * 8 + [False] * 2)), "emergency.recall")
    assert (found.part, found.whole, found.value, found.samples) == (8, 10, 0.8, 10)
    # Wilson's interval of 8 of 10: 0.490 to 0.943 (e.g. Newcombe 1998, table I).
    assert (round(found.low, 3), round(found.high, 3)) == (0.49, 0.943)


def test_spans_of_one_message_are_resampled_together() -> None:
    one_leaky = [
        judged("a", Score("leak", 10, 10)),
        *(judged(f"b{n}", Score("leak", 0, 10)) for n in range(9)),
    ]
    found = figure(reduce(one_leaky), "leak")
    assert (found.part, found.whole, found.value) == (10, 100, 0.1)
    # As spans alone (Wilson) the upper end were 0.174; the message is what was drawn, so the interval is wider.
    assert found.low == 0
    assert found.high >= 0.2


@pytest.mark.parametrize(
    ("parts", "low", "high"),
    [([0, 0, 0], 0, 1 - 0.025 ** (1 / 6)), ([2, 2, 2], 0.025 ** (1 / 6), 1)],
    ids=["none", "all"],
)
def test_nothing_and_everything_have_an_exact_bound(parts: list[float], low: float, high: float) -> None:
    found = interval_of(np.array([(part, 2) for part in parts], dtype=np.float64))
    assert (found.low, found.high) == pytest.approx((low, high))


def test_precision_recall_and_f1_of_a_choice() -> None:
    truths, guesses = "aaab", "aabb"
    samples = [
        judged(str(number), *class_scores("intent", truth, guess))
        for number, (truth, guess) in enumerate(zip(truths, guesses, strict=True))
    ]
    figures = reduce(samples)
    values = {
        (metric, label): figure(figures, f"intent.{metric}", label).value
        for metric in ("recall", "precision", "f1")
        for label in "ab"
    }
    assert values == pytest.approx(
        {
            ("recall", "a"): 2 / 3,
            ("precision", "a"): 1,
            ("f1", "a"): 4 / 5,
            ("recall", "b"): 1,
            ("precision", "b"): 1 / 2,
            ("f1", "b"): 2 / 3,
        }
    )
    assert figure(figures, "intent.macro_f1").value == pytest.approx((4 / 5 + 2 / 3) / 2)


@pytest.mark.parametrize(
    ("present", "raised", "metrics"),
    [
        (True, True, {"flag.recall": (1, 1), "flag.precision": (1, 1), "flag.f1": (2, 2)}),
        (True, False, {"flag.recall": (0, 1), "flag.f1": (0, 1)}),
        (False, True, {"flag.false_alarm": (1, 1), "flag.precision": (0, 1), "flag.f1": (0, 1)}),
        (False, False, {"flag.false_alarm": (0, 1)}),
    ],
)
def test_scores_of_a_signal(present: bool, raised: bool, metrics: dict[str, tuple[int, int]]) -> None:
    sums = sums_of(judged("a", *signal_scores("flag", "minor", present, raised)))
    assert sums == {(metric, "minor"): pair for metric, pair in metrics.items()}


def test_small_groups_are_counted_together() -> None:
    many = [judged(f"es{n}", Score("urgent.recall", 1)) for n in range(10)]
    few = [judged("ca", Score("urgent.recall", 0), groups={"language": "ca"})]
    few.append(judged("eu", Score("urgent.recall", 1), groups={"language": "eu"}))
    groups = {each.group: each for each in reduce([*few, *many]) if each.dimension == "language"}
    assert list(groups) == ["es", OTHERS]
    assert (groups[OTHERS].part, groups[OTHERS].whole) == (1, 2)


def test_differences_may_be_negative_and_nothing_is_no_share() -> None:
    samples = [
        judged(str(n), Score("delay_difference_minutes", part)) for n, part in enumerate((-30, 10, -40))
    ]
    found = figure(reduce(samples), "delay_difference_minutes")
    assert found.value == -20
    assert found.low < -20 < found.high
    same = [judged(str(n), Score("delay_difference_minutes", 0)) for n in range(5)]
    none = figure(reduce(same), "delay_difference_minutes")
    assert (none.value, none.low, none.high) == (0, 0, 0)


def test_latency_has_its_quantiles() -> None:
    samples = [judged(str(n), Score("latency_ms", float(n)), suite="speed") for n in range(1, 102)]
    figures = reduce(samples)
    assert figure(figures, "latency_ms_p50").value == 51
    assert figure(figures, "latency_ms_p95").value == 96
    assert figure(figures, "latency_ms").value == 51


def test_calibration_is_a_figure_of_its_own() -> None:
    sure = [judged(str(n), confidences=(Confidence("intent", 0.9, n < 5),)) for n in range(10)]
    found = figure(reduce(sure), "intent.ece")
    # All in one bin: said 0.9, right 0.5.
    assert found.value == pytest.approx(0.4)


def test_a_sample_without_the_class_is_no_part_of_it() -> None:
    samples = [*rights("emergency.recall", [True, False]), judged("none")]
    assert figure(reduce(samples), "emergency.recall").samples == 2


def test_figures_survive_json() -> None:
    for each in reduce([judged("a", *class_scores("intent", "x", "y"))]):
        again = figure_of(figure_json(each))
        assert again.key == each.key
        assert again.value == each.value or math.isnan(again.value)


def test_reducing_twice_gives_the_same() -> None:
    samples = [judged(str(n), Score("leak", n % 3, 3)) for n in range(30)]
    assert reduce(samples) == reduce(samples)


def test_every_entry_of_the_catalogue_is_told_in_both_languages() -> None:
    catalogue = load_catalogue()
    assert all(entry.es.strip() and entry.en.strip() for entry in catalogue.metrics.values())
