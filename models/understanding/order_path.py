"""The likeliest stretches of a text that are orders, from the odds of its words and what stands between them."""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from models.understanding.order_edges import Stretch

Odds = npt.NDArray[np.float64]

AT_STOP, AT_SIGN, AT_WORD = 2.0, 6.0, 16.0
"""Log-odds that a stretch costs at either end: after a full stop or line, at a sign or capital, between plain words. By
hand on dev."""
MOST = 8.0
"""Bound of the odds of one word: no word alone opens a stretch between plain words."""

_STOP = re.compile(r"[.!?…\n]")
_SIGN = re.compile(r"[^\w\s]|_")


def runs(text: str, places: Sequence[Stretch], odds: Odds) -> list[Stretch]:
    """The stretches, in order and apart.

    Args:
        places: where each word of the text stands.
        odds: log-odds of each word of belonging to an order.
    """
    costs = [edge_cost(text, places, at) for at in range(len(places))]
    return [(places[first][0], places[last - 1][1]) for first, last in _best_path(odds, costs)]


def edge_cost(text: str, places: Sequence[Stretch], at: int) -> float:
    """What it costs to begin or end a stretch before a word."""
    start = places[at][0]
    if at == 0:
        return AT_STOP
    between = text[places[at - 1][1] : start]
    if _STOP.search(between):
        return AT_STOP
    return AT_SIGN if _SIGN.search(between) or text[start].isupper() else AT_WORD


def _best_path(odds: Odds, costs: Sequence[float]) -> list[tuple[int, int]]:
    """Runs of words, as (first, one past the last), that together gain most (Viterbi)."""
    outside, inside = 0.0, -np.inf
    came: list[tuple[bool, bool]] = []
    for value, cost in zip(np.clip(odds, -MOST, MOST), costs, strict=True):
        stay_out, leave = outside, inside - cost
        enter, stay_in = outside - cost, inside
        came.append((leave > stay_out, stay_in >= enter))
        outside, inside = max(stay_out, leave), max(stay_in, enter) + float(value)
    found: list[tuple[int, int]] = []
    # To reach to the end of the text costs what any stop costs: else whatever comes last would go with the order.
    state, last = inside - AT_STOP > outside, len(came)
    for at in range(len(came) - 1, -1, -1):
        left, stayed = came[at]
        if state and not stayed:
            found.append((at, last))
            state = False
        elif not state and left:
            state, last = True, at
    return found[::-1]
