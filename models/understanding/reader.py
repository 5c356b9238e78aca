"""Vectors of messages, for the heads and for retrieval, from one pass through the layers that both share.

Understanding gains from layers tuned for it alone, retrieval from layers that stay near the base model's (tuned
without restraint they forget what they were not shown: XQuAD success@1 0.91 -> 0.38). So the lower layers are
shared, and above them each has its own: the encoder's for retrieval, a branch for the heads.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime

from models.artifact import open_session
from models.encoder import OnnxEncoder
from models.errors import ArtifactError
from models.understanding.encoding import MessageReader, QueryEncoder, undisguised
from models.understanding.features import Floats
from models.understanding.order_edges import Stretch

BRANCH_FILE = "branch.int8.onnx"


class PlainReader:
    """An encoder whose vectors serve both."""

    def __init__(self, encoder: QueryEncoder) -> None:
        self._encoder = encoder

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._encoder.dimensions

    def read(self, texts: Sequence[str]) -> tuple[Floats, Floats]:
        """Return unit vectors for the heads, (texts, dimensions), and the first one's for retrieval."""
        found = self._encoder.encode(texts, kind="query")
        return found, found[0]

    def states(self, text: str) -> tuple[Sequence[Stretch], Floats] | None:
        """Hidden states by piece, where the encoder is one of the repository's."""
        return states(self._encoder, text) if isinstance(self._encoder, OnnxEncoder) else None


class BranchedReader:
    """The encoder for retrieval, and the branch above its shared layers for the heads. Safe between threads."""

    def __init__(self, encoder: OnnxEncoder, branch: onnxruntime.InferenceSession) -> None:
        self._encoder = encoder
        self._branch = branch

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._encoder.dimensions

    def read(self, texts: Sequence[str]) -> tuple[Floats, Floats]:
        """Return unit vectors for the heads, (texts, dimensions), and the first one's for retrieval."""
        heads = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        retrieval = np.zeros(self.dimensions, dtype=np.float32)
        for part in self._encoder.lower(texts, kind="query"):
            heads[part.rows] = self._branch.run(["embedding"], part.inputs())[0]
            if 0 in part.rows:
                retrieval = self._encoder.finish(part.alone(0))[0]
        return heads, retrieval

    def states(self, text: str) -> tuple[Sequence[Stretch], Floats] | None:
        """Hidden states by piece."""
        return states(self._encoder, text)


def states(encoder: OnnxEncoder, text: str) -> tuple[Sequence[Stretch], Floats]:
    """Where the pieces of a text stand, and their hidden states; disguised letters are read plainly."""
    plain = undisguised(text)
    return encoder.states(plain if len(plain) == len(text) else text)


def load_reader(
    encoder: QueryEncoder, branch: Path | None, *, sha256: str | None = None, threads: int = 2
) -> MessageReader:
    """Load the branch on top of an encoder; without one, the encoder serves both.

    Raises:
        ArtifactError: the file is missing, not the one that was named, or does not fit this kind of encoder.
    """
    if branch is None:
        return PlainReader(encoder)
    if not isinstance(encoder, OnnxEncoder):
        raise ArtifactError(
            f"{branch.name}: belongs on the encoder of the repository; train heads without a branch"
        )
    try:
        data = branch.read_bytes()
    except OSError as error:
        raise ArtifactError(f"{branch.name}: {type(error).__name__}") from None
    if sha256 is not None and hashlib.sha256(data).hexdigest() != sha256:
        raise ArtifactError(f"{branch.name}: sha256 is not the one in the manifest")
    return BranchedReader(encoder, open_session(data, threads))
