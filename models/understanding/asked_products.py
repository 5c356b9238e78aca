"""Whether a question asks for a product ("¿le doy paracetamol?"): then nobody has said to have taken it."""

import re
from collections.abc import Sequence

from models.redaction.folding import fold_word
from models.understanding.report_words import ReportWords

_WORD = re.compile(r"[^\W\d_]+(?:[-·][^\W\d_]+)*")
_END = re.compile(r"[.!?¿;\n…]")
_SIGN = re.compile(r"[.!?¿;\n…,:()]")
BEFORE = 60
"""Code points before a product in which its question is looked for."""
AFTER = 200
"""Code points after it in which the question ends."""
ASKED = 5
"""Words before it in which a question asks for it, and after it in a question that no sign opens."""


def asked_for(words: ReportWords, text: str, start: int, end: int) -> bool:
    """Whether the clause around a product asks for it."""
    rest = _END.search(text, end, end + AFTER)
    if rest is None or rest.group() != "?":
        return False
    opened, said = _clause(text, start)
    near = range(max(0, len(said) - ASKED), len(said))
    may = any(said[index] in words.asked and _asks_leave(words, said[index + 1 :]) for index in near)
    if may or not (opened or _ends_soon(words, text[end : rest.start()])):
        return may
    return any(_opens(words, said[:index]) for index in near if _asks_at_once(words, said[index:]))


def _clause(text: str, start: int) -> tuple[bool, list[str]]:
    """Whether a question mark opens the clause before a place, and its words, folded."""
    window = text[max(0, start - BEFORE) : start]
    signs = list(_SIGN.finditer(window))
    said = window[signs[-1].end() :] if signs else window
    keys = _keys(said)
    if not signs and start > BEFORE:
        keys[:1] = [""]  # cut by the bound: a word that none is
    return bool(signs) and signs[-1].group() == "¿", keys


def _keys(text: str) -> list[str]:
    return [fold_word(match.group()) for match in _WORD.finditer(text)]


def _asks_leave(words: ReportWords, between: Sequence[str]) -> bool:
    """Whether "may I" is asked of taking it: not of stopping it, nor whether it was the cause."""
    told = any(key in words.taken_already for key in between)
    return not told and any(key not in words.fillers for key in between)


def _asks_at_once(words: ReportWords, said: Sequence[str]) -> bool:
    return said[0] in words.asked_first and not any(key in words.taken_already for key in said[1:])


def _opens(words: ReportWords, before: Sequence[str]) -> bool:
    """Whether nothing but small words stands between the clause's beginning and the verb."""
    return all(key in words.asked_before for key in before)


def _ends_soon(words: ReportWords, after: str) -> bool:
    """Whether a question that no sign opens ends before anything else is told."""
    keys = _keys(after)
    return not _SIGN.search(after) and len(keys) <= ASKED and not any(key in words.joins for key in keys)
