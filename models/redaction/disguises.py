"""Readings of numbers that were written so as not to be read: "4*7*3*1*5", "(6)(1)(2)", "6l2 34S 678"."""

import re
from itertools import pairwise

from models.redaction.normaliser import View

_SINGLES = re.compile(r"(?<![^\W_])[0-9A-Za-z](?![^\W_])(?:[^\w¤]{1,3}[0-9A-Za-z](?![^\W_])){5,}")
_SMALL_WORDS = frozenset("aeoyu")
"""One-letter words of our languages: at the ends of a run they are that."""
_GAP = re.compile(r"[^0-9A-Za-z]+")
LEAST_DIGITS = 5
_LOOKS = {"O": "0", "o": "0", "Q": "0", "l": "1", "I": "1", "|": "1", "i": "1", "!": "1", "Z": "2", "z": "2",
          "E": "3", "A": "4", "S": "5", "s": "5", "G": "6", "b": "6", "T": "7", "B": "8", "g": "9",
          "q": "9"}  # fmt: skip
_LOOK = "".join(map(re.escape, _LOOKS))
_LEET = re.compile(
    rf"(?<![^\W_])([XYZxyz][ .-]?)?(?=[\d{_LOOK}](?:[ .\-/]{{0,3}}[\d{_LOOK}]){{6}})"
    rf"([\d{_LOOK}]+(?:[ .\-/]{{1,3}}[\d{_LOOK}]+)*)([ .-]?[A-Za-z])?(?![^\W_])"
)
_GROUP = re.compile(rf"[\d{_LOOK}]+")
_DIGIT = re.compile(r"\d")
_WRITTEN = str.maketrans(_LOOKS)
_PLAIN_LOOKS = frozenset("OolI|")
MAX_LETTERS = 3
"""More letters than this among the digits of a run, other than O, l and I, and it is a word or a model's name."""


def read_disguised(view: View) -> View:
    """Return the view with disguised numbers written plainly; the same object where there are none."""
    return _join_singles(_write_lookalikes(view))


def _join_singles(view: View) -> View:
    """Write runs of single characters without what stands between them, when most of them are digits."""
    pieces: list[tuple[int, int, str]] = []
    for match in _SINGLES.finditer(view.text):
        start, end = _without_small_words(view.text, *match.span())
        run = _GAP.sub("", view.text[start:end])
        digits = sum(char.isdigit() for char in run)
        if digits >= LEAST_DIGITS and digits * 2 > len(run) and not _counts_on(run):
            pieces += [
                (start + gap.start(), start + gap.end(), "") for gap in _GAP.finditer(view.text[start:end])
            ]
    return view.replace(pieces) if pieces else view


def _without_small_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave out a one-letter word at either end ("y 6 1 2…", "…6 7 8 y")."""
    if text[start] in _SMALL_WORDS:
        start = _next(text, start + 1, 1)
    if text[end - 1] in _SMALL_WORDS:
        end = _next(text, end - 2, -1) + 1
    return start, end


def _next(text: str, index: int, step: int) -> int:
    while not text[index].isalnum():
        index += step
    return index


def _counts_on(run: str) -> bool:
    """Whether a run is a count or a scale ("1 2 3 4 5", "5 4 3 2 1")."""
    steps = {ord(right) - ord(left) for left, right in pairwise(run)}
    return steps in ({1}, {-1})


def _write_lookalikes(view: View) -> View:
    """Write letters that stand for digits as digits, each at its own place."""
    chars: list[str] | None = None
    for match in _LEET.finditer(view.text):
        for start, end in _disguised(match):
            chars = chars or list(view.text)
            chars[start:end] = view.text[start:end].translate(_WRITTEN)
    return view if chars is None else View("".join(chars), view.starts, view.ends)


def _disguised(match: re.Match[str]) -> list[tuple[int, int]]:
    """Return the groups of a run that are to be written as digits; none when the run is no disguised number."""
    groups = list(_GROUP.finditer(match.string, *match.span(2)))
    # Words of such letters beside the number: "ISO 13485", "607 004 193 o".
    while groups and not _DIGIT.search(groups[0].group()):
        groups.pop(0)
    while groups and not _DIGIT.search(groups[-1].group()):
        groups.pop()
    run = "".join(group.group() for group in groups)
    digits = sum(char.isdigit() for char in run)
    odd = sum(char.isalpha() and char not in _PLAIN_LOOKS for char in run)
    few = odd <= MAX_LETTERS and digits >= (LEAST_DIGITS if odd else 3) and len(run) > LEAST_DIGITS
    if run.isdigit() or not few or not all(_DIGIT.search(group.group()) for group in groups):
        return []
    control = run[-1] not in _PLAIN_LOOKS and not run[-1].isdigit() and len(run) == (8 if match[1] else 9)
    spans = [group.span() for group in groups]
    return [*spans[:-1], (spans[-1][0], spans[-1][1] - 1)] if control else spans
