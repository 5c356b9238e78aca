"""Says how surely a piece of a message is an order to the software: its vector and its words, weighed together."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from models.errors import ArtifactError
from models.understanding.features import Floats
from models.understanding.order_edges import Stretch
from models.understanding.order_tagger import BITS, OrderTagger, runs

WEIGHTS = "orders.npz"
"""Beside the heads that it was trained with."""
FORMAT = 1

GATE = -2.2
"""Mean log-odds of three neighbouring words from which a message is read piece by piece: about one message in six of
those without an order, and nine in ten of those with one (dev)."""
LEAST, MOST = -6.0, 4.0
"""Bounds of what the words may say: a single odd word decides nothing."""
SHARE = 0.5
"""Weight of the words beside the vector; by hand on dev."""
LIMIT = 0.6
"""Log-odds from which a piece is an order: one piece in five hundred of those that are none (dev)."""


@dataclass(frozen=True, slots=True)
class OrderJudge:
    """The trained weights. Pure and safe for threads."""

    tagger: OrderTagger
    weights: Floats = field(repr=False)
    """Of a piece's vector, (d,)."""
    bias: float
    encoder: str
    """Fingerprint of the vectors that it was trained on."""
    sha256: str = ""
    """Of the file that it was read from."""

    @classmethod
    def load(cls, folder: Path, *, trained_on: str | None = None) -> "OrderJudge":
        """Read the weights.

        Args:
            trained_on: the vectors (``fingerprint``) that it will be given; None: not checked.

        Raises:
            ArtifactError: missing, damaged, of another format, or trained on other vectors.
        """
        names = ("format", "words", "words_bias", "vector", "bias", "encoder")
        try:
            data = (folder / WEIGHTS).read_bytes()
            with np.load(io.BytesIO(data), allow_pickle=False) as file:
                found = {name: file[name] for name in names}
        except (OSError, KeyError, ValueError) as error:
            raise ArtifactError(f"{WEIGHTS}: {type(error).__name__}") from None
        if int(found["format"]) != FORMAT or found["words"].shape != (1 << BITS,):
            raise ArtifactError(f"{WEIGHTS}: not of the format that this version reads")
        if trained_on is not None and trained_on != str(found["encoder"]):
            raise ArtifactError(
                f"{WEIGHTS}: belongs to another encoder; run python -m models.training.orders"
            )
        tagger = OrderTagger(found["words"].astype(np.float32), float(found["words_bias"]))
        return cls(
            tagger,
            found["vector"].astype(np.float32),
            float(found["bias"]),
            str(found["encoder"]),
            hashlib.sha256(data).hexdigest(),
        )

    def save(self, folder: Path) -> None:
        """Write the weights."""
        folder.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(
            folder / WEIGHTS,
            format=FORMAT,
            words=self.tagger.weights.astype(np.float16),
            words_bias=self.tagger.bias,
            vector=self.weights,
            bias=self.bias,
            encoder=self.encoder,
        )

    def suspects(self, text: str, cues: Sequence[Stretch]) -> tuple[bool, list[Stretch]]:
        """Whether a message is to be read piece by piece, and where the words look like an order."""
        places, odds = self.tagger.odds(text, cues)
        if not len(odds):
            return False, []
        width = min(3, len(odds))
        peak = float(np.convolve(odds, np.full(width, 1 / width), "valid").max())
        return peak >= GATE or bool(cues), runs(places, odds)

    def scores(
        self, pieces: Sequence[str], cues: Sequence[Sequence[Stretch]], vectors: Floats
    ) -> list[float]:
        """Log-odds of each piece of being an order, the limit taken off: from 0 on it is one.

        Args:
            cues: where the lexicon found an order, within each piece.
            vectors: of the pieces, (pieces, d).
        """
        meant = vectors @ self.weights + self.bias
        said = [self._said(piece, found) for piece, found in zip(pieces, cues, strict=True)]
        return [float(one) + SHARE * other - LIMIT for one, other in zip(meant, said, strict=True)]

    def _said(self, piece: str, cues: Sequence[Stretch]) -> float:
        """What the words say: the mean over the half that speaks for it most."""
        _, odds = self.tagger.odds(piece, cues)
        if not len(odds):
            return LEAST
        return float(np.clip(np.sort(odds)[-max(2, len(odds) // 2) :].mean(), LEAST, MOST))


def fingerprint(encoder: str, branch: str | None) -> str:
    """What the vectors of pieces depend on: the encoder, and the branch of it that the heads read."""
    return f"{encoder}+{branch or ''}"
