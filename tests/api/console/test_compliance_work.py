"""Work in the background: once for all who ask, kept for a while, and an old value rather than none."""

import threading
import time
from collections.abc import Callable

import pytest

from api.console.compliance_work import Computed, Told


def settled(work: Computed[str, int], key: str = "a") -> Told[int]:
    end = time.monotonic() + 5
    while time.monotonic() < end:
        told = work.peek(key)
        if not told.working:
            return told
        time.sleep(0.005)
    raise AssertionError("never done")


def test_who_asks_meanwhile_is_told_that_it_is_under_way() -> None:
    gate, runs = threading.Event(), []

    def slow(key: str) -> int:
        runs.append(key)
        assert gate.wait(5)
        return 7

    work = Computed(slow, keep_s=60, wait_s=0.01)
    assert [work.get("a").working for _ in range(3)] == [True, True, True]
    assert work.peek("b") == Told()
    gate.set()
    assert settled(work).value == 7
    assert work.get("a").value == 7
    assert runs == ["a"]


def test_what_is_quick_is_there_at_once() -> None:
    told = Computed[str, int](len, keep_s=60, wait_s=5).get("abc")
    assert (told.value, told.working, told.failed) == (3, False, None)
    assert told.at is not None


@pytest.mark.parametrize(("keep_s", "runs"), [(60.0, 1), (-1.0, 2)])
def test_a_value_is_worked_out_anew_once_it_is_old(keep_s: float, runs: int) -> None:
    gate, done = threading.Event(), []

    def count(key: str) -> int:
        assert not done or gate.wait(5)
        done.append(key)
        return len(done)

    work: Computed[str, int] = Computed(count, keep_s=keep_s, wait_s=5)
    assert work.get("a").value == 1
    assert work.get("a").value == 1, "the old value is given while the new one is worked out"
    gate.set()
    assert settled(work).value == runs


def test_a_failure_is_told_by_its_name_alone_and_keeps_the_value_before() -> None:
    answers: list[Callable[[], int]] = [lambda: 5, lambda: 1 // 0]
    work: Computed[str, int] = Computed(lambda _key: answers.pop(0)(), keep_s=-1, wait_s=5)
    assert work.get("a").value == 5
    work.start("a")
    told = settled(work)
    assert (told.value, told.failed) == (5, "ZeroDivisionError")


def test_only_so_many_values_are_kept() -> None:
    work = Computed[str, int](len, keep_s=60, wait_s=5, most=2)
    for key in ("a", "bb", "ccc", "dddd"):
        assert work.get(key).value == len(key)
    assert work.peek("a") == Told()
    assert work.peek("dddd").value == 4
