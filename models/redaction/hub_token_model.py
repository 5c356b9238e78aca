"""Find spans with any transformers token-classification model (setting ``BORRADOR_REDACTION_MODEL``)."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from models.errors import ArtifactError
from models.redaction.message_model import ModelReading
from models.redaction.token_span import TokenSpan

STRIDE = 64
"""Pieces that two windows of a long text share."""
KEPT = "keep"
"""Entity of labels that the policy leaves alone."""


class HubTokenModel:
    """A token-classification pipeline with its labels mapped to the policy's entities. Needs ``training``."""

    def __init__(self, pipeline: Any, entities: Mapping[str, str], *, fingerprint: str) -> None:  # noqa: ANN401 - the library's type
        self._pipeline = pipeline
        self._entities = entities
        self._fingerprint = fingerprint

    @classmethod
    def load(cls, name: str, labels: Mapping[str, str]) -> "HubTokenModel":
        """Load a model by hub name or folder.

        Args:
            name: as ``transformers`` takes it.
            labels: entity of the policy, or ``keep``, by the model's label without its ``B-`` or ``I-``.

        Raises:
            ArtifactError: transformers is not installed, the model cannot be loaded, or it has a label that
                ``labels`` does not name: what it finds would be lost in silence.
        """
        try:
            from transformers import pipeline

            model = pipeline(
                "token-classification", model=name, aggregation_strategy="simple", stride=STRIDE, device="cpu"
            )
        except (ImportError, OSError, ValueError) as error:
            raise ArtifactError(f"redaction model {name}: {type(error).__name__}: {error}") from error
        own = {_plain(str(label)) for label in (model.model.config.id2label or {}).values()} - {"O"}
        unknown = sorted(own - set(labels))
        if unknown:
            raise ArtifactError(f"redaction model {name}: token_model.labels lacks {', '.join(unknown)}")
        digest = hashlib.sha256(name.encode())
        for key, tensor in sorted(model.model.state_dict().items()):
            digest.update(key.encode() + tensor.cpu().contiguous().numpy().tobytes())
        return cls(model, labels, fingerprint=digest.hexdigest()[:12])

    @property
    def fingerprint(self) -> str:
        """Twelve hex digits of the sha256 over the name and all weights."""
        return self._fingerprint

    def read(self, texts: Sequence[str]) -> list[ModelReading]:
        """Return the spans of each text. It tells no evidence beyond them."""
        return [
            ModelReading(tuple(self._spans(text))) if text.strip() else ModelReading(()) for text in texts
        ]

    def _spans(self, text: str) -> list[TokenSpan]:
        spans = []
        for found in self._pipeline(text):
            entity = self._entities[_plain(str(found["entity_group"]))]
            start, end = _trimmed(text, int(found["start"]), int(found["end"]))
            if entity != KEPT and start < end:
                spans.append(TokenSpan(entity, start, end, float(found["score"])))
        return spans


def _plain(label: str) -> str:
    return label[2:] if label[:2] in {"B-", "I-", "E-", "S-", "L-", "U-"} else label


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
