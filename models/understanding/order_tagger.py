"""Says of each word of a message how likely it belongs to an order to the software, from the words around it.

A linear model over the folded words, trained on orders put into ordinary messages (``models/training/orders.py``): it
also finds orders that the lexicon has no pattern for. Needs no encoder.
"""

import base64
import binascii
import re
import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from models.understanding.fold import PAUSE, QUOTE, STOP, fold
from models.understanding.order_edges import Stretch

BITS = 17
"""Features are hashed to 2**17 columns."""
SIDES = 3
"""Words to either side whose order counts."""
AROUND = 7
"""Words to either side that count without their order."""
MOST_TOKENS = 3000
"""Tokens that are tagged: the ends of a longer text are left to the lexicon."""

Floats = npt.NDArray[np.float32]
Odds = npt.NDArray[np.float64]

_GRAM = 4
_SIGNS = frozenset({STOP, PAUSE, QUOTE})
_CODED = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")
_READABLE = 0.9


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words of a text with what the tagger sees of each."""

    words: tuple[str, ...]
    places: tuple[Stretch, ...]
    """Where each stands in the original text."""
    marks: tuple[tuple[str, ...], ...]
    """Signs before it, how it is written, and whether a cue of the lexicon covers it."""


@dataclass(frozen=True, slots=True)
class OrderTagger:
    """The trained weights. Pure and safe for threads."""

    weights: Floats = field(repr=False)
    """(2**BITS,)."""
    bias: float

    def odds(self, text: str, cues: Sequence[Stretch] = ()) -> tuple[tuple[Stretch, ...], Odds]:
        """Where each word stands, and its log-odds of belonging to an order.

        Args:
            cues: where the lexicon found an order.
        """
        tokens = tokens_of(text, cues)
        found = [float(self.weights[columns].sum()) + self.bias for columns in features(tokens)]
        return tokens.places, np.array(found)


def tokens_of(text: str, cues: Sequence[Stretch] = ()) -> Tokens:
    """Fold a text into words, signs and emoji set aside as marks of the word that follows."""
    folded = fold(text)
    coded = [found.span() for found in _CODED.finditer(text) if _says_something(found.group())]
    words: list[str] = []
    places: list[Stretch] = []
    marks: list[tuple[str, ...]] = []
    before: list[str] = ["start"]
    ends = (*folded.sources, len(text))[1:]
    pairs = list(zip(folded.tokens, folded.sources, ends, strict=True))[:MOST_TOKENS]
    for token, start, end in pairs:
        if token in _SIGNS or not any(map(str.isalnum, token)):
            before.append(token)
            continue
        end = start + len(text[start:end].rstrip()) if end > start else end
        written = text[start:end]
        own = [f"before:{sign}" for sign in before[-3:]]
        own.append(_written(written))
        if any(first < end and start < last for first, last in coded):
            own.append("coded")
        if any(first <= start < last for first, last in cues):
            own.append("cue")
        if places and not text[places[-1][1] : start].strip() and not text[places[-1][1] : start]:
            own.append("glued")
        words.append(token)
        places.append((start, max(end, start + 1)))
        marks.append(tuple(own))
        before = []
    return Tokens(*_with_spelled(words, places, marks))


def features(tokens: Tokens) -> Iterator[npt.NDArray[np.int64]]:
    """Columns of each token, each once."""
    words = ("", "", "", *tokens.words, "", "", "")
    grams = [_grams(word) for word in tokens.words]
    sides = [_columns("s", mark) for mark in tokens.marks]
    nearby = [_nearby(word, marks) for word, marks in zip(tokens.words, tokens.marks, strict=True)]
    count = len(tokens.words)
    for at in range(count):
        here = at + SIDES
        found = set(grams[at])
        for step in range(-SIDES, SIDES + 1):
            found.add(_column(f"{step}={words[here + step]}"))
        found.add(_column(f"-1,0={words[here - 1]},{words[here]}"))
        found.add(_column(f"0,1={words[here]},{words[here + 1]}"))
        found.add(_column(f"-2,-1={words[here - 2]},{words[here - 1]}"))
        found.add(_column(f"1,2={words[here + 1]},{words[here + 2]}"))
        for near in range(max(0, at - AROUND), min(count, at + AROUND + 1)):
            found.update(nearby[near])
        found.update(sides[at])
        if at + 1 < count:
            found.update(_columns("after", tokens.marks[at + 1]))
        yield np.fromiter(found, dtype=np.int64, count=len(found))


def _with_spelled(
    words: list[str], places: list[Stretch], marks: list[tuple[str, ...]]
) -> tuple[tuple[str, ...], tuple[Stretch, ...], tuple[tuple[str, ...], ...]]:
    """Marks words that are spelled out letter by letter."""
    run: list[int] = []
    for at in range(len(words) + 1):
        if at < len(words) and places[at][1] - places[at][0] == 1 and words[at].isalpha():
            run.append(at)
            continue
        if len(run) >= _GRAM:
            for letter in run:
                marks[letter] = (*marks[letter], "spelled")
        run = []
    return tuple(words), tuple(places), tuple(marks)


def _written(word: str) -> str:
    """How a word is written: script and case."""
    letter = next((char for char in word if char.isalpha()), "")
    if not letter:
        return "digits"
    script = unicodedata.name(letter, "other").split()[0].lower()
    if script != "latin":
        return f"script:{script}"
    if word.isupper() and len(word) > 1:
        return "upper"
    return "title" if letter.isupper() else "lower"


def _says_something(coded: str) -> bool:
    """Whether a base64 word decodes to words: a reference or a key does not."""
    padded = coded.rstrip("=")
    try:
        plain = base64.b64decode(padded + "=" * (-len(padded) % 4)).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return False
    likely = sum(char.isalpha() or char.isspace() for char in plain)
    return " " in plain and likely >= _READABLE * len(plain)


def _column(name: str) -> int:
    return zlib.crc32(name.encode("utf-8", "surrogatepass")) & ((1 << BITS) - 1)


def _columns(kind: str, names: Sequence[str]) -> list[int]:
    return [_column(f"{kind}:{name}") for name in names]


def _nearby(word: str, marks: Sequence[str]) -> list[int]:
    """What a token says of the tokens around it."""
    return [
        _column(f"near={word}"),
        _column(f"near4={word[:5]}"),
        *(_column(f"near:{mark}") for mark in marks),
    ]


@lru_cache(maxsize=4096)
def _grams(word: str) -> tuple[int, ...]:
    """Columns of a word's letters in fours, its beginning and its end."""
    framed = f"^{word}$"
    parts = {framed[at : at + _GRAM] for at in range(max(1, len(framed) - _GRAM + 1))}
    return tuple(_column(f"g={part}") for part in parts)
