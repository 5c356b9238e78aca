"""What the token model says of messages: spans by the policy's entities, and how sure it is of each character."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from models.redaction.edges import text_spans
from models.redaction.labels import Reading
from models.redaction.span_scheme import MESSAGE_ENTITIES
from models.redaction.token_model import TokenModel
from models.redaction.token_span import TokenSpan

SHOUTING = 0.7
"""Share of capitals among a text's letters from which on they say nothing."""
LEAST_LETTERS = 10


@dataclass(frozen=True, slots=True)
class ModelReading:
    """A model's findings in one text.

    ``evidence`` holds, a character, the probability of being in any span, for models that tell it.
    """

    spans: tuple[TokenSpan, ...]
    evidence: npt.NDArray[np.float32] | None = None

    def supported(self, start: int, end: int, least: float) -> tuple[int, int] | None:
        """Return the part of a stretch from its first to its last character of at least that probability.

        None when there is none; all of it when the model does not tell.
        """
        if self.evidence is None or least <= 0:
            return start, end
        places = np.flatnonzero(self.evidence[start:end] >= least)
        return (start + int(places[0]), start + int(places[-1]) + 1) if len(places) else None


def calmed(text: str) -> str:
    """Return a text written all in capitals in small letters, character by character; any other as it is.

    Who shouts capitalises every word, and to the model a capital is half a name.
    """
    letters = [char for char in text if char.isalpha()]
    shouted = sum(char.isupper() for char in letters) > SHOUTING * len(letters)
    if len(letters) < LEAST_LETTERS or not shouted:
        return text
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)


class SpanModel(Protocol):
    """Any model that finds spans in texts."""

    @property
    def fingerprint(self) -> str:
        """What changes when the model does."""

    def read(self, texts: Sequence[str]) -> list[ModelReading]:
        """Return a reading of each text."""


class MessageModel:
    """The embedded token model, read for messages: clinical types that messages keep count as outside."""

    def __init__(self, model: TokenModel, *, outside_bias: float = 0.0) -> None:
        self._model = model
        self._reading = Reading(model.scheme, MESSAGE_ENTITIES)
        self._bias = outside_bias

    @property
    def fingerprint(self) -> str:
        """The token model's."""
        return self._model.fingerprint

    def read(self, texts: Sequence[str]) -> list[ModelReading]:
        """Return spans and evidence of each text, one forward pass a window."""
        readings = []
        calm = [calmed(text) for text in texts]
        for text, (parts, logits) in zip(texts, self._model.logits(calm), strict=True):
            probabilities = self._reading.probabilities(logits)
            decoded = self._reading.decode(probabilities, outside_bias=self._bias)
            spans = tuple(text_spans(text, parts, decoded))
            evidence = np.zeros(len(text), dtype=np.float32)
            for part, inside in zip(parts, 1.0 - probabilities[:, 0], strict=True):
                evidence[part.start : part.end] = inside
            readings.append(ModelReading(spans, evidence))
        return readings
