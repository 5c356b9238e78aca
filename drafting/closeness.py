"""How close each phrase is to a message, by the encoder's vectors; a nudge among phrases that fit, no more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from drafting.bank import Bank, Phrase
from drafting.vector_file import MOST_ENCODED_AT_START, FingerprintedEncoder, read_vectors
from knowledge_base.evidence import Vectors

# Purposes whose wording may follow the message; the rest say the same whatever the message is.
FOLLOWING = frozenset({"feel", "receive", "thank", "lead", "ask", "act"})


@dataclass(frozen=True, slots=True)
class Closeness:
    """Unit vectors of phrases by id; empty when there is no encoder."""

    rows: Mapping[str, int]
    matrix: Vectors

    @classmethod
    def none(cls) -> "Closeness":
        """No closeness: every phrase is as close as any other."""
        return cls({}, np.zeros((0, 1), dtype=np.float32))

    @classmethod
    def load(cls, bank: Bank, encoder: FingerprintedEncoder, cache: Path | None) -> "Closeness":
        """Take vectors from the cache where they are of this encoder, and encode the rest in one batch.

        With a cache of another encoder the rest is the whole bank, seconds of a start: then there is no
        closeness, which is a nudge only, until the cache is built again (``drafting.build_vectors``).
        """
        phrases = [phrase for phrase in bank.by_id.values() if phrase.purpose in FOLLOWING]
        known = read_vectors(cache, encoder.fingerprint) if cache is not None else {}
        missing = [phrase for phrase in phrases if phrase.id not in known]
        if cache is not None and len(missing) > MOST_ENCODED_AT_START:
            return cls.none()
        if missing:
            vectors = encoder.encode([plain(phrase) for phrase in missing], kind="passage")
            known |= {phrase.id: vector for phrase, vector in zip(missing, vectors, strict=True)}
        matrix = np.stack([known[phrase.id] for phrase in phrases]).astype(np.float32)
        return cls({phrase.id: row for row, phrase in enumerate(phrases)}, matrix)

    def nudges(self, phrases: Sequence[Phrase], vector: Vectors | None) -> dict[str, float]:
        """For each phrase a value from -0.7 to 0.7: how it stands among these for this message."""
        rows = [(phrase.id, self.rows[phrase.id]) for phrase in phrases if phrase.id in self.rows]
        if vector is None or len(rows) < 2 or vector.shape[-1] != self.matrix.shape[1]:
            return {}
        cosines = self.matrix[[row for _, row in rows]] @ vector.reshape(-1)
        spread = float(cosines.std())
        if not np.isfinite(spread) or spread < 1e-6:
            return {}
        standing = np.clip((cosines - cosines.mean()) / spread, -2, 2) * 0.35
        return {phrase_id: float(value) for (phrase_id, _), value in zip(rows, standing, strict=True)}

    def by_id(self) -> dict[str, Vectors]:
        """The vectors, for the file beside the phrases."""
        return {phrase_id: self.matrix[row] for phrase_id, row in self.rows.items()}


def plain(phrase: Phrase) -> str:
    """The phrase as a sentence for the encoder: slot names read as words."""
    return phrase.text.replace("{", "").replace("}", "").replace("_", " ")
