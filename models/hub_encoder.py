"""Turn texts into unit vectors with any sentence-transformers model (setting ``BORRADOR_ENCODER``)."""

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from models.artifact import MAX_BATCH
from models.encoder import PREFIXES, Kind, Vectors
from models.errors import ArtifactError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


class SentenceTransformersEncoder:
    """Any sentence-transformers model, by hub name or folder. Needs the ``training`` extra."""

    def __init__(self, model: "SentenceTransformer", *, prefixes: dict[Kind, str], fingerprint: str) -> None:
        self._model = model
        self._prefixes = prefixes
        self._fingerprint = fingerprint
        self._dimensions = int(model.encode(["."]).shape[1])

    @classmethod
    def load(cls, name: str) -> "SentenceTransformersEncoder":
        """Load a model with the prompts that it names, or with E5's prefixes where its name says E5.

        Raises:
            ArtifactError: sentence-transformers is not installed, or cannot load the model.
        """
        try:
            from sentence_transformers import SentenceTransformer

            model = SentenceTransformer(name, device="cpu")
        except (ImportError, OSError, ValueError) as error:
            raise ArtifactError(f"encoder {name}: {type(error).__name__}: {error}") from error
        digest = hashlib.sha256(name.encode())
        for key, tensor in sorted(model.state_dict().items()):
            digest.update(key.encode() + tensor.cpu().contiguous().numpy().tobytes())
        return cls(model, prefixes=_prefixes(model, name), fingerprint=digest.hexdigest()[:12])

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._dimensions

    @property
    def fingerprint(self) -> str:
        """Twelve hex digits of the sha256 over the name and all weights."""
        return self._fingerprint

    def encode(self, texts: Sequence[str], *, kind: Kind) -> Vectors:
        """Return one unit vector a text, (texts, dimensions) float32."""
        if not texts:
            return np.zeros((0, self._dimensions), dtype=np.float32)
        prefixed = [self._prefixes[kind] + text for text in texts]
        vectors = self._model.encode(prefixed, normalize_embeddings=True, batch_size=MAX_BATCH)
        return np.asarray(vectors, dtype=np.float32)


def _prefixes(model: "SentenceTransformer", name: str) -> dict[Kind, str]:
    prompts: dict[str, str] = getattr(model, "prompts", None) or {}
    default = PREFIXES if "e5" in name.lower() else dict.fromkeys(PREFIXES, "")
    return {
        "query": prompts.get("query") or default["query"],
        "passage": prompts.get("passage") or prompts.get("document") or default["passage"],
    }
