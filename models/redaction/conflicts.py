"""Conflict rules, in one place: overlap, nesting, adjacency.

1. A finding under its entity's threshold is dropped before anything else.
2. Overlapping or nested findings become one span that covers their union: no character of any accepted finding
   stays uncovered. Findings that only touch ("ab" and "cd" of "abcd") stay two spans.
3. The type of the union is that of the finding with the higher score; at equal scores the longer one's; then
   personal data before health; then the name of the type, so that the result never depends on order.
4. A type that policy keeps ("kept") gives its type to a union only when it outranks the others and its finding
   covers the whole union by itself: what is left as it is never uncovers a character that another finding hides.
5. A name inside an address is a street's or a town's: it does not decide the type.
6. Neighbouring names, addresses or medicines of one type parted by at most two blanks, on one line, are one
   span. Numbers never join: two identifiers in a row are two.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models.spans import HEALTH_ENTITIES, Span

JOINED_WHEN_ADJACENT = frozenset({"PERSON", "POSTAL_ADDRESS", "MEDICATION"})


def _rank(span: Span) -> tuple[float, int, bool, str]:
    return (span.score, span.end - span.start, span.entity_type not in HEALTH_ENTITIES, span.entity_type)


@dataclass(slots=True)
class _Group:
    """Findings that become one span, as they are gathered."""

    start: int
    end: int
    members: list[Span]
    best: Span


def resolve(spans: Iterable[Span], text: str, kept: frozenset[str] = frozenset()) -> list[Span]:
    """Return spans in order of start that do not overlap and cover every character of those given."""
    groups: list[_Group] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end, span.entity_type)):
        last = groups[-1] if groups else None
        if last is not None and (span.start < last.end or _touches(last, span, text)):
            last.end = max(last.end, span.end)
            last.members.append(span)
            last.best = max(last.best, span, key=_rank)
        else:
            groups.append(_Group(span.start, span.end, [span], span))
    return [_union(group, kept) for group in groups]


def _union(group: _Group, kept: frozenset[str]) -> Span:
    best = group.best
    if best.entity_type == "PERSON" and len(group.members) > 1:
        best = max((span for span in group.members if not _names_a_street(span, group.members)), key=_rank)
    if best.entity_type in kept and (best.start, best.end) != (group.start, group.end):
        others = [span for span in group.members if span.entity_type not in kept]
        best = max(others, key=_rank) if others else best
    return Span(best.entity_type, group.start, group.end, best.score)


def _names_a_street(span: Span, members: Sequence[Span]) -> bool:
    """Whether a name lies inside an address."""
    return span.entity_type == "PERSON" and any(
        other.entity_type == "POSTAL_ADDRESS" and other.start <= span.start and span.end <= other.end
        for other in members
    )


def _touches(group: _Group, span: Span, text: str) -> bool:
    same = group.best.entity_type == span.entity_type and span.entity_type in JOINED_WHEN_ADJACENT
    between = text[group.end : span.start]
    return same and len(between) <= 2 and not between.strip() and "\n" not in between
