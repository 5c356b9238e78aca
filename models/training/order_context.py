"""Fits the network that tells orders by the hidden states of words (``models/understanding/order_context.py``)."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from models.understanding.features import Floats
from models.understanding.order_context import SIDES, OrderContext, States, windows, word_states
from models.understanding.order_edges import Stretch

HIDDEN = 96
EPOCHS = 5
"""By hand on dev, as the others."""
BATCH = 1024
RATE, DECAY = 1e-3, 0.02
DROPPED_IN, DROPPED = 0.1, 0.2
SEED = 0


@dataclass(frozen=True, slots=True)
class Rows:
    """The words of all texts one after the other."""

    states: npt.NDArray[np.float16] = field(repr=False)
    """(words, d)."""
    labels: npt.NDArray[np.float32] = field(repr=False)
    """1 for a word of an order."""
    window: npt.NDArray[np.int64] = field(repr=False)
    """Which window a word stands in: neighbours are of the same one."""


def rows_of(
    given: Iterable[tuple[str, tuple[Stretch, ...], tuple[Stretch, ...]]], states: States
) -> Rows | None:
    """Read texts, each with the places of its words and of the orders in it; None where no hidden state is told."""
    found: list[npt.NDArray[np.float16]] = []
    labels: list[bool] = []
    window: list[int] = []
    for text, places, orders in given:
        for first, last in windows(places):
            words = word_states(text, places[first:last], states)
            if words is None:
                return None
            window += [len(found)] * len(words)
            labels += [any(a <= start < b for a, b in orders) for start, _ in places[first:last]]
            found.append(words.astype(np.float16))
    return Rows(np.concatenate(found), np.array(labels, dtype=np.float32), np.array(window))


def fit(rows: Rows) -> OrderContext:
    """Fit the network to words; the same words give the same network on the same machine."""
    torch.manual_seed(SEED)
    some = rows.states[::50].astype(np.float32)
    mean, scale = some.mean(axis=0), some.std(axis=0) + 1e-3
    wide = rows.states.shape[1] * (2 * SIDES + 1)
    net = nn.Sequential(
        nn.Dropout(DROPPED_IN), nn.Linear(wide, HIDDEN), nn.ReLU(), nn.Dropout(DROPPED), nn.Linear(HIDDEN, 1)
    )
    steps = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    draw = np.random.default_rng(SEED)
    for _ in range(EPOCHS):
        order = draw.permutation(len(rows.labels))
        for start in range(0, len(order), BATCH):
            some_rows = order[start : start + BATCH]
            seen = torch.from_numpy(_seen(rows, some_rows, mean, scale))
            odds = net(seen).squeeze(1)
            labels = torch.from_numpy(rows.labels[some_rows])
            loss = nn.functional.binary_cross_entropy_with_logits(odds, labels)
            steps.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            steps.step()
    first, second = (layer for layer in net if isinstance(layer, nn.Linear))
    return OrderContext(
        mean,
        scale,
        first.weight.detach().numpy().T.copy(),
        first.bias.detach().numpy(),
        second.weight.detach().numpy()[0],
        float(second.bias.item()),
    )


def _seen(rows: Rows, chosen: npt.NDArray[np.int64], mean: Floats, scale: Floats) -> Floats:
    """What ``beside`` gives of chosen words: themselves and their neighbours, zeros past the window."""
    parts = []
    for step in range(-SIDES, SIDES + 1):
        there = np.clip(chosen + step, 0, len(rows.labels) - 1)
        part = (rows.states[there].astype(np.float32) - mean) / scale
        same = (rows.window[there] == rows.window[chosen]) & (there == chosen + step)
        parts.append(np.where(same[:, None], part, 0.0))
    return np.concatenate(parts, axis=1, dtype=np.float32)
