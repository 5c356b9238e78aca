"""Spans of parts brought to the text: words of one entity side by side are one span; loose ends are cut."""

import re
from collections.abc import Iterable, Sequence

from models.redaction.pieces import Part
from models.redaction.token_span import TokenSpan

_LOOSE = re.compile(r"(?:\s+(?:y|e|i|de|del|la|el|en))?[\s.,;:(]*$", re.IGNORECASE)
_ABBREVIATED = re.compile(r"(?:\b[^\W\d_]{1,3}|\.[^\W\d_])\.$")
"""A closing full stop that belongs to the word: "S.A.", "Dr.", "M."."""
_AS_THEY_ARE = frozenset({"CREDENTIAL", "URL", "EMAIL_ADDRESS"})
"""Entities in which every mark counts."""


def text_spans(
    text: str, parts: Sequence[Part], decoded: Iterable[tuple[str, int, int, float]]
) -> list[TokenSpan]:
    """Return decoded spans, (entity, first part, end part, score), as spans of the text, tidied."""
    found: list[TokenSpan] = []
    for entity, first, end, score in decoded:
        span = TokenSpan(entity, parts[first].start, parts[end - 1].end, score)
        if found and _goes_on(text, found[-1], span):
            last = found.pop()
            span = TokenSpan(entity, last.start, span.end, min(last.score, score))
        found.append(span)
    return [span for span in (_without_loose_end(text, span) for span in found) if span.start < span.end]


def _goes_on(text: str, left: TokenSpan, right: TokenSpan) -> bool:
    """Whether two spans are words of one: "Miranda de" and "Ebro". Codes side by side stay two."""
    return (
        left.entity == right.entity
        and text[left.end : right.start] == " "
        and text[left.end - 1].isalpha()
        and text[right.start].isalpha()
    )


def _without_loose_end(text: str, span: TokenSpan) -> TokenSpan:
    value = text[span.start : span.end]
    if span.entity in _AS_THEY_ARE or _ABBREVIATED.search(value):
        return span
    loose = _LOOSE.search(value)
    return (
        span if loose is None else TokenSpan(span.entity, span.start, span.start + loose.start(), span.score)
    )
