"""Reactions among the symptoms and conditions that the redactor marked, for the report of an adverse event.

A marked symptom counts unless it tells of an intake ("me tomé dos"), says nothing by itself ("llevo dos semanas"), is
what the product is for ("para la tos") or is not there ("sin fiebre"). A condition counts only where it befell somebody
("me dio una taquicardia"): others are their history.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from models.redaction.folding import fold_word
from models.spans import Span
from models.understanding.report_words import ReportWords

_WORD = re.compile(r"[^\W\d_]+|\d+(?:[.,/]\d+)*")
_SIGN = re.compile(r"[.,;:!?¡¿()\n…]")
BEFORE = 60
"""Code points before what is marked that are read."""
NEAR = 3
"""Words before what is marked that say whether it befell somebody."""

_Word = tuple[int, int, str]
"""Start, end, and the word folded."""


def marked_reactions(words: ReportWords, text: str, spans: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """Yield the places of reactions, code points, half open, in the order of the spans."""
    for span in spans:
        before = _before(text, span.start)
        if span.entity_type == "SYMPTOM":
            aside = _aside(words, before)
            for number, clause in enumerate(_clauses(words, text, span)):
                if _tells(words, clause) and not (aside and number == 0):
                    yield clause[0][0], clause[-1][1]
        elif span.entity_type == "HEALTH_CONDITION" and _befell(words, before):
            yield span.start, span.end


def _before(text: str, start: int) -> list[str]:
    """The words of the same clause before a place, folded; a word cut by the bound is left out."""
    said = _SIGN.split(text[max(0, start - BEFORE) : start])[-1]
    found = [fold_word(match.group()) for match in _WORD.finditer(said)]
    return found[1:] if start > BEFORE and len(said) == BEFORE else found


def _aside(words: ReportWords, before: Sequence[str]) -> bool:
    """Whether what follows is a product's purpose, or absent; an article between them does not part them."""
    keys = list(before)
    while keys and keys[-1] in words.fillers and not (words.purposes.end(keys) or words.absent.end(keys)):
        if keys[-1] in ("de", "del", "da", "do") and any(key in words.kinds for key in keys[-NEAR:]):
            return True
        keys.pop()
    return words.purposes.end(keys) or words.absent.end(keys)


def _befell(words: ReportWords, before: Sequence[str]) -> bool:
    return any(key in words.befell for key in before[-NEAR:]) and not _aside(words, before)


def _clauses(words: ReportWords, text: str, span: Span) -> list[list[_Word]]:
    clauses: list[list[_Word]] = [[]]
    found = [
        (span.start + match.start(), span.start + match.end(), fold_word(match.group()))
        for match in _WORD.finditer(text[span.start : span.end])
    ]
    for (_, last, _), word in pairwise([(0, span.start, ""), *found]):
        if word[2] in words.joins or _SIGN.search(text[last : word[0]]):
            clauses.append([])
        if word[2] not in words.joins:
            clauses[-1].append(word)
    return [clause for clause in clauses if clause]


def _tells(words: ReportWords, clause: Sequence[_Word]) -> bool:
    """Whether a clause tells of more than an intake, a time or a place."""
    keys = [key for _, _, key in clause if key.isalpha()]
    if any(key in kinds for key in keys for kinds in (words.intake, words.kinds, words.containers)):
        return False
    if any(key not in words.fillers and len(key) > 2 for key in keys):
        return True
    return any(not key.isalpha() and not key.isdigit() for _, _, key in clause)  # "16/9 esta mañana", "39,5"
