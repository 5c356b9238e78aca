"""The token model's labels: the span scheme in BIO, what a reading of it counts, and its decoding."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float32]
OUTSIDE = "O"
_NEVER = np.float32(-1e9)


@dataclass(frozen=True, slots=True)
class LabelScheme:
    """Label 0 is O; type ``i`` begins with label 1 + 2i and goes on with 2 + 2i."""

    types: tuple[str, ...]

    @property
    def size(self) -> int:
        """Number of labels."""
        return 1 + 2 * len(self.types)

    def begin(self, kind: str) -> int:
        """Label of the first part of a span."""
        return 1 + 2 * self.types.index(kind)


class Reading:
    """What a use of the model counts: each entity as the sum of its types, all else as outside.

    Args:
        scheme: labels of the model.
        groups: types by entity; a type in no group adds to O.
    """

    def __init__(self, scheme: LabelScheme, groups: Mapping[str, Sequence[str]]) -> None:
        self.entities = tuple(groups)
        self._columns = np.zeros((scheme.size, 1 + 2 * len(groups)), dtype=np.float32)
        self._columns[:, 0] = 1.0
        for place, kinds in enumerate(groups.values()):
            for kind in kinds:
                for step in (0, 1):
                    row = scheme.begin(kind) + step
                    self._columns[row] = 0.0
                    self._columns[row, 1 + 2 * place + step] = 1.0

    def probabilities(self, logits: Scores) -> Scores:
        """Return (parts, 1 + 2 entities) probabilities of (parts, labels) logits."""
        shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray((shifted / shifted.sum(axis=1, keepdims=True)) @ self._columns, dtype=np.float32)

    def decode(
        self, probabilities: Scores, *, outside_bias: float = 0.0
    ) -> list[tuple[str, int, int, float]]:
        """Return (entity, first part, end part, score) of the likeliest legal sequence (Viterbi).

        ``outside_bias`` is added to the log-probability of O: below zero finds more. The score of a span is
        the mean probability of its parts being in a span of any entity.
        """
        if not len(probabilities):
            return []
        emissions = np.log(np.maximum(probabilities, 1e-9))
        emissions[:, 0] += outside_bias
        inside = 1.0 - probabilities[:, 0]
        spans: list[tuple[str, int, int, float]] = []
        start = -1
        path = _viterbi(emissions)
        for place, label in enumerate([*path, 0]):
            if start >= 0 and (label == 0 or label % 2 == 1):
                entity = self.entities[(path[start] - 1) // 2]
                spans.append((entity, start, place, float(inside[start:place].mean())))
                start = -1
            if label % 2 == 1:
                start = place
        return spans


def _viterbi(emissions: Scores) -> list[int]:
    """Return the best labels where a span only goes on after its own begin or inside.

    Linear in parts times labels: every label may follow any other but inside ones, which have two sources.
    """
    length, size = emissions.shape
    insides = np.arange(2, size, 2)
    back = np.zeros((length, size), dtype=np.int64)
    scores = emissions[0].copy()
    scores[insides] = _NEVER
    for place in range(1, length):
        best = int(scores.argmax())
        step = np.full(size, scores[best], dtype=np.float32)
        back[place] = best
        own = np.maximum(scores[insides - 1], scores[insides])
        back[place, insides] = np.where(scores[insides] >= scores[insides - 1], insides, insides - 1)
        step[insides] = own
        scores = step + emissions[place]
    path = [int(scores.argmax())]
    for place in range(length - 1, 0, -1):
        path.append(int(back[place, path[-1]]))
    return path[::-1]
