"""Takes the customer's first name out of what people write about a case, however it is written. Words are data."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Self

from cases.name_patterns import NAMES_FILE, load_words
from cases.sealing import Sealer
from models.redaction.approved import approved_places, stands_within
from models.redaction.gazetteer import Gazetteer, load_gazetteer
from models.redaction.normaliser import View, fold, plain
from models.text import RawText, RedactedText

NAME_MASK = "[PERSONA]"
"""Stands for the customer's name where the redactor left it."""
NO_NAME = ""
"""The marks of a case whose customer told no name."""
_WORD = re.compile(r"[^\W\d_]+")
_SHORTEST = 2
"""Letters of a name's part; a single letter is an initial, and stands in too many words."""
_STEM = 3
"""Letters before an ending: "anak" is Ana's, "jon" is nobody's."""
_AGAIN = re.compile(rf"{re.escape(NAME_MASK)}(?:[ \t-]+{re.escape(NAME_MASK)})+")
_OPENING = re.compile(r"(?:\A|[.!?…\n])[\s¡¿\"«“(]*\Z")
"""Before a word that has its capital from the sentence."""


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a text, without accents and in small letters, and its place in the text as it is read."""

    plain: str
    written: str
    opens: bool
    """Whether a sentence begins with it."""
    start: int
    end: int


IsName = Callable[[_Word], bool]


@dataclass(frozen=True, slots=True)
class NameMask:
    """Finds one customer's name in texts: in any case, without or with other accents, with an ending of case."""

    _is_name: IsName
    _words_in_small_letters: Collection[str] = ()
    sure: bool = True
    """Whether the name is known; else any known first name is taken for it."""

    def mask(self, text: RedactedText, spared: Iterable[str] = ()) -> RedactedText:
        """The text without the name.

        Args:
            spared: what stays where it stands as it is: placeholders, and approved sentences of the draft.
        """
        if not text.value:
            return text
        view = fold(text.value)
        places = [view.span(word.start, word.end) for word in self._found(view)]
        approved = approved_places(text.value, spared) if places else []
        parts, last = [], 0
        for start, end in places:
            if stands_within(start, end, approved):
                continue
            parts += [text.value[last:start], NAME_MASK]
            last = end
        if not parts:
            return text
        return RedactedText(_AGAIN.sub(NAME_MASK, "".join((*parts, text.value[last:]))))

    def names(self, text: str) -> bool:
        """Whether a text holds the name as a name: plain words in small letters ("sol") may be just that."""
        return any(
            not (word.written.islower() and word.plain in self._words_in_small_letters)
            for word in self._found(fold(text))
        )

    def _found(self, view: View) -> Iterator[_Word]:
        told: dict[tuple[str, bool], bool] = {}
        for match in _WORD.finditer(plain(view.text)):
            start, end = match.span()
            opens = _OPENING.search(view.text[max(0, start - 10) : start]) is not None
            word = _Word(match.group(), view.text[start:end], opens, start, end)
            key = (word.written, opens)
            if key not in told:
                told[key] = self._is_name(word)
            if told[key]:
                yield word


@dataclass(frozen=True, slots=True)
class NameMasks:
    """Makes masks of names, and the marks by which a name is known again when the vault has forgotten it."""

    particles: frozenset[str]
    endings: tuple[str, ...]
    words_in_small_letters: frozenset[str]
    lists: Gazetteer

    @classmethod
    def load(cls, file: Path = NAMES_FILE) -> Self:
        """Read the words.

        Raises:
            PolicyError: names file, entry and field.
            ArtifactError: the lists of names are missing.
        """
        words = load_words(file)
        endings = {plain(one) for told in words.endings.values() for one in told}
        return cls(
            frozenset(map(plain, words.particles)),
            tuple(sorted(endings, key=lambda one: (-len(one), one))),
            frozenset(map(plain, words.words_in_small_letters)),
            load_gazetteer(),
        )

    def of_names(self, names: Iterable[RawText]) -> NameMask:
        """The mask of names at hand."""
        return self._mask(_parts_of(names).__contains__)

    def of_case(
        self, case_id: str, marks: str | None, sealer: Sealer, *, also: Iterable[RawText] = ()
    ) -> NameMask:
        """The mask of a case's customer.

        Args:
            marks: as ``name_marks`` made them; None where they were dropped or never made: then every known first
                name is masked.
            also: names at hand.
        """
        told = _parts_of(also)
        if marks is None:
            return NameMask(self._with_endings(self._any_first_name(told)), sure=False)
        kept = frozenset(marks.split())
        return self._mask(lambda part: part in told or (kept and sealer.name_mark(case_id, part) in kept))

    def _mask(self, known: Callable[[str], object]) -> NameMask:
        is_name = self._with_endings(lambda word: bool(known(word.plain)))
        return NameMask(is_name, self.words_in_small_letters)

    def _with_endings(self, known: IsName) -> IsName:
        """Also where an ending of case is written onto the name."""

        def is_name(word: _Word) -> bool:
            if len(word.plain) < _SHORTEST or word.plain in self.particles:
                return False
            if known(word):
                return True
            stems = (
                replace(word, plain=word.plain[: -len(ending)])
                for ending in self.endings
                if word.plain.endswith(ending) and len(word.plain) >= len(ending) + _STEM
            )
            return any(map(known, stems))

        return is_name

    def _any_first_name(self, told: frozenset[str]) -> IsName:
        """Where nobody knows the name: what the lists have, a plain word only with a capital of its own."""
        given, common = self.lists.given, self.lists.common

        def is_name(word: _Word) -> bool:
            if word.plain in told:
                return True
            whole = plain(word.written)
            if word.plain not in given or (whole in common and whole not in given):
                return False  # of "nuestras" no ending is taken off
            return word.plain not in common or (word.written[0].isupper() and not word.opens)

        return is_name


def name_marks(case_id: str, names: Iterable[RawText], sealer: Sealer) -> str:
    """Keyed hashes of the parts of names, for one case: with the key they tell whether a word is one of them."""
    return " ".join(sorted(sealer.name_mark(case_id, part) for part in _parts_of(names)))


@lru_cache(maxsize=4)
def name_masks(file: Path = NAMES_FILE) -> NameMasks:
    """The masks of a file of words, read once. Raises as ``NameMasks.load``."""
    return NameMasks.load(file)


def _parts_of(names: Iterable[RawText]) -> frozenset[str]:
    """The words of names, as texts are compared with them."""
    words = (word for name in names for word in _WORD.findall(plain(fold(name.reveal()).text)))
    return frozenset(word for word in words if len(word) >= _SHORTEST)
