"""Brings the token model's spans into Presidio's findings."""

import re
from collections.abc import Mapping, Sequence

from models.redaction.message_model import ModelReading
from models.redaction.presidio import LightArtifacts, Recognizer, RecognizerResult
from models.redaction.span_scheme import MESSAGE_ENTITIES

RULE = "token_model"
CERTAIN = 0.8
"""Score of a span that the model is sure of: under a pattern with its check digit right, whose type is exact,
and over a pattern without."""

LEAST = 0.5


class TokenModelRecognizer(Recognizer):
    """Gives the spans that the NLP engine's model found.

    ``least``: least mean probability of a span by entity; ``LEAST`` for those not named. ``tells_nothing``:
    expressions of what is no finding where the span holds nothing else.
    """

    def __init__(self, least: Mapping[str, float], tells_nothing: Sequence[str] = ()) -> None:
        self._least = least
        self._empty = re.compile("|".join(tells_nothing) or r"(?!)", re.IGNORECASE)
        super().__init__("TokenModelRecognizer", sorted(MESSAGE_ENTITIES))

    def find(self, text: str, artifacts: LightArtifacts) -> list[RecognizerResult]:
        """Return the model's spans of the entities that it is read for."""
        reading: ModelReading = artifacts.reading
        return [
            self.hit(span.entity, span.start, span.end, CERTAIN * span.score, RULE)
            for span in reading.spans
            if span.score >= self._least.get(span.entity, LEAST)
            and self._empty.fullmatch(text[span.start : span.end].strip()) is None
        ]
