"""Products that a message names: what the redactor marked as a medicine, and capitalised words in their place.

Read only in a message that is a suspected adverse event: there "con el Velarina" is a product. What is a person, a
place, a company, the account's own name, a common word or a sentence's first word is none; the lists are data.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from models.redaction.folding import fold_word
from models.redaction.gazetteer import load_gazetteer
from models.redaction.name_words import NameWords, is_shouting
from models.redaction.tokens import tokenize
from models.spans import HEALTH_ENTITIES, Span
from models.understanding.asked_products import asked_for
from models.understanding.report_words import ReportWords
from models.vocabulary import Language

SHORTEST = 4
"""Letters of a name: shorter ones are abbreviations (TAC, INR)."""
ACRONYM = 5
"""Letters up to which a word in capitals alone is an abbreviation."""
REACH = 4
"""Words looked back for a word of a kind ("faja térmica Velarina", "vacuna de la gripe Velarina")."""
MARKED = 2
"""Words of a marked medicine in which one without a capital is a name; in a longer one it may be any word."""
_WORD = re.compile(r"[^\W\d_]+(?:[-·][^\W\d_]+)*")
_GAP = re.compile(r"[ \t\u00a0]+[\"“«‘']?|['’´]")
"""Between two words of one phrase: blanks, an opening quotation mark, an elision."""
BEFORE = 40
"""Code points before a substance in which an allergy to it is told."""
_HANDLE = frozenset("@#/.\\&_")


@dataclass(frozen=True, slots=True)
class ProductMention:
    """One place that names a product or its kind: code points, half open."""

    start: int
    end: int
    named: bool
    """It holds more than words of a kind."""


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    key: str
    text: str

    @property
    def capital(self) -> bool:
        return self.text[0].isupper()


@dataclass(frozen=True, slots=True)
class ProductMentions:
    """Finds them. Pure and safe for threads."""

    words: ReportWords
    names: NameWords

    @classmethod
    def load(cls, lexicons_dir: Path) -> Self:
        """Read the words. Raises ArtifactError when a list is missing or damaged."""
        return cls(ReportWords.load(lexicons_dir), NameWords(load_gazetteer()))

    def find(
        self, text: str, spans: Sequence[Span] = (), *, language: str = "es", own: Collection[str] = ()
    ) -> Iterator[ProductMention]:
        """Yield products: the marked ones, then names in the running text.

        Args:
            spans: what the redactor found in the text.
            own: the account's company and brands: no product of their own.
        """
        ours = frozenset(word.key for name in own for word in _words(name))
        for span in spans:
            if span.entity_type == "MEDICATION" and self._is_told(text, span.start, span.end):
                named = self._marked_name(text[span.start : span.end], language, ours)
                yield ProductMention(span.start, span.end, named)
        words = _words(text)
        silent = _capitals_say_nothing(text, words)
        taken = _places([span for span in spans if span.entity_type not in HEALTH_ENTITIES])
        for index, word in enumerate(words):
            if word.key in ours or not taken.isdisjoint(range(word.start, word.end)):
                continue
            named = self._is_substance(word) or (
                not silent and self._may_name(text, word) and self._introduced(text, words, index, language)
            )
            if named and self._is_told(text, word.start, word.end):
                yield ProductMention(word.start, word.end, named=True)

    def _is_substance(self, word: _Word) -> bool:
        return word.key in self.words.substances and word.key not in self.words.not_a_product

    def _is_told(self, text: str, start: int, end: int) -> bool:
        """Whether it may have been taken: no question asks for it, and nobody only says to be allergic to it."""
        return not asked_for(self.words, text, start, end) and not self._only_allergy(text, start, end)

    def _only_allergy(self, text: str, start: int, end: int) -> bool:
        if not any(word.key in self.words.substances for word in _words(text[start:end])):
            return False
        before = [word.key for word in _words(text[max(0, start - BEFORE) : start])]
        while before and before[-1] in self.words.articles:
            if self.words.allergies.end(before):
                return True
            before.pop()
        return self.words.allergies.end(before)

    def _marked_name(self, marked: str, language: str, ours: Collection[str]) -> bool:
        """Whether a marked medicine has a name beside ours: a substance, a capitalised word, or a lone one that is no
        kind."""
        words = [word for word in _words(marked) if word.key not in ours]
        if any(word.key in self.words.substances for word in words):
            return True
        # The list of common words is Spanish: elsewhere a word in small letters may be any.
        lone = len(words) <= MARKED and language == Language.ES
        return any(self._says_something(word, lone) for word in words if self.names.is_unknown(word.key))

    def _says_something(self, word: _Word, lone: bool) -> bool:
        words, key = self.words, word.key
        if len(key) < SHORTEST or key in words.kinds or key in words.not_a_product:
            return False
        return word.capital or (lone and not any(key in known for known in (words.fillers, words.intake)))

    def _may_name(self, text: str, word: _Word) -> bool:
        """Whether a word is capitalised and may be a product's name wherever it stands."""
        if not word.capital or len(word.text) < SHORTEST:
            return False
        if (word.text.isupper() and len(word.text) <= ACRONYM) or text[
            word.start - 1 : word.start
        ] in _HANDLE:
            return False
        known = word.key in self.words.not_a_product or word.key in self.words.kinds
        return not known and self.names.is_unknown(word.key)

    def _introduced(self, text: str, words: Sequence[_Word], index: int, language: str) -> bool:
        """Whether what stands around a capitalised word makes it a product's name."""
        before = _phrase_before(text, words, index)
        if not before or (words[index].text.isupper() and before[-1].text.isupper()):
            return False  # a sentence begins here, or part of it is shouted
        if before[-1].capital and len(before) > 1:
            return False  # of a longer name: "Residencia Los Tilares"
        if self._after_kind(before) or self._before_kind(text, words, index):
            return True
        key, keys = words[index].key, [word.key for word in before]
        if self.names.is_given(key) or key in self.names.lists.surnames:
            return False
        code = Language(language) if language in self.words.introducers else Language.ES
        if self.words.brings[code].end(keys):
            return True
        return keys[-1] in self.words.introducers[code] and not self.words.elsewhere[code].end(keys)

    def _after_kind(self, before: Sequence[_Word]) -> bool:
        for word in reversed(before):
            if word.key in self.words.kinds or word.key in self.words.containers:
                return True
            if word.key in self.words.breaks or word.capital:
                return False
        return False

    def _before_kind(self, text: str, words: Sequence[_Word], index: int) -> bool:
        """As Basque and English have it, and a name before its form: "Velarina krema", "el Tosival jarabe"."""
        if index + 1 >= len(words) or not _GAP.fullmatch(text[words[index].end : words[index + 1].start]):
            return False
        following = words[index + 1]
        return not following.capital and following.key in self.words.kinds


def _words(text: str) -> list[_Word]:
    return [
        _Word(match.start(), match.end(), fold_word(match.group()), match.group())
        for match in _WORD.finditer(text)
    ]


def _places(spans: Sequence[Span]) -> frozenset[int]:
    """The code points that spans cover."""
    return frozenset(place for span in spans for place in range(span.start, span.end))


def _phrase_before(text: str, words: Sequence[_Word], index: int) -> list[_Word]:
    """The words before one, at most ``REACH``, that only blanks part from it and from one another."""
    before: list[_Word] = []
    step = index
    while step > 0 and len(before) < REACH and _GAP.fullmatch(text[words[step - 1].end : words[step].start]):
        step -= 1
        before.insert(0, words[step])
    return before


def _capitals_say_nothing(text: str, words: Sequence[_Word]) -> bool:
    """Whether a message is shouted, or writes every word with a capital."""
    long = [word for word in words if len(word.text) >= SHORTEST]
    return is_shouting(tokenize(text)) or (
        len(long) > 3 and sum(word.capital for word in long) / len(long) > 0.6
    )
