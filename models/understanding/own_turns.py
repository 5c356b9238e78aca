"""Our own turns of a thread: whether a product that one names is the one that the customer reports.

It is where we told it as the customer's ("gracias por probar el Velarina") and the answer denies nothing, or where the
answer affirms it ("¿fue el Velarina?", "sí, ese"). An offer, a signature, or one of several products tells nothing.
"""

import re
from collections.abc import Sequence

from models.redaction.folding import fold_word
from models.understanding.report_words import ReportWords

_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE = re.compile(r"[.!?¿¡\n…]")
REACH = 200
"""Code points of a sentence read before and after a product."""
OPENING = 4
"""Words of greeting before an answer."""
LONGEST = 3
"""Words of a yes ("that's right")."""
DENIED = 12
"""Words of an answer in which it says that it was another product."""

Place = tuple[int, int]
"""Code points, half open."""


def borne_out(words: ReportWords, text: str, places: Sequence[Place], answer: str) -> tuple[Place, ...]:
    """Of the places of products in our turn, those that the customer's answer to it bears out."""
    said = list(_WORD.finditer(answer))
    keys = [fold_word(match.group()) for match in said]
    if words.denies.inside(keys[:DENIED]):
        return ()
    told = [(place, _sentence(text, place)) for place in places]
    told = [(place, keys) for place, keys in told if not any(key in words.offers for key in keys)]
    had = tuple(place for place, keys in told if words.had.inside(keys))
    if had:
        return had if _one(text, had) else ()
    affirmed = _one(text, places) and _affirms(words, answer, said)
    return tuple(place for place, _ in told) if affirmed else ()


def _sentence(text: str, place: Place) -> list[str]:
    """The words of the sentence around a place, folded."""
    before = _SENTENCE.split(text[max(0, place[0] - REACH) : place[0]])[-1]
    after = _SENTENCE.split(text[place[0] : place[1] + REACH], maxsplit=1)[0]
    return [fold_word(match.group()) for match in _WORD.finditer(before + after)]


def _one(text: str, places: Sequence[Place]) -> bool:
    """Whether places name one product: an outer place ends as the name in it does."""
    return len({fold_word(_WORD.findall(text[start:end])[-1]) for start, end in places}) == 1


def _affirms(words: ReportWords, answer: str, said: Sequence[re.Match[str]]) -> bool:
    """Whether an answer begins with a yes. Without its accent or a sign after it, "si" begins a condition."""
    written = [match.group().casefold() for match in said[: OPENING + LONGEST]]
    keys = [fold_word(word) for word in written]
    for index, key in enumerate(keys[:OPENING]):
        for phrase in words.affirms:
            last = index + len(phrase)
            if tuple(written[index:last]) == phrase:
                return True
            plain = tuple(keys[index:last]) == tuple(map(fold_word, phrase))
            if plain and not answer[said[last - 1].end() :].lstrip(" ")[:1].isalnum():
                return True
        if key not in words.greets:
            return False
    return False
