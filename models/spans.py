"""Spans found by the redactor, and what it returns."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from models.text import RawText, RedactedText

HEALTH_ENTITIES = frozenset({"HEALTH_CONDITION", "SYMPTOM", "MEDICATION", "TREATMENT"})
"""Special categories (GDPR art. 9); every other entity type is personal data."""


@dataclass(frozen=True, slots=True)
class Span:
    """One finding: code-point offsets into the ORIGINAL text, half open, and a score from 0 to 1."""

    entity_type: str
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class RedactedSpan(Span):
    """A span after its operator ran. ``placeholder`` is what stands in the redacted text in its place."""

    placeholder: str


@dataclass(frozen=True, slots=True)
class Redaction:
    """Redacted text, its spans in order of start, and the originals by placeholder (for the vault only)."""

    text: RedactedText
    spans: tuple[RedactedSpan, ...]
    originals: Mapping[str, RawText] = field(repr=False)
