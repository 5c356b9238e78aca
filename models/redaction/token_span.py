"""What a model that reads tokens finds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TokenSpan:
    """A span that a model found: entity, half-open offsets into the text, mean probability."""

    entity: str
    start: int
    end: int
    score: float
