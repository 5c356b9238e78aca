"""Moments of requests, percentiles, and the slope of memory: against numbers known beforehand."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.reliability.arrivals import Arrivals
from eval.reliability.figures import HOUR, Latencies, slope, student_t
from eval.reliability.open_loop import Run, Shot


def test_moments_are_even_and_none_is_missing() -> None:
    moments = list(Arrivals(4.0, 2.0).moments())
    assert moments == [0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75]


def test_half_an_hour_ends_where_it_should() -> None:
    arrivals = Arrivals(23.7, 1800)
    *_, last = arrivals.moments()
    assert arrivals.count == 42_660
    assert last == pytest.approx(1800 - 1 / 23.7)


@given(st.floats(0.1, 500), st.floats(0.1, 300))
def test_moments_lie_within_the_time(rate: float, seconds: float) -> None:
    arrivals = Arrivals(rate, seconds)
    moments = list(arrivals.moments())
    assert len(moments) == arrivals.count >= 1
    assert moments == sorted(moments)
    assert moments[0] == 0.0
    assert moments[-1] < seconds or len(moments) == 1


@pytest.mark.parametrize(("rate", "seconds"), [(0, 1), (-1, 1), (1, 0), (float("nan"), 1)])
def test_no_rate_is_no_schedule(rate: float, seconds: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        Arrivals(rate, seconds)


def test_latency_counts_from_the_moment_meant() -> None:
    """The service stood still for a second: a request that left late because of that waited all the same."""
    run = Run([Shot(meant=1.0, left=1.9, answered=2.0, status=200, retry_after=None)])
    assert run.latencies() == [1.0]
    assert run.lateness() == [pytest.approx(0.9)]


def test_percentiles_are_milliseconds() -> None:
    found = Latencies.of([number / 1000 for number in range(1, 101)])
    assert (found.count, found.longest) == (100, 100.0)
    assert found.p50 == pytest.approx(50.5)
    assert found.p99 == pytest.approx(99.01)
    assert math.isnan(Latencies.of([]).p99)


@pytest.mark.parametrize(
    ("freedom", "known"), [(3, 3.182), (5, 2.571), (10, 2.228), (18, 2.101), (30, 2.042), (100, 1.984)]
)
def test_student_t_as_in_the_tables(freedom: int, known: float) -> None:
    assert student_t(freedom) == pytest.approx(known, abs=0.012)


def samples(
    per_hour: float, seconds: int = 1800, noise: float = 2.0, seed: int = 3
) -> list[tuple[float, float]]:
    drawn = random.Random(seed)
    return [(float(at), 500 + per_hour * at / HOUR + drawn.uniform(-noise, noise)) for at in range(seconds)]


def test_a_leak_is_seen_through_the_noise() -> None:
    found = slope(samples(30.0))
    assert found.low < 30.0 < found.high
    assert found.high - found.low < 4
    assert found.grows


def test_flat_memory_does_not_grow() -> None:
    found = slope(samples(0.0))
    assert found.low < 0.0 < found.high
    assert not found.grows


def test_shrinking_memory_does_not_grow() -> None:
    assert not slope(samples(-20.0)).grows


def test_neighbours_that_are_alike_do_not_make_the_interval_narrow() -> None:
    """Memory moves in steps that stay: a thousand samples of one step say no more than one."""
    drawn, level, stepped = random.Random(5), 500.0, []
    for at in range(1800):
        if at % 180 == 0:
            level = 500.0 + drawn.uniform(-5, 5)
        stepped.append((float(at), level))
    found = slope(stepped)
    assert found.low < 0.0 < found.high


def test_too_few_samples_say_nothing_and_are_no_all_clear() -> None:
    found = slope([(0.0, 500.0), (1.0, 500.0)])
    assert math.isnan(found.per_hour)
    assert found.grows
