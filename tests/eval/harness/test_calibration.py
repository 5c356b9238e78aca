"""Reliability bins, calibration error and risk over coverage, by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.harness.calibration import calibration_error, reliability, risk_coverage
from eval.harness.scores import Confidence

CONFIDENCES = [
    Confidence("h", score, right)
    for score, right in ((0.95, True), (0.92, False), (0.55, True), (0.05, False))
]


def test_bins_hold_their_samples() -> None:
    bins = {each.start: each for each in reliability(CONFIDENCES)}
    assert set(bins) == {0.0, 0.5, 0.9}
    assert (bins[0.9].count, bins[0.9].right) == (2, 1)
    assert bins[0.9].mean_score == pytest.approx(0.935)


def test_calibration_error() -> None:
    # (|0.935 - 0.5| · 2 + |0.55 - 1| + |0.05 - 0|) / 4
    assert calibration_error(CONFIDENCES).value == pytest.approx((0.87 + 0.45 + 0.05) / 4)
    assert math.isnan(calibration_error([]).value)


def test_risk_rises_with_coverage() -> None:
    points = [(point.coverage, point.risk) for point in risk_coverage(CONFIDENCES)]
    assert points == [(0.25, 0), (0.5, 0.5), (0.75, 1 / 3), (1.0, 0.5)]


def test_equal_scores_are_answered_together() -> None:
    same = [Confidence("h", 0.5, right) for right in (True, False, True)]
    assert [(point.coverage, point.risk) for point in risk_coverage(same)] == [(1.0, 1 / 3)]


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40))
def test_all_samples_are_in_one_bin_and_the_error_is_a_share(pairs: list[tuple[float, bool]]) -> None:
    found = [Confidence("h", score, right) for score, right in pairs]
    assert sum(each.count for each in reliability(found)) == len(found)
    assert 0 <= calibration_error(found).value <= 1
    assert risk_coverage(found)[-1].coverage == 1
