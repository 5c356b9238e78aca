"""Holds work to the length of its text: three times the text takes about three times the work.

Work is CPU time of this process, the best of up to three runs, so that a busy machine does not tell. Twice the
expected ratio is allowed for; work that grows with the square of the length takes nine times.
"""

import time
from collections.abc import Callable, Sized
from typing import TypeVar

RUNS = 3
SURE = 0.02
"""Seconds of CPU under which a measurement says nothing."""

Text = TypeVar("Text", bound=Sized)


def assert_linear(task: Callable[[Text], object], short: Text, long: Text) -> None:
    """Raises AssertionError where the longer text takes more than twice its share of work in every run."""
    longer = len(long) / len(short)
    less = more = float("inf")
    for _ in range(RUNS):
        less, more = min(less, _work(task, short)), min(more, _work(task, long))
        if more < SURE or more / less < 2 * longer:
            return
    raise AssertionError(f"{longer:.1f} times the length took {more / less:.1f} times the work")


def _work(task: Callable[[Text], object], text: Text) -> float:
    start = time.process_time()
    task(text)
    return time.process_time() - start
