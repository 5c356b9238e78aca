"""Promises in what was sent: who of ours does something, and by when; the patterns are ``policies/promises.yaml``."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from policies.errors import PolicyError
from policies.files import read_bytes, validated, yaml_of

PROMISES_FILE = Path(__file__).resolve().parents[2] / "policies" / "promises.yaml"
MOST = 10
"""Promises of one reply; more are no reply to a customer."""
_SENTENCE = re.compile(r"[^\n](?:[^\n.!?;…]|[.!?;…]++(?!\s))*+[.!?;…]*")
"""A sentence ends with signs before a blank, or with its line; a run of signs is read once."""
_CLAUSE = re.compile(r"[,;:()]|\s(?:y|e|i|eta|and|pero|però|mais|mas|but)\s")


class Unit(StrEnum):
    """What the time of a promise is counted in."""

    HOURS = "hours"
    DAYS = "days"
    WORKING_DAYS = "working_days"
    WEEKS = "weeks"
    MONTHS = "months"
    THIS_WEEK = "this_week"
    NEXT_WEEK = "next_week"
    WEEKDAY = "weekday"
    DATE = "date"


_COUNTED = (Unit.HOURS, Unit.DAYS, Unit.WORKING_DAYS, Unit.WEEKS, Unit.MONTHS)


class _Phrase(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z]{2}\.[a-z-]{3,40}$")
    text: str = Field(min_length=4)
    unit: Unit
    count: int | None = Field(default=None, ge=0, le=400)


class _Language(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    numbers: dict[str, int]
    months: tuple[str, ...] = Field(min_length=12, max_length=12)
    weekdays: tuple[str, ...] = Field(min_length=7, max_length=7)
    commits: tuple[str, ...] = Field(min_length=1)
    yours: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    phrases: tuple[_Phrase, ...] = Field(min_length=1)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1]
    languages: dict[str, _Language]

    @model_validator(mode="after")
    def _ids(self) -> Self:
        ids = [phrase.id for language in self.languages.values() for phrase in language.phrases]
        if len(ids) != len(set(ids)):
            raise ValueError("phrases: an id is used twice")
        return self


@dataclass(frozen=True, slots=True)
class Found:
    """A promise in a text. ``count`` is a number of units, a weekday from 0 or a day of the month."""

    phrase: str
    unit: Unit
    count: int
    month: int | None
    start: int
    end: int
    """Code points of its sentence in the text."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    id: str
    unit: Unit
    count: int | None
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class _Speech:
    """One language, ready to search."""

    numbers: Mapping[str, int]
    months: tuple[str, ...]
    weekdays: tuple[str, ...]
    commits: tuple[re.Pattern[str], ...]
    yours: tuple[re.Pattern[str], ...]
    before: tuple[re.Pattern[str], ...]
    phrases: tuple[_Compiled, ...]


class Phrasebook:
    """Finds promises. A text in a language that it lacks is searched in Spanish."""

    def __init__(self, speeches: Mapping[str, _Speech]) -> None:
        self._speeches = speeches

    @classmethod
    def load(cls, file: Path = PROMISES_FILE) -> Self:
        """Read the patterns.

        Raises:
            PolicyError: names file and entry.
        """
        read = validated(_File, yaml_of(file, read_bytes(file)), file)
        if "es" not in read.languages:
            raise PolicyError(f"{file}: languages: es is missing")
        return cls({code: _speech(file, code, given) for code, given in read.languages.items()})

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages it knows."""
        return tuple(self._speeches)

    def find(self, text: str, language: str) -> tuple[Found, ...]:
        """The promises of a text, one a sentence at most: the first time that it names.

        Args:
            text: redacted; its offsets are given back where its accents are composed (NFC).
            language: a code such as ``es`` or ``es-MX``.
        """
        speech = self._speeches.get(language[:2].lower()) or self._speeches["es"]
        composed = unicodedata.normalize("NFC", text)
        found: list[Found] = []
        for match in _SENTENCE.finditer(composed):
            if any(pattern.search(match.group()) for pattern in speech.commits):
                found += _in_sentence(speech, match)
        kept = tuple(found[:MOST])
        if len(composed) == len(text):
            return kept
        # Offsets into the composed text would cut the text as it is at the wrong place: the whole of it is named.
        return tuple(Found(f.phrase, f.unit, f.count, f.month, 0, len(text)) for f in kept)


def _in_sentence(speech: _Speech, sentence: re.Match[str]) -> Iterator[Found]:
    times = [
        (match.start(), number, match, phrase)
        for number, phrase in enumerate(speech.phrases)
        for match in phrase.pattern.finditer(sentence.group())
    ]
    for _, _, match, phrase in sorted(times, key=lambda item: item[:2]):
        if _is_ours(speech, sentence.group(), match):
            made = _found(speech, phrase, match, sentence)
            if made is not None:
                yield made
                return


def _is_ours(speech: _Speech, sentence: str, time: re.Match[str]) -> bool:
    """Tell whether it is us who keep the time, not the customer, and not a condition."""
    if any(pattern.search(sentence[: time.start()]) for pattern in speech.before):
        return False
    start = max((m.end() for m in _CLAUSE.finditer(sentence, 0, time.start())), default=0)
    following = _CLAUSE.search(sentence, time.end())
    clause = sentence[start : following.start() if following else len(sentence)]
    return not any(pattern.search(clause) for pattern in speech.yours)


def _found(speech: _Speech, phrase: _Compiled, match: re.Match[str], sentence: re.Match[str]) -> Found | None:
    groups = {name: value for name, value in match.groupdict().items() if value is not None}
    month = None
    if phrase.unit is Unit.WEEKDAY:
        count: int | None = speech.weekdays.index(groups["weekday"].lower())
    elif phrase.unit is Unit.DATE:
        count, month = int(groups["day"]), speech.months.index(groups["month"].lower()) + 1
    elif phrase.unit in _COUNTED and phrase.count is None:
        numbers = [_number(speech, value) for name, value in groups.items() if name.startswith("n")]
        count = max(numbers, default=None)
    else:
        count = phrase.count or 0
    # Beyond a year it is no term to answer in; a number as large is a reference.
    if count is None or count > 400:
        return None
    start = sentence.start() + len(sentence.group()) - len(sentence.group().lstrip())
    return Found(phrase.id, phrase.unit, count, month, start, sentence.end())


def _number(speech: _Speech, text: str) -> int:
    return int(text) if text.isdigit() else speech.numbers[text.lower()]


def _speech(file: Path, code: str, given: _Language) -> _Speech:
    def compiled(text: str) -> re.Pattern[str]:
        try:
            return re.compile(_expanded(text, given), re.IGNORECASE)
        except re.error as error:
            raise PolicyError(f"{file}: languages > {code}: a pattern cannot be read: {error.msg}") from None

    for phrase in given.phrases:
        if phrase.unit in _COUNTED and phrase.count is None and "NUM" not in phrase.text:
            raise PolicyError(f"{file}: {phrase.id}: counts nothing: needs NUM or count")
    return _Speech(
        numbers=given.numbers,
        months=given.months,
        weekdays=given.weekdays,
        commits=tuple(compiled(text) for text in given.commits),
        yours=tuple(compiled(text) for text in given.yours),
        before=tuple(compiled(text) for text in given.before),
        phrases=tuple(_Compiled(p.id, p.unit, p.count, compiled(p.text)) for p in given.phrases),
    )


def _expanded(text: str, given: _Language) -> str:
    """The pattern with its names filled in; each NUM is a group of its own."""
    words = "|".join(re.escape(word) for word in sorted(given.numbers, key=len, reverse=True))
    parts = text.split("NUM")
    filled = parts[0]
    for number, part in enumerate(parts[1:]):
        filled += rf"(?P<n{number}>\d{{1,3}}|{words})" + part
    filled = filled.replace("MONTH", "(?P<month>" + "|".join(given.months) + ")")
    return filled.replace("WEEKDAY", "(?P<weekday>" + "|".join(given.weekdays) + ")")
