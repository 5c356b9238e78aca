"""Vectors of a large base: real passages, and invented neighbours of them."""

import hashlib
from dataclasses import dataclass

import numpy as np

from knowledge_base.evidence import Vectors
from knowledge_base.near import Rows
from knowledge_base.segments import Keys

BLOCK = 8192
"""Passages that are made at a time."""
SPREAD = 0.6
"""Length of the noise added to a unit vector: neighbours at a cosine of about 0.86, as of two texts on one topic."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Real passage vectors first, then neighbours of them; any block can be made again from the seed."""

    real: Vectors
    count: int
    seed: int

    def __len__(self) -> int:
        return self.count

    def keys(self, start: int, stop: int) -> Keys:
        """A key for each passage, of its number and the seed."""
        digests = (hashlib.sha256(f"{self.seed}/{row}".encode()).digest() for row in range(start, stop))
        return np.frombuffer(b"".join(digests), dtype="S32")

    def vectors(self, positions: Rows) -> Vectors:
        """Unit vectors, (positions, dimensions)."""
        made = np.empty((len(positions), self.real.shape[1]), dtype=np.float32)
        blocks = positions // BLOCK
        for block in np.unique(blocks):
            chosen = blocks == block
            made[chosen] = self._block(int(block))[positions[chosen] - block * BLOCK]
        return made

    def _block(self, number: int) -> Vectors:
        random = np.random.default_rng((self.seed, number))
        made = near(self.real[random.integers(len(self.real), size=BLOCK)], random)
        real = self.real[number * BLOCK : (number + 1) * BLOCK]
        made[: len(real)] = real
        return made


def near(centres: Vectors, random: np.random.Generator) -> Vectors:
    """A unit vector about each centre, at a distance of about ``SPREAD`` before it is scaled."""
    noise = random.standard_normal(centres.shape, dtype=np.float32)
    moved = centres + noise * np.float32(SPREAD / np.sqrt(centres.shape[1]))
    return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True), dtype=np.float32)
