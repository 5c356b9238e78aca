"""Intervals hold what they claim in cases where the right answer is known."""

import numpy as np
import pytest

from eval.intervals import interval, rate, ratio


def test_rate_counts_and_spans_the_normal_interval() -> None:
    """400 independent draws of 1 in 4: the normal approximation gives 25 % ± 4.2 %."""
    found = rate(np.array([[1, 1], [0, 1], [0, 1], [0, 1]] * 100))
    assert (found.part, found.whole, found.interval.value) == (100, 400, 0.25)
    assert found.interval.low == pytest.approx(0.25 - 0.0424, abs=0.006)
    assert found.interval.high == pytest.approx(0.25 + 0.0424, abs=0.006)


def test_units_are_resampled_and_not_what_they_hold() -> None:
    """Ten spans of one message say less than ten messages of one span each."""
    together = rate(np.array([[10, 10], [0, 10]] * 5)).interval
    apart = rate(np.array([[1, 1], [0, 1]] * 50)).interval
    assert together.high - together.low > 2 * (apart.high - apart.low)


@pytest.mark.parametrize(
    ("part", "low", "high"),
    [(0, 0.0, 0.0362), (100, 0.9638, 1.0)],
)
def test_nothing_found_is_no_certainty(part: int, low: float, high: float) -> None:
    """Clopper and Pearson for 0 of 100: up to 3.62 %."""
    found = rate(np.array([[part // 100, 1]] * 100)).interval
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


@pytest.mark.parametrize(
    ("counts", "printed"),
    [([[0, 0], [0, 0]], "n/a"), ([[1, 2]], "50.00% (1/2)"), ([], "n/a")],
)
def test_what_has_no_interval_claims_none(counts: list[list[int]], printed: str) -> None:
    assert str(rate(np.array(counts, dtype=np.int64).reshape(-1, 2))) == printed


def test_figures_of_sums_and_repeatable() -> None:
    counts = np.array([[3, 4], [1, 4], [2, 2]])
    one = interval(counts, lambda sums: ratio(sums[..., 0], sums[..., 1]))
    assert one.value == 0.6
    assert one.low < 0.6 < one.high
    assert one == interval(counts, lambda sums: ratio(sums[..., 0], sums[..., 1]))


def test_ratio_of_nothing_is_what_is_asked() -> None:
    assert ratio(np.array([0.0, 1.0]), np.array([0.0, 2.0]), empty=0.0).tolist() == [0.0, 0.5]
