"""Chooses the messages of the check: every disposition, language and channel, the rare ones whole."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence

from eval.harness.samples import Sample
from policies.vocabulary import Disposition

Cell = tuple[str, str, str]
"""Disposition, language and channel."""


def cell_of(sample: Sample) -> Cell:
    """The cell that a sample counts in, by its label."""
    return (sample.target.disposition or "", sample.language, sample.message.channel.value)


def spread(samples: Sequence[Sample], number: int) -> list[Sample]:
    """At most ``number`` samples that are owed a reply: one of each cell in turn, until there are enough.

    Within a cell the order is that of the ids' SHA-256, so the choice is always the same and nobody's.
    """
    cells: dict[Cell, list[Sample]] = defaultdict(list)
    for sample in sorted(samples, key=lambda each: hashlib.sha256(each.id.encode()).digest()):
        if sample.target.disposition != Disposition.NO_REPLY:
            cells[cell_of(sample)].append(sample)
    chosen: list[Sample] = []
    for depth in range(max(map(len, cells.values()), default=0)):
        for cell in sorted(cells):
            if depth < len(cells[cell]) and len(chosen) < number:
                chosen.append(cells[cell][depth])
    return sorted(chosen, key=lambda each: each.id)
