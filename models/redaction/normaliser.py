"""Views of a text in which disguised characters read plainly, each with a map back to the original.

A recognizer runs on a view; ``View.span`` gives the offsets in the original text, exactly. Folding covers
zero-width and bidirectional marks, soft hyphens, keycap and circled digits, full-width and mathematical
letters, other scripts' digits, Cyrillic and Greek look-alikes, and decomposed accents.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from models.errors import TextError

_HOMOGLYPHS = str.maketrans(
    "АВЕЅІЈКМНОРСТУХҮаеоѕіјрсухԁһӏνορΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικυЗзб",
    "ABESIJKMHOPCTYXYaeosijpcyxdhlvopABEZHIKMNOPTYXaiku336",
)
_HOMOGLYPH = re.compile("[" + "".join(map(chr, _HOMOGLYPHS)) + "]")
_WORD = re.compile(r"[^\W_]+")
_LATIN = re.compile(r"[A-Za-z0-9]")
_SINGLE_FORMS = frozenset({"<font>", "<wide>", "<narrow>", "<circle>", "<square>", "<compat>"})
_FILLED_LETTERS = (("\U0001f150", "\U0001f169"), ("\U0001f170", "\U0001f189"))
"""White letters in black circles and squares: Unicode gives them no plain form."""
_QUOTES = {"‘": "'", "’": "'", "´": "'", "`": "'", "ʼ": "'", "′": "'"}


@dataclass(frozen=True, slots=True)
class View:
    """A reading of the original: character ``i`` stands for original code points ``starts[i]:ends[i]``."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Map a non-empty half-open span of this view to the original."""
        return self.starts[start], self.ends[end - 1]

    def replace(self, pieces: Sequence[tuple[int, int, str]]) -> "View":
        """Return a view where each (start, end, text) piece, in order and apart, reads as ``text``."""
        chars: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        position = 0
        for start, end, text in pieces:
            chars.append(self.text[position:start])
            starts.extend(self.starts[position:start])
            ends.extend(self.ends[position:start])
            chars.append(text)
            starts.extend([self.starts[start]] * len(text))
            ends.extend([self.ends[end - 1]] * len(text))
            position = end
        chars.append(self.text[position:])
        starts.extend(self.starts[position:])
        ends.extend(self.ends[position:])
        return View("".join(chars), starts, ends)

    def cut(self, start: int, end: int) -> "View":
        """Return the part from ``start`` to ``end``."""
        return View(self.text[start:end], self.starts[start:end], self.ends[start:end])


def check_text(text: str, limit: int) -> None:
    """Raise TextError for lone surrogates, or more than ``limit`` characters."""
    if len(text) > limit:
        raise TextError(f"text has {len(text)} characters; the limit is {limit}")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise TextError(f"text has a lone surrogate at character {error.start}") from None


@lru_cache(maxsize=8192)
def _fold_char(char: str) -> str:
    """Return what a character reads as: itself, another one, or nothing."""
    if char in _QUOTES:
        return _QUOTES[char]
    category = unicodedata.category(char)
    if category in {"Cf", "Me"} or "\ufe00" <= char <= "\ufe0f" or char in "\u034f\u115f\u1160\u3164":
        return ""
    if category in {"Zs", "Zl", "Zp"}:
        return "\n" if category != "Zs" else " "
    if category == "Pd":
        return "-"
    for first, last in _FILLED_LETTERS:
        if first <= char <= last:
            return chr(ord("A") + ord(char) - ord(first))
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    form, _, rest = unicodedata.decomposition(char).partition(" ")
    if form in _SINGLE_FORMS and rest and " " not in rest:
        return chr(int(rest, 16))
    return char


def unmask_scripts(text: str) -> str:
    """Read Cyrillic and Greek look-alikes as Latin, one for one, in words that mix scripts or hold nothing else."""
    if not _HOMOGLYPH.search(text):
        return text

    def latin(match: re.Match[str]) -> str:
        word = match.group()
        plain = word.translate(_HOMOGLYPHS)
        return plain if plain != word and (_LATIN.search(word) or plain.isascii()) else word

    return _WORD.sub(latin, text)


@lru_cache(maxsize=8192)
def _stands_for_itself(char: str) -> bool:
    return char.isascii() or (not unicodedata.combining(char) and _fold_char(char) == char)


def fold(text: str) -> View:
    """Return the plain reading of a text. Case and accents stay; the text must have passed ``check_text``."""
    if text.isascii() or all(map(_stands_for_itself, set(text))):
        return View(unmask_scripts(text), range(len(text)), range(1, len(text) + 1))
    chars: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for index, char in enumerate(text):
        folded = char if char.isascii() else _fold_char(char)
        if folded and not char.isascii() and unicodedata.combining(char) and chars:
            composed = unicodedata.normalize("NFC", chars[-1] + char)
            chars[-1] = composed if len(composed) == 1 else chars[-1]
            folded = ""
        if folded:
            chars.append(folded)
            starts.append(index)
            ends.append(index + 1)
        elif chars and not chars[-1].isspace():
            ends[-1] = index + 1
    return View(unmask_scripts("".join(chars)), starts, ends)


@lru_cache(maxsize=8192)
def _plain_char(char: str) -> str:
    lowered = char.lower()
    base = unicodedata.normalize("NFD", lowered)[:1]
    return base if len(base) == 1 and (base.isalpha() or base == lowered) else lowered[:1] or char


class _PlainTable(dict[int, str]):
    """Plain characters by code point, filled as they are met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        return _plain_char(char) if not char.isascii() or char.isupper() else char


_PLAIN = _PlainTable()


def plain(text: str) -> str:
    """Return the text in lower case without accents, character for character (same length)."""
    return text.lower() if text.isascii() else text.translate(_PLAIN)
