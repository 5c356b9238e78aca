"""Grows a health term to the words that tell it: "la cara" + "me arde … hasta con agua"."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.redaction.tokens import Token


@dataclass(frozen=True, slots=True)
class ClauseRules:
    """Folded words. A told clause holds one of ``told``; it ends at marks and at ``stops``."""

    told: frozenset[str]
    stops: frozenset[str]
    reach_left: int
    reach_right: int


def grow(tokens: Sequence[Token], first: int, last: int, rules: ClauseRules) -> tuple[int, int]:
    """Return the token span (both ends included) of the clause that tells a health term.

    To the left it grows to the word that makes it somebody's ("me", "tiene", "mi hija"); to the right, only
    in a told clause, to the end of the clause; never past ``reach`` words or a mark.
    """
    left = first
    for step in range(first - 1, max(-1, first - 1 - rules.reach_left), -1):
        if not _inside(tokens[step], rules):
            break
        if tokens[step].key in rules.told:
            left = step
    told = left < first or any(tokens[step].key in rules.told for step in range(first, last + 1))
    right = last
    if told:
        for step in range(last + 1, min(len(tokens), last + 1 + rules.reach_right)):
            if not _inside(tokens[step], rules):
                break
            right = step
    return left, right


def _inside(token: Token, rules: ClauseRules) -> bool:
    return token.kind in {"word", "mixed"} and token.key not in rules.stops
