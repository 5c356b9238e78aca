"""Intervals against values worked out elsewhere, and what must hold of any."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.learning.intervals import mean_interval, share_interval


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    # Newcombe, Statistics in Medicine 17 (1998), table I, method 3: 81/263, 15/148, 0/20, 1/29.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_shares_as_published(part: int, whole: int, low: float, high: float) -> None:
    assert share_interval(part, whole) == pytest.approx((low, high), abs=5e-5)


def test_nothing_is_known_of_nothing() -> None:
    assert share_interval(0, 0) == (0.0, 1.0)


def test_three_customers_who_all_say_five_prove_little() -> None:
    low, high = mean_interval(5.0, 3, lowest=1, highest=5)
    assert high == 5.0
    assert low < 3.0


@given(st.lists(st.integers(1, 5), min_size=1, max_size=300))
def test_the_interval_holds_the_mean_and_stays_on_the_scale(grades: list[int]) -> None:
    mean = sum(grades) / len(grades)
    low, high = mean_interval(mean, len(grades), lowest=1, highest=5)
    assert 1 <= low <= mean + 1e-9
    assert mean - 1e-9 <= high <= 5
    wider = mean_interval(mean, max(1, len(grades) // 2), lowest=1, highest=5)
    assert wider[1] - wider[0] >= high - low - 1e-9
