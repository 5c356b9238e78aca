"""The words by which people say their own name, as data, and expressions made of them."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from policies.files import read_bytes, validated, yaml_of

NAMES_FILE = Path(__file__).resolve().parent.parent / "policies" / "customer_names.yaml"
BREAK = r"[ \t]*[,.:;!\-–—]*[ \t]*"
"""Between a closing and the name."""


class NameWords(BaseModel):
    """policies/customer_names.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1]
    introductions: dict[str, tuple[str, ...]] = Field(min_length=1)
    opening_only: tuple[str, ...]
    other_words: tuple[str, ...]
    introduced_after: dict[str, tuple[str, ...]]
    not_introduced_after: tuple[str, ...]
    articles: tuple[str, ...]
    not_after: tuple[str, ...]
    reported: tuple[str, ...]
    closings: dict[str, tuple[str, ...]] = Field(min_length=1)
    closings_on_their_own_line: dict[str, tuple[str, ...]]
    joined_by: tuple[str, ...]
    titles: tuple[str, ...]
    words_in_small_letters: tuple[str, ...]
    compounds: dict[str, tuple[str, ...]]
    particles: tuple[str, ...]
    endings: dict[str, tuple[str, ...]]
    not_a_person: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NamePatterns:
    """The words of the file as expressions over folded text."""

    introduced: re.Pattern[str]
    within: re.Pattern[str]
    """An introduction that the redactor took for part of the name ("I'm Mary")."""
    other: re.Pattern[str]
    """Over small letters with their accents."""
    opening: re.Pattern[str]
    introduced_after: re.Pattern[str]
    not_introduced_after: re.Pattern[str]
    """Words that those after a name make a sentence with, not a name ("Izan naiz")."""
    not_after: re.Pattern[str]
    reported: re.Pattern[str]
    closed: re.Pattern[str]
    closing: re.Pattern[str]
    """A closing itself: half of one may be a name ("Mila esker")."""
    joined_after: re.Pattern[str]
    joined_before: re.Pattern[str]


def fold(text: str) -> str:
    """Small letters without accents, as many as before where the text is composed."""
    return "".join(map(_plain, composed(text)))


def composed(text: str) -> str:
    """Every letter with its accent as one code point."""
    return unicodedata.normalize("NFC", text)


def _plain(char: str) -> str:
    small = char.lower()
    base = unicodedata.normalize("NFD", small)[:1] if len(small) == 1 else char
    return "'" if base in "’‘´`" else base


def _any(words: Iterable[str]) -> str:
    """An expression for any of the words or phrases, longer ones first."""
    phrases = sorted({fold(word) for word in words}, key=lambda phrase: (-len(phrase), phrase))
    return "|".join(r"\s+".join(map(re.escape, phrase.split())) for phrase in phrases)


def _all(groups: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    for words in groups.values():
        yield from words


def patterns_of(words: NameWords) -> NamePatterns:
    """The expressions of a file."""
    cues = _any((*_all(words.introductions), *words.opening_only))
    article = rf"(?:(?:{_any(one for one in words.articles if not one.endswith(chr(39)))})\s+"
    article += rf"|(?:{_any(one for one in words.articles if one.endswith(chr(39)))}))?"
    closing, line = _any(_all(words.closings)), _any(_all(words.closings_on_their_own_line))
    return NamePatterns(
        introduced=re.compile(rf"(?<![\w'-])(?:{cues})\s*[:,]?\s+{article}[\"«“]?\Z"),
        within=re.compile(rf"(?:{cues})\s+"),
        other=re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, words.other_words)) + r")(?!\w)"),
        opening=re.compile(rf"(?:{_any(words.opening_only)})\b"),
        introduced_after=re.compile(rf"\s+(?:{_any(_all(words.introduced_after))})(?!\w)"),
        not_introduced_after=re.compile(rf"(?:{_any(words.not_introduced_after)})\Z"),
        not_after=re.compile(rf"(?<!\w)(?:{_any(words.not_after)})\s+\Z"),
        reported=re.compile(rf"(?<!\w)(?:{_any(words.reported)})(?!\w)"),
        closed=re.compile(
            rf"(?<!\w)(?:(?:{closing}){BREAK}\n?|(?:{line}){BREAK}\n)\s*\Z",
        ),
        closing=re.compile(rf"(?:{closing}|{line})(?!\w)"),
        joined_after=re.compile(rf"\s*(?:,|(?:{_any(words.joined_by)})(?!\w))\s*"),
        joined_before=re.compile(rf"\s+(?:{_any(words.joined_by)})\s+\Z"),
    )


def load_words(file: Path = NAMES_FILE) -> NameWords:
    """Read the file.

    Raises:
        PolicyError: names file, entry and field.
    """
    return validated(NameWords, yaml_of(file, read_bytes(file)), file)


def closings_of(words: NameWords) -> frozenset[str]:
    """Each word of a closing by itself, folded: "Cumprimentos" alone on its line signs nothing."""
    closings = (*_all(words.closings), *_all(words.closings_on_their_own_line))
    return frozenset(part for closing in closings for part in fold(closing).split() if len(part) > 3)
