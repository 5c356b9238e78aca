"""Reactions among the symptoms and conditions that the redactor marked, for the report of an adverse event.

A marked symptom counts unless it tells of an intake ("me tomé dos"), says nothing by itself ("llevo dos semanas"), is
what the product is for ("para la tos"), is not there ("sin fiebre", yet not "sin fuerzas"), is gone ("me ha quitado la
tos"), feared ("por si me pica") or long past ("de pequeña"). A condition counts only where it befell somebody ("me dio
una taquicardia"): others are their history.
"""

import re
from collections.abc import Collection, Iterator, Sequence
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
NEGATED = 4
"""Words before a verb in which a negation turns it round, and before what is marked in which it is gone."""

_Word = tuple[int, int, str]
"""Start, end, and the word folded."""


def marked_reactions(
    words: ReportWords, text: str, spans: Sequence[Span], products: Sequence[tuple[int, int]] = ()
) -> Iterator[tuple[int, int]]:
    """Yield the places of reactions, code points, half open, in the order of the spans.

    Args:
        products: places that name products: their words tell of no reaction.
    """
    for span in spans:
        before = _before(text, span.start)
        if span.entity_type == "SYMPTOM":
            for number, clause in enumerate(_clauses(words, text, span)):
                keys = [key for _, _, key in clause]
                named = {key for start, _, key in clause if any(a <= start < b for a, b in products)}
                if _tells(words, keys, named) and not _aside(words, [] if number else before, keys):
                    yield clause[0][0], clause[-1][1]
        elif span.entity_type == "HEALTH_CONDITION" and _befell(words, before, text[span.start : span.end]):
            yield span.start, span.end


def _before(text: str, start: int) -> list[str]:
    """The words of the same clause before a place, folded; a word cut by the bound is left out."""
    said = _SIGN.split(text[max(0, start - BEFORE) : start])[-1]
    found = [fold_word(match.group()) for match in _WORD.finditer(said)]
    return found[1:] if start > BEFORE and len(said) == BEFORE else found


def _aside(words: ReportWords, before: Sequence[str], keys: Sequence[str]) -> bool:
    """Whether a clause tells what did not happen with the product, by itself or by the words before it."""
    if _purpose(words, before) or _feared(words, before, keys) or _past(words, before, keys):
        return True
    if any(key in words.lost for key in keys):
        return False  # "sin fuerzas", "me ha quitado el hambre": what is gone is the reaction
    said = [*_stretch(words, before)[-NEGATED:], *keys]
    return _absent(words, before) or words.denied.begin(keys) or _relieved(words, said)


def _steps(words: ReportWords, before: Sequence[str]) -> Iterator[list[str]]:
    """The words before a place without none, one, two... of the small ones right before it."""
    keys = list(before)
    yield keys
    while keys and keys[-1] in words.fillers:
        keys = keys[:-1]
        yield keys


def _purpose(words: ReportWords, before: Sequence[str]) -> bool:
    """Whether what follows is what a product is for."""
    for keys in _steps(words, before):
        if words.purposes.end(keys):
            return True
        if _denied(words, keys):
            return False
        if keys and keys[-1] in ("de", "del", "da", "do") and any(key in words.kinds for key in keys[-NEAR:]):
            return True
    stretch = _stretch(words, before)
    while stretch and stretch[-1] in words.articles:
        stretch.pop()
    return words.reasons.end(stretch) and any(key in words.intake for key in stretch)


def _stretch(words: ReportWords, before: Sequence[str]) -> list[str]:
    """The words before a place as far as the last one that joins clauses."""
    joins = [index for index, key in enumerate(before) if key in words.joins]
    return list(before[joins[-1] + 1 :] if joins else before)


def _absent(words: ReportWords, before: Sequence[str]) -> bool:
    return any(_denied(words, keys) for keys in _steps(words, before))


def _denied(words: ReportWords, keys: Sequence[str]) -> bool:
    return words.absent.end(keys) or words.denied.end(keys)


def _feared(words: ReportWords, before: Sequence[str], keys: Sequence[str]) -> bool:
    return words.feared.inside(keys) or any(words.feared.end(said) for said in _steps(words, before))


def _past(words: ReportWords, before: Sequence[str], keys: Sequence[str]) -> bool:
    """Whether it was long ago, or before the product."""
    said = _stretch(words, before)
    if "antes" in said and any(key in words.was for key in [*said, *keys]):
        return True
    return "que" not in said and words.history.inside(said)


def _relieved(words: ReportWords, keys: Sequence[str]) -> bool:
    """Whether it is gone ("se me ha quitado"), and no negation keeps it."""
    for index, key in enumerate(keys):
        if key in words.relieved:
            return not any(other in words.negators for other in keys[max(0, index - NEGATED) : index])
    return False


def _befell(words: ReportWords, before: Sequence[str], marked: str) -> bool:
    inside = [fold_word(match.group()) for match in _WORD.finditer(marked)][:NEAR]
    near = [*before[-NEAR:], *(inside if inside and inside[0] in words.pronouns else [])]
    aside = _purpose(words, before) or _absent(words, before) or _past(words, before, inside)
    return any(key in words.befell for key in near) and not aside


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


def _tells(words: ReportWords, keys: Sequence[str], named: Collection[str]) -> bool:
    """Whether a clause tells of more than an intake, a thing, a time or a place. ``named``: of a product's name."""
    said = [key for key in keys if key.isalpha()]
    if words.things.inside(said) or any(_taken(words, said, index) for index in range(len(said))):
        return False
    silent = (words.fillers, words.kinds, words.containers)
    if any(len(key) > 2 and key not in named and not any(key in known for known in silent) for key in said):
        return True
    return any(not key.isalpha() and not key.isdigit() for key in keys)  # "16/9 esta mañana", "39,5"


def _taken(words: ReportWords, keys: Sequence[str], index: int) -> bool:
    """Whether a word tells of an intake: not "no ha comido nada", nor "espuma por la boca"."""
    key = keys[index]
    if key in words.food and any(other in words.negators for other in keys[max(0, index - NEGATED) : index]):
        return False
    taken = key in words.intake or key in words.kinds or key in words.containers
    return taken and not words.bodily.begin(keys, index)
