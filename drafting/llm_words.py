"""What a sentence states besides its wording: figures, addresses, names, negations, words that promise."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from drafting.channels import URL
from drafting.topics import fold

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_TOKEN = re.compile(r"\S*\d\S*")
_WORD = re.compile(r"[^\W\d_]+(?:['’·-][^\W\d_]+)*")
_WORD_OR_NUMBER = re.compile(r"\w[\w.,:/'’·-]*\w|\w")
_MARKS = "¡!¿?.,;:()[]«»\"'’…"


@dataclass(frozen=True)
class Statement:
    """One sentence, with what it states read out of it once."""

    text: str

    @cached_property
    def folded(self) -> str:
        """Lower case, without accents, blanks single."""
        return " ".join(fold(self.text).split())

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Its words and numbers in order, folded."""
        return tuple(_WORD_OR_NUMBER.findall(self.folded))

    @cached_property
    def facts(self) -> frozenset[str]:
        """Addresses, and runs of everything with a digit in it (prices, phones, dates, codes), folded."""
        found: set[str] = set()
        rest = self.folded
        for pattern in (URL, _EMAIL):
            found.update(match.rstrip("/") for match in pattern.findall(rest))
            rest = pattern.sub(" ", rest)
        found.update(token.strip(_MARKS) for token in _TOKEN.findall(rest))
        return frozenset(found - {""})

    @cached_property
    def names(self) -> frozenset[str]:
        """Words with a capital that do not open a sentence, folded."""
        found: set[str] = set()
        opens = True
        for match in re.finditer(r"[.!?…:]|[^\W\d_][\w'’·-]*", self.text):
            token = match.group()
            if not token[0].isalpha():
                opens = True
                continue
            if token[0].isupper() and not opens:
                found.add(fold(token))
            opens = False
        return frozenset(found)

    def units(self, numbers: frozenset[str], function_words: frozenset[str]) -> frozenset[str]:
        """Number words and figures with the word that follows, where that is no function word: ``3 dias``."""
        found: set[str] = set()
        for word, following in zip(self.words, (*self.words[1:], ""), strict=True):
            if word in numbers or any(character.isdigit() for character in word):
                unit = "" if following in function_words or following in numbers else following
                found.add(f"{word} {unit}".strip())
        return frozenset(found)

    def holds(self, entry: str) -> bool:
        """Whether a folded word or phrase stands in it as whole words."""
        if " " in entry:
            return f" {entry} " in f" {' '.join(self.words)} "
        return entry in self.words

    def counts(self, groups: Mapping[str, frozenset[str]]) -> dict[str, int]:
        """How many words of each group it has."""
        return {
            name: sum(word in entries for word in self.words)
            + sum(self.holds(entry) for entry in entries if " " in entry)
            for name, entries in groups.items()
        }

    def begins(self, starts: Iterable[str]) -> Iterator[str]:
        """Those of the folded beginnings that one of its words (or its text, for phrases) has."""
        for start in starts:
            if " " in start:
                if self.holds(start):
                    yield start
            elif any(word.startswith(start) for word in self.words):
                yield start


def strange_characters(text: str, allowed: str, source: str) -> str:
    """Characters that are neither Latin letters, nor digits 0-9, nor allowed, nor in the source."""
    known = set(allowed) | set(source) | set("0123456789")
    return "".join(character for character in text if character not in known and not _latin(character))


def _latin(character: str) -> bool:
    return character.isalpha() and unicodedata.name(character, "").startswith("LATIN ")


def folded_words(words: Iterable[str]) -> frozenset[str]:
    """Words as statements compare them."""
    return frozenset(" ".join(fold(word).split()) for word in words)
