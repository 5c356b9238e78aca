"""Conflict rules, in one place: overlap, nesting, adjacency.

1. A finding under its entity's threshold is dropped before anything else.
2. Overlapping findings become one span that covers their union: no character of any accepted finding stays
   uncovered.
3. The type of the union is that of the finding with the higher score; at equal scores the longer one's; then
   personal data before health; then the name of the type, so that the result never depends on order.
4. Neighbouring names parted by blanks only are one name.
"""

from collections.abc import Iterable

from models.spans import HEALTH_ENTITIES, Span

JOINED_WHEN_ADJACENT = frozenset({"PERSON", "POSTAL_ADDRESS", "MEDICATION"})


def _rank(span: Span) -> tuple[float, int, bool, str]:
    return (span.score, span.end - span.start, span.entity_type not in HEALTH_ENTITIES, span.entity_type)


def resolve(spans: Iterable[Span], text: str) -> list[Span]:
    """Return spans in order of start that do not overlap and cover every character of those given."""
    groups: list[tuple[int, int, Span]] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end, span.entity_type)):
        if groups and (span.start < groups[-1][1] or _touches(groups[-1], span, text)):
            start, end, best = groups[-1]
            groups[-1] = (start, max(end, span.end), max(best, span, key=_rank))
        else:
            groups.append((span.start, span.end, span))
    return [Span(best.entity_type, start, end, best.score) for start, end, best in groups]


def _touches(group: tuple[int, int, Span], span: Span, text: str) -> bool:
    _, end, best = group
    same = best.entity_type == span.entity_type and span.entity_type in JOINED_WHEN_ADJACENT
    between = text[end : span.start]
    return same and len(between) <= 2 and not between.strip() and "\n" not in between
