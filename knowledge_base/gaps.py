"""Gathers questions that no approved answer answered into answers to write: a simple clustering, the same each time."""

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge_base.analysis import grams
from knowledge_base.evidence import Encoder, Vectors

MOST_REFERENCES = 300
"""Example questions that show what questions have in common; more change nothing."""

COMMON = (
    "¿Cuánto tarda en llegar un pedido?", "¿Puedo devolver un producto abierto?", "¿A qué hora abrís?",
    "No me deja entrar en mi cuenta", "¿Cómo se usa esta crema?", "¿Es apto para el embarazo?",
    "Me han cobrado dos veces", "¿Dónde puedo comprarlo?", "¿Lleva perfume?", "Quiero poner una reclamación",
    "¿Cuánto cuesta el envío?", "Quiero que borréis mis datos",
)  # fmt: skip
"""Questions of any company of the field, for a base that has few of its own."""

Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Gap:
    """Questions that one answer would answer, by their positions; the most typical one first."""

    members: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many questions."""
        return len(self.members)


def cluster(closeness: Matrix, least: float) -> list[Gap]:
    """Groups of questions that are alike, the largest first.

    The question with the most others at least this close takes them; so on with what is left. The order of equals is
    the order of the questions, so that the same questions give the same groups.

    Args:
        closeness: (questions, questions), symmetric.
        least: closeness from which two questions are alike.
    """
    near = closeness >= least
    np.fill_diagonal(near, True)
    free = np.ones(len(near), dtype=bool)
    found: list[Gap] = []
    while free.any():
        counts = (near & free[None, :]).sum(axis=1) * free
        head = int(np.argmax(counts))
        members = np.flatnonzero(near[head] & free)
        order = sorted(members.tolist(), key=lambda one: (one != head, -float(closeness[head, one]), one))
        found.append(Gap(tuple(order)))
        free[members] = False
    return sorted(found, key=lambda gap: (-gap.count, gap.members[0]))


def closeness_of(
    texts: Sequence[str], languages: Sequence[str], encoder: Encoder, references: Sequence[str]
) -> Matrix:
    """How alike each two questions are, (questions, questions): half meaning, half letters.

    Meaning: cosine of the vectors, with what all questions have in common (the mean of the references) taken out: as
    they come, any two questions are close. Letters: cosine of 4-grams weighted by their rarity.

    Args:
        references: example questions of the knowledge base.
    """
    step = max(1, math.ceil(len(references) / MOST_REFERENCES))
    chosen = [*COMMON, *references[::step]]
    vectors = np.asarray(encoder.encode(list(texts), kind="query"), dtype=np.float32)
    common = np.asarray(encoder.encode(chosen, kind="query"), dtype=np.float32).mean(axis=0)
    meaning = _unit(vectors - common)
    letters = _gram_vectors(texts, languages, chosen)
    return np.asarray((meaning @ meaning.T + letters @ letters.T) / 2, dtype=np.float32)


def _gram_vectors(texts: Sequence[str], languages: Sequence[str], references: Sequence[str]) -> Matrix:
    documents = [set(grams(text, code)) for text, code in zip(texts, languages, strict=True)]
    known = [*documents, *(set(grams(text, "es")) for text in references)]
    counts: Counter[Hashable] = Counter(gram for document in known for gram in document)
    columns = {gram: column for column, gram in enumerate(sorted({g for one in documents for g in one}))}
    matrix = np.zeros((len(texts), max(1, len(columns))), dtype=np.float32)
    for row, document in enumerate(documents):
        for gram in document:
            matrix[row, columns[gram]] = math.log(1 + len(known) / counts[gram])
    return _unit(matrix)


def _unit(vectors: Vectors) -> Matrix:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)
