"""The search for planted values in bytes: in the clear, and in every spelling that software may give them."""

import base64
import binascii
import html
import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from tests.acceptance.canary_values import MARK, word

_WORD = re.compile(rf"{MARK}[a-z]{{{len(word(0)) - len(MARK)}}}")
_CODE = re.compile(r"[a-z0-9]{8,24}")
_NUMBER = re.compile(r"(?<![a-z0-9])\d(?:[ ./-]?\d){7,}(?![a-z0-9])")
_MEASURE = re.compile(r"\d+\.\d{7,}(?:e[+-]?\d+)?")
"""Scores and durations: their many digits hold any eight in a row sooner or later, and no value is written so."""
_RANDOM_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
"""Ids of requests are random: now and then one holds eight digits of some planted number."""
_ESCAPE = re.compile(r"\\u00([0-9a-f]{2})|\\x([0-9a-f]{2})|\\[nrt]")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}")
_HEX = re.compile(r"(?:[0-9a-f]{2}){8,}")


class Search:
    """Looks for needles; numbers are found in any grouping."""

    def __init__(self, needles: Iterable[str]) -> None:
        self._needles = frozenset(needles)
        self._lengths = sorted({len(needle) for needle in self._needles if needle.isdigit()})

    def found(self, data: bytes) -> set[str]:
        """Return the needles that stand in the data, in whatever spelling."""
        return {needle for view in spellings(data) for needle in self._in(view)}

    def _in(self, text: str) -> Iterator[str]:
        yield from self._needles.intersection(_WORD.findall(text))
        yield from self._needles.intersection(_CODE.findall(text))
        for match in _NUMBER.finditer(_RANDOM_ID.sub(" ", _MEASURE.sub(" ", text))):
            digits = re.sub(r"\D", "", match.group())
            for length in self._lengths:
                windows = (digits[start : start + length] for start in range(len(digits) - length + 1))
                yield from self._needles.intersection(windows)


def spellings(data: bytes) -> Iterator[str]:
    """Yield the data as texts in lower case: as it is, without what encodings and escapes add, decoded.

    Planted words are ASCII: Latin-1 reads them in every encoding but UTF-16, where NULs part the letters.
    """
    text = data.decode("latin-1")
    lowered = text.lower()
    yield lowered
    if "\0" in text:
        yield lowered.replace("\0", "")
    if "%" in text:
        yield unquote(lowered.replace("+", " "), encoding="latin-1")
    if "\\" in text:
        yield _ESCAPE.sub(_unescaped, lowered)
    if "&" in text:
        yield html.unescape(lowered)
    yield " ".join(decoded for token in _BASE64.findall(text) for decoded in _from_base64(token))
    yield " ".join(
        bytes.fromhex(token[shift : len(token) - (len(token) - shift) % 2]).decode("latin-1").lower()
        for token in _HEX.findall(lowered)
        for shift in (0, 1)
    )


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)).lower() if code else " "


def _from_base64(token: str) -> Iterator[str]:
    """Yield what a token decodes to from each of four beginnings: a value may stand anywhere in it."""
    standard = token.replace("-", "+").replace("_", "/")
    for shift in range(4):
        part = standard[shift:]
        part = part[:-1] if len(part) % 4 == 1 else part
        try:
            yield base64.b64decode(part + "=" * (-len(part) % 4)).decode("latin-1").lower()
        except binascii.Error:
            continue
