"""The dense half of the retriever: which passages lie nearest to a vector, and how near they are."""

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

import faiss
import numpy as np
import numpy.typing as npt

from knowledge_base.evidence import Vectors

Rows = npt.NDArray[np.int64]
"""Positions of passages in the index."""
RowMask = npt.NDArray[np.bool_]
"""Which passages may be found, (passages,)."""


class Dense(Protocol):
    """Vectors of the passages of one index, in its order. Safe to share between threads."""

    @property
    def dimensions(self) -> int:
        """Of the vectors; 0 when there is none."""

    def search(self, vector: Vectors, allowed: RowMask | None, count: int) -> Rows:
        """Up to ``count`` passages nearest to a unit vector, best first; ``allowed`` None: among all."""

    def cosines(self, rows: Rows, vector: Vectors) -> npt.NDArray[np.float32]:
        """Cosine of each of these passages to a unit vector, (rows,)."""


class ExactNear:
    """Every vector in memory and compared: nothing is missed. For bases up to tens of thousands of passages."""

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors
        self._flat: faiss.IndexFlatIP | None = None
        if len(vectors):
            self._flat = faiss.IndexFlatIP(vectors.shape[1])
            self._flat.add(vectors)

    @property
    def dimensions(self) -> int:
        """Of the vectors; 0 when there is none."""
        return int(self._vectors.shape[1])

    def search(self, vector: Vectors, allowed: RowMask | None, count: int) -> Rows:
        """Up to ``count`` passages nearest to a unit vector, best first; ``allowed`` None: among all."""
        if self._flat is None:
            return np.zeros(0, dtype=np.int64)
        if allowed is None or allowed.all():
            _, found = self._flat.search(vector[None, :], min(count, len(self._vectors)))
        else:
            rows = np.flatnonzero(allowed)
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBatch(rows))  # type: ignore[call-arg]
            _, found = self._flat.search(vector[None, :], min(count, len(rows)), params=parameters)
        return np.asarray(found[0][found[0] >= 0], dtype=np.int64)

    def cosines(self, rows: Rows, vector: Vectors) -> npt.NDArray[np.float32]:
        """Cosine of each of these passages to a unit vector, (rows,)."""
        return np.asarray(self._vectors[rows] @ vector, dtype=np.float32)


K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """Keeps what was made of the last few arrays, told apart by identity: equality would cost a pass over each.

    An array that is handed in must not be changed afterwards.
    """

    def __init__(self, make: Callable[[K], V], size: int = 16) -> None:
        self._make = make
        self._size = size
        self._kept: tuple[tuple[K, V], ...] = ()

    def of(self, key: K) -> V:
        """What is made of this very object."""
        for known, made in self._kept:
            if known is key:
                return made
        made = self._make(key)
        self._kept = (
            (key, made),
            *self._kept[: self._size - 1],
        )  # swapped whole: threads may lose, never mix
        return made
