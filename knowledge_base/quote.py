"""Cuts approved text into sentences, verbatim, and picks the ones closest to a question."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from knowledge_base.analysis import grams, terms

MAX_QUOTE = 320
"""Characters of a quote: about two sentences."""

GRAM_WEIGHT = 0.2
"""A shared 4-gram against a shared word: a word has about five."""

# A full stop ends a sentence when an opening follows, unless it belongs to an abbreviation or an initial.
_END = re.compile(r"(?<=[.!?…])[\"»”)\]]*\s+(?=[\"«“(\[¿¡A-ZÁÀÉÈÍÓÒÚÑÇ0-9])|\n+")
_ABBREVIATION = re.compile(
    r"\b(?i:aprox|arts?|avd?a?|da|dra?s?|dres|ej|gral|máx|mín|núm|págs?|pl|prof|sra?s?|sres|st|tel|tfno|uds?|vd|vs)\.$"
    r"|\bEE\.$|\bUU\.$|^\d{1,2}\.$"
)
_INITIAL = re.compile(r"(\w+)?[\s.]*\b[A-ZÁÉÍÓÚ]\.$")
_NAMED_BY_LETTER = frozenset(
    "vitamina vitaminas tipo hepatitis grupo clase plan zona opción categoría y e o".split()  # noqa: SIM905
)
"""Words before a capital letter that is a name and no initial: `con vitamina C. Úselo…`."""


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text in order, each a verbatim piece without the blanks around it."""
    found: list[str] = []
    start = 0
    for match in _END.finditer(text):
        piece = text[start : match.start()].strip()
        if "\n" not in match.group() and _is_abbreviated(piece):
            continue
        if piece:
            end = match.start() + len(match.group().rstrip())
            found.append(text[start:end].strip())
        start = match.end()
    rest = text[start:].strip()
    return (*found, rest) if rest else tuple(found)


def _is_abbreviated(piece: str) -> bool:
    """Whether the full stop at the end belongs to the last word."""
    if _ABBREVIATION.search(piece):
        return True
    initial = _INITIAL.search(piece)
    return initial is not None and (initial.group(1) or "") not in _NAMED_BY_LETTER


def leading_sentences(text: str, limit: int) -> str:
    """The first sentences that fit into ``limit`` characters, verbatim; empty when not even one does."""
    start = end = 0
    for sentence in sentences(text):
        begin = text.index(sentence, end)
        if begin + len(sentence) - start > limit:
            break
        if end == 0:
            start = begin
        end = begin + len(sentence)
    return " ".join(text[start:end].split())


def best_quote(text: str, question: str, language: str, weights: Mapping[str, float]) -> str:
    """The sentence closest to the question, with the next one where it still fits; verbatim.

    Args:
        text: approved text.
        question: the customer's question, redacted.
        language: of the text.
        weights: of each term (inverse document frequency); terms not in it count 1.
    """
    pieces = _analysed(text, language)
    if len(pieces) <= 1:
        return text
    wanted = dict.fromkeys(grams(question, language), GRAM_WEIGHT)
    wanted |= {term: weights.get(term, 1.0) for term in terms(question, language)}
    scores = [sum(wanted[term] for term in piece.terms.intersection(wanted)) for piece in pieces]
    best = scores.index(max(scores))  # the first of equals: answers open with the point
    begin, end = pieces[best].begin, pieces[best].end
    if best + 1 < len(pieces):
        following = pieces[best + 1].end
        if following - begin <= MAX_QUOTE and "\n" not in text[begin:following]:
            end = following
    return text[begin:end]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence by its place in the text, with its stems and n-grams."""

    begin: int
    end: int
    terms: frozenset[str]


@lru_cache(maxsize=20_000)
def _analysed(text: str, language: str) -> tuple[_Piece, ...]:
    pieces = []
    end = 0
    for sentence in sentences(text):
        begin = text.index(sentence, end)
        end = begin + len(sentence)
        pieces.append(_Piece(begin, end, frozenset((*terms(sentence, language), *grams(sentence, language)))))
    return tuple(pieces)
