"""Says of each word of a text how likely it belongs to an order, from what it means where it stands.

A small network over the hidden states of a word and of its neighbours, as the encoder's shared layers leave them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from models.understanding.features import Floats
from models.understanding.order_edges import Stretch

States = Callable[[str], tuple[Sequence[Stretch], Floats] | None]
"""Of a text where its pieces stand and their hidden states, (pieces, d); None where the encoder does not tell."""

SIDES = 1
"""Neighbours to either side that are looked at."""
WINDOW = 700
"""Characters that are read at a time: the encoder reads 256 pieces."""
MOST_WINDOWS = 6
"""What comes after them is judged by its words alone."""


@dataclass(frozen=True, slots=True)
class OrderContext:
    """The trained network: one hidden layer, ReLU. Pure and safe for threads."""

    mean: Floats = field(repr=False)
    """Of the hidden states, (d,)."""
    scale: Floats = field(repr=False)
    first: Floats = field(repr=False)
    """((2 * SIDES + 1) * d, hidden)."""
    first_bias: Floats = field(repr=False)
    second: Floats = field(repr=False)
    """(hidden,)."""
    second_bias: float

    def odds(self, words: Floats) -> npt.NDArray[np.float64]:
        """Log-odds of each word.

        Args:
            words: hidden states by word, (words, d), of one window.
        """
        seen = beside((words - self.mean) / self.scale)
        found = np.maximum(seen @ self.first + self.first_bias, 0) @ self.second + self.second_bias
        return np.asarray(found, dtype=np.float64)


def beside(words: Floats) -> Floats:
    """Each row with its neighbours', (words, (2 * SIDES + 1) * d); zeros past the ends."""
    padded = np.pad(words, ((SIDES, SIDES), (0, 0)))
    return np.concatenate([padded[at : at + len(words)] for at in range(2 * SIDES + 1)], axis=1)


def windows(places: Sequence[Stretch]) -> list[tuple[int, int]]:
    """The words of a text in windows, as (first, one past the last)."""
    found: list[tuple[int, int]] = []
    first = 0
    for at in range(1, len(places) + 1):
        if at == len(places) or places[at][1] - places[first][0] > WINDOW:
            found.append((first, at))
            first = at
    return found[:MOST_WINDOWS]


def word_states(text: str, places: Sequence[Stretch], states: States) -> Floats | None:
    """The mean hidden state of the pieces of each word, (words, d); zeros for a word without one.

    Args:
        places: of the words of one window.
    """
    start = places[0][0]
    told = states(text[start : places[-1][1]])
    if told is None:
        return None
    pieces, hidden = told
    begins, ends = np.array(pieces).reshape(-1, 2).T + start
    found = np.zeros((len(places), hidden.shape[1]), dtype=np.float32)
    for row, (first, last) in enumerate(places):
        here = (begins < last) & (ends > first) & (ends > begins)
        if here.any():
            found[row] = hidden[here].mean(axis=0)
    return found
