"""Search among millions of passages: inverted lists of 8-bit codes on disk, mapped, then exact cosines of the best.

A list holds the passages nearest to one of the centroids (Jégou, Douze and Schmid, "Product quantization for nearest
neighbor search", PAMI 2011); only the lists nearest to the question are read.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import faiss
import numpy as np
import numpy.typing as npt

from knowledge_base.evidence import Vectors
from knowledge_base.near import Recent, RowMask, Rows
from knowledge_base.segments import Stored

EXACT_UP_TO = 5000
"""A filter that leaves no more passages than this is answered by comparing them all: lists could miss them."""
SPARE = 2
"""How many times the passages asked for are fetched by code, to be put in order by their exact cosines."""

Bits = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The stored rows that a search may find."""

    share: float
    """Of all stored rows."""
    few: Rows | None
    """The passages themselves, when they are few enough to compare all."""
    bits: tuple[Bits, ...] | None
    """One bit a row for each part; None: all."""


class IvfNear:
    """Passages of one index over the stored vectors; what the index lacks is masked."""

    def __init__(self, stored: Stored, rows: Rows, indexes: Sequence[faiss.IndexIVF], probes: int) -> None:
        """``rows``: the stored row of each passage, (passages,); ``indexes``: one for each part of ``stored``."""
        self._stored = stored
        self._rows = rows
        self._order = np.argsort(rows, kind="stable")
        self._sorted = rows[self._order]
        self._indexes = tuple(indexes)
        self._probes = probes
        self._everything = self._choose(np.ones(len(rows), dtype=bool))
        self._chosen: Recent[RowMask, _Chosen] = Recent(self._choose)

    @property
    def dimensions(self) -> int:
        """Of the vectors."""
        return int(self._indexes[0].d)

    def search(self, vector: Vectors, allowed: RowMask | None, count: int) -> Rows:
        """Up to ``count`` passages nearest to a unit vector, best first; ``allowed`` None: among all."""
        chosen = self._everything if allowed is None else self._chosen.of(allowed)
        if chosen.few is not None:
            found = chosen.few
        else:
            found = self._passages(self._by_code(vector, chosen, SPARE * count))
            if allowed is not None:  # one stored row may be the text of an allowed passage and of another
                found = found[allowed[found]]
        nearness = self.cosines(found, vector)
        return found[np.argsort(-nearness, kind="stable")[:count]]

    def cosines(self, rows: Rows, vector: Vectors) -> npt.NDArray[np.float32]:
        """Cosine of each of these passages to a unit vector, (rows,); vectors are kept in half precision."""
        return np.asarray(self._stored.take(self._rows[rows]) @ vector, dtype=np.float32)

    def _by_code(self, vector: Vectors, chosen: _Chosen, count: int) -> Rows:
        query = vector[None, :]
        # A narrow filter leaves few rows in each list, so that more lists are needed for as many finds.
        probes = min(math.ceil(self._probes / chosen.share), self._indexes[0].nlist)
        scores, rows = [], []
        for number, index in enumerate(self._indexes):
            selector = None if chosen.bits is None else _selector(chosen.bits[number])
            wanted = faiss.SearchParametersIVF(nprobe=probes, sel=selector)  # type: ignore[call-arg]
            near, found = index.search(query, count, params=wanted)
            scores.append(near[0][found[0] >= 0])
            rows.append(found[0][found[0] >= 0] + self._stored.starts[number])
        best = np.argsort(-np.concatenate(scores), kind="stable")[:count]
        return np.asarray(np.concatenate(rows)[best], dtype=np.int64)

    def _passages(self, rows: Rows) -> Rows:
        """All passages whose text is one of these stored rows."""
        first = np.searchsorted(self._sorted, rows, side="left")
        last = np.searchsorted(self._sorted, rows, side="right")
        return np.asarray(self._order[ranges(first, last)], dtype=np.int64)

    def _choose(self, allowed: RowMask) -> _Chosen:
        total = int(self._stored.starts[-1])
        if np.count_nonzero(allowed) <= EXACT_UP_TO:
            return _Chosen(0.0, np.flatnonzero(allowed), None)
        mask = np.zeros(total, dtype=bool)
        mask[self._rows[allowed]] = True
        share = np.count_nonzero(mask) / total
        if share == 1:
            return _Chosen(1.0, None, None)
        parts = np.split(mask, self._stored.starts[1:-1])
        return _Chosen(share, None, tuple(np.packbits(part, bitorder="little") for part in parts))


def _selector(bits: Bits) -> faiss.IDSelector:
    return faiss.IDSelectorBitmap(bits)  # type: ignore[call-arg, arg-type]


def ranges(first: Rows, last: Rows) -> Rows:
    """All numbers from each ``first`` up to, not with, its ``last``, in order."""
    lengths = last - first
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    starts = np.repeat(first - (ends - lengths), lengths)
    return np.asarray(np.arange(total) + starts, dtype=np.int64)
