"""Turn tagged texts into windows of pieces with the labels that each part may have."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.redaction.pieces import PieceCutter, parts_of
from models.redaction.span_scheme import SCHEME
from models.training.tagging_corpora import fine_types
from models.training.tagging_data import TaggedText


@dataclass(frozen=True, slots=True)
class Example:
    """One text as the model sees it: the pieces of each part, and the allowed labels (parts, labels)."""

    pieces: tuple[tuple[int, ...], ...]
    allowed: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Window:
    """A row of a batch: ids with begin and end, where the parts start in it, and their allowed labels."""

    ids: tuple[int, ...]
    firsts: tuple[int, ...]
    allowed: npt.NDArray[np.bool_]

    @property
    def empty(self) -> bool:
        """Whether no part is in a span."""
        return bool(self.allowed[:, 0].all())


def to_example(text: TaggedText, cutter: PieceCutter) -> Example:
    """Cut a text and mark what each part may be. A part that a span cuts through counts as in it."""
    parts = parts_of(text.text)
    allowed = np.zeros((len(parts), SCHEME.size), dtype=np.bool_)
    outside = np.ones(SCHEME.size, dtype=np.bool_)
    for kind in text.annotated:
        outside[SCHEME.begin(kind) : SCHEME.begin(kind) + 2] = False
    allowed[:] = outside
    place = 0
    for span in text.spans:
        while place < len(parts) and parts[place].end <= span.start:
            place += 1
        step = 0
        while place < len(parts) and parts[place].start < span.end:
            allowed[place] = False
            allowed[place, [SCHEME.begin(kind) + step for kind in fine_types(span.entity)]] = True
            step = 1
            place += 1
    return Example(tuple(cutter.ids(text.text, parts)), allowed)


def windows(example: Example, cutter: PieceCutter, *, limit: int, chance: random.Random) -> list[Window]:
    """Cut an example into windows of at most ``limit`` pieces, the first of a random length."""
    found: list[Window] = []
    start = 0
    room = limit - 2
    total = sum(map(len, example.pieces))
    target = room if total <= room else chance.randint(room // 2, room)
    while start < len(example.pieces):
        end, size = start, 0
        while end < len(example.pieces) and size + len(example.pieces[end]) <= target:
            size += len(example.pieces[end])
            end += 1
        end = max(end, start + 1)
        found.append(_window(example, start, end, cutter))
        start, target = end, room
    return found


def _window(example: Example, start: int, end: int, cutter: PieceCutter) -> Window:
    ids = [cutter.begin]
    firsts = []
    for pieces in example.pieces[start:end]:
        firsts.append(len(ids))
        ids.extend(pieces)
    ids.append(cutter.end)
    return Window(tuple(ids), tuple(firsts), example.allowed[start:end])


def batches(rows: Sequence[Window], *, tokens: int, chance: random.Random) -> list[list[Window]]:
    """Group windows of like length up to ``tokens`` padded pieces a batch, in random order."""
    order = sorted(range(len(rows)), key=lambda row: (len(rows[row].ids) // 8, chance.random()))
    groups: list[list[Window]] = [[]]
    for row in order:
        if groups[-1] and (len(groups[-1]) + 1) * len(rows[row].ids) > tokens:
            groups.append([])
        groups[-1].append(rows[row])
    chance.shuffle(groups)
    return [group for group in groups if group]
