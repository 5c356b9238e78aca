"""The file of vectors beside the phrases (``vectors.npz``): what was encoded before a start need not be again."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import numpy as np

from knowledge_base.evidence import Encoder, Vectors

MOST_ENCODED_AT_START = 200
"""Texts of one kind that a start encodes itself, about a second; beyond, it does without them."""


class FingerprintedEncoder(Encoder, Protocol):
    """An encoder that names its weights."""

    @property
    def fingerprint(self) -> str:
        """Changes with the weights."""
        ...


def read_vectors(path: Path, fingerprint: str) -> dict[str, Vectors]:
    """Unit vectors by id; none when the file is missing or of another encoder."""
    if not path.is_file():
        return {}
    with np.load(path, allow_pickle=False) as data:
        if str(data["fingerprint"]) != fingerprint:
            return {}
        vectors = data["matrix"].astype(np.float32)
        return {str(name): vector for name, vector in zip(data["ids"], vectors, strict=True)}


def write_vectors(path: Path, vectors: Mapping[str, Vectors], fingerprint: str) -> None:
    """Write unit vectors by id, as halves, in the order of the ids."""
    ids = sorted(vectors)
    matrix = np.stack([vectors[name] for name in ids]).astype(np.float16)
    np.savez_compressed(path, ids=np.array(ids), matrix=matrix, fingerprint=np.array(fingerprint))
