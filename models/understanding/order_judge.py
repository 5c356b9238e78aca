"""Says of each word of a message how surely it belongs to an order to the software: what it says, and where."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.errors import ArtifactError
from models.understanding.order_context import OrderContext, States, windows, word_states
from models.understanding.order_edges import Stretch
from models.understanding.order_path import Odds, runs
from models.understanding.order_tagger import BITS, OrderTagger
from models.understanding.orders import sentences

WEIGHTS = "orders.npz"
"""Beside the heads."""
FORMAT = 2

GATE = -3.0
"""Mean log-odds of three neighbouring words from which a message is read in its context: about one in four of those
without an order, and all but two in a hundred of those with one (dev)."""
SAID, MEANT = 4.0, 6.0
"""Bounds of what a word and its context may say: a single odd word decides nothing."""
SHARE = 0.4
"""Weight of the words beside their context; by hand on dev."""
LEANING = 0.7
"""Added to all odds: an order missed steers the decision, a sentence cut wrongly is still seen. By hand on dev."""
BESIDE = -0.5
"""Mean log-odds that a sentence next to an order must have alone; by hand on dev."""
MOST_SENTENCES = 8
"""Of one stretch that are read alone."""

_CONTEXT = ("mean", "scale", "first", "first_bias", "second")


@dataclass(frozen=True, slots=True)
class OrderJudge:
    """The trained weights. Pure and safe for threads."""

    tagger: OrderTagger
    context: OrderContext | None
    """None for an encoder that does not tell its hidden states: then words alone decide."""
    encoder: str
    """Fingerprint of the encoder that it was trained on."""
    sha256: str = ""
    """Of the file that it was read from."""

    @classmethod
    def load(cls, folder: Path, *, trained_on: str | None = None) -> "OrderJudge":
        """Read the weights.

        Args:
            trained_on: the encoder (its fingerprint) that it will be used with; None: not checked.

        Raises:
            ArtifactError: missing, damaged, of another format, or trained on another encoder.
        """
        try:
            data = (folder / WEIGHTS).read_bytes()
            with np.load(io.BytesIO(data), allow_pickle=False) as file:
                found = {name: file[name] for name in file.files}
            words = found["words"]
            if int(found["format"]) != FORMAT or words.shape != (1 << BITS,):
                raise ArtifactError(f"{WEIGHTS}: not of the format that this version reads")
            encoder = str(found["encoder"])
            context = _context(found) if "first" in found else None
            tagger = OrderTagger(words.astype(np.float32), float(found["words_bias"]))
        except (OSError, KeyError, ValueError) as error:
            raise ArtifactError(f"{WEIGHTS}: {type(error).__name__}") from None
        if trained_on is not None and trained_on != encoder:
            raise ArtifactError(
                f"{WEIGHTS}: belongs to another encoder; run python -m models.training.orders"
            )
        return cls(tagger, context, encoder, hashlib.sha256(data).hexdigest())

    def save(self, folder: Path) -> None:
        """Write the weights."""
        folder.mkdir(parents=True, exist_ok=True)
        context = {}
        if self.context is not None:
            context = {name: getattr(self.context, name).astype(np.float16) for name in _CONTEXT}
            context["second_bias"] = np.float32(self.context.second_bias)
        np.savez_compressed(
            folder / WEIGHTS,
            format=FORMAT,
            words=self.tagger.weights.astype(np.float16),
            words_bias=self.tagger.bias,
            encoder=self.encoder,
            **context,
        )

    def orders(
        self, text: str, cues: Sequence[Stretch], states: States, *, leaning: float = 0.0
    ) -> list[Stretch]:
        """The stretches of a message that are orders, in order and apart.

        Args:
            cues: where the lexicon found an order.
            states: tells hidden states; asked only for a message whose words are suspicious.
            leaning: added to all odds, for a message that something else speaks against.
        """
        places, said = self.tagger.odds(text, cues)
        if not (len(said) and (leaning > 0 or cues or _peak(said) >= GATE)):
            return []
        found = runs(text, places, self._odds(text, places, said, states) + leaning)
        return [part for run in found for part in self._confirmed(text, run, states, leaning)]

    def _odds(self, text: str, places: Sequence[Stretch], said: Odds, states: States) -> Odds:
        """Log-odds of each word, of what it says and of what it means."""
        return SHARE * np.clip(said, -SAID, SAID) + LEANING + self._meant(text, places, states)

    def _confirmed(self, text: str, run: Stretch, states: States, leaning: float) -> list[Stretch]:
        """Of a stretch of several sentences those that are orders alone, too: what stands beside one looks like it."""
        parts = sentences(text, *run)
        if not 1 < len(parts) <= MOST_SENTENCES:
            return [run]
        kept = []
        for start, end in parts:
            places, said = self.tagger.odds(text[start:end])
            if len(said) and self._odds(text[start:end], places, said, states).mean() + leaning > BESIDE:
                kept.append((start, end))
        return kept or [run]

    def _meant(self, text: str, places: Sequence[Stretch], states: States) -> Odds:
        found = np.zeros(len(places))
        if self.context is None:
            return found
        for first, last in windows(places):
            words = word_states(text, places[first:last], states)
            if words is not None:
                found[first:last] = np.clip(self.context.odds(words), -MEANT, MEANT)
        return found


def _peak(odds: Odds) -> float:
    """The highest mean of three neighbouring words."""
    width = min(3, len(odds))
    return float(np.convolve(odds, np.full(width, 1 / width), "valid").max())


def _context(found: dict[str, np.ndarray]) -> OrderContext:
    mean, scale, first, first_bias, second = (found[name].astype(np.float32) for name in _CONTEXT)
    return OrderContext(mean, scale, first, first_bias, second, float(found["second_bias"]))
