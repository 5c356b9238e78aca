"""Turns text into the terms that the lexical index compares: folded, without stop words, stemmed."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

import Stemmer

from knowledge_base.yaml_nodes import parse_mapping

ALGORITHMS: Mapping[str, str] = {
    "es": "spanish",
    "ca": "catalan",
    "gl": "portuguese",  # Snowball has no Galician; Portuguese is the closest by morphology
    "eu": "basque",
    "pt": "portuguese",
    "en": "english",
}

_WORD = re.compile(r"[a-z0-9]+(?:[.,]\d+)*")
_ACCENTS = re.compile(r"[\u0300-\u036f]+")
_REPEATED = re.compile(r"([a-z])\1{2,}")


def fold(text: str) -> str:
    """Lower case without accents (``ñ`` and ``ç`` lose theirs too, as people drop them)."""
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", text.casefold()))


def words(text: str) -> list[str]:
    """Folded words and numbers in order; drawn-out letters are shortened (``holaaaa``)."""
    return _WORD.findall(_REPEATED.sub(r"\1", fold(text)))


def terms(text: str, language: str) -> list[str]:
    """Stems of the content words; all words when nothing but function words is there."""
    found = words(text)
    stops = stop_words(language)
    content = [word for word in found if word not in stops] or found
    return [stem(word, language) for word in content]


def grams(text: str, language: str, size: int = 4) -> list[str]:
    """Character n-grams of the content words with their borders: survive typing errors and cognates."""
    found = words(text)
    stops = stop_words(language)
    content = [word for word in found if word not in stops] or found
    return [gram for word in content for gram in _grams(word, size)]


def shingles(text: str, size: int = 3) -> frozenset[tuple[str, ...]]:
    """Runs of words, to compare texts for near-duplicates."""
    found = words(text)
    if len(found) < size:
        return frozenset([tuple(found)]) if found else frozenset()
    return frozenset(tuple(found[i : i + size]) for i in range(len(found) - size + 1))


@cache
def stop_words(language: str) -> frozenset[str]:
    """Function words of a language, folded; Spanish ones for a language without a list."""
    lists = _stop_word_lists()
    return lists.get(language, lists["es"])


@cache
def _stop_word_lists() -> Mapping[str, frozenset[str]]:
    text = Path(__file__).with_name("stop_words.yaml").read_text(encoding="utf-8")
    return {language: frozenset(str(found).split()) for language, found in parse_mapping(text).values.items()}


@lru_cache(maxsize=4096)
def stem(word: str, language: str) -> str:
    """The Snowball stem of a folded word; numbers stay as they are."""
    if word[0].isdigit():
        return word
    # A stemmer keeps the word that it works on: one for each call (a third of a microsecond), not shared by threads.
    return str(Stemmer.Stemmer(ALGORITHMS.get(language, "spanish"), 0).stemWord(word))


@lru_cache(maxsize=4096)
def _grams(word: str, size: int) -> tuple[str, ...]:
    if word[0].isdigit():
        return (word,)
    padded = f"_{word}_"
    if len(padded) <= size:
        return (padded,)
    return tuple(padded[i : i + size] for i in range(len(padded) - size + 1))
