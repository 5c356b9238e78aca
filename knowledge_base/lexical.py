"""The lexical half of the retriever: BM25 over stems, and over character n-grams for typing errors."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import bm25s
import numpy as np
import numpy.typing as npt

from knowledge_base import analysis
from knowledge_base.answer import ApprovedAnswer
from knowledge_base.config import LexicalConfig

Cut = Callable[[str, str], list[str]]
Scores = npt.NDArray[np.float32]

MAX_QUERY_WORDS = 200
"""Words of a question that are looked up; the longest labelled message has about 150."""

_EMPTY = "\x00"
_NOT_WORDS = re.compile(r"\[[A-ZÑ][A-ZÑ_]*_[\w•]+\]|https?://\S+|@\w+")


@dataclass(frozen=True, slots=True)
class LexicalQuery:
    """A question as the index reads it."""

    words: tuple[tuple[str, ...], ...]
    """For each content word, its stems in the languages of the index and of the question."""
    grams: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LexicalScores:
    """One number for each answer, (answers,)."""

    word: Scores
    gram: Scores


class LexicalIndex:
    """Every answer as one bag of stems and one of character n-grams, over all its languages."""

    def __init__(self, answers: Sequence[ApprovedAnswer], config: LexicalConfig) -> None:
        self._size = config.gram_size
        self._languages = sorted({code for answer in answers for code in answer.by_language()})
        self._count = len(answers)
        stems = [_bag(answer, config.title_weight, analysis.terms) for answer in answers]
        grams = [_bag(answer, config.title_weight, self._grams) for answer in answers]
        self._idf, self._rarest = _idf(stems)
        self._number = {stem: number for number, stem in enumerate(self._idf)}
        self._terms = [np.array([self._number[stem] for stem in set(bag)], dtype=np.int32) for bag in stems]
        self._gram_idf, self._rarest_gram = _idf(grams)
        self._word_index = _bm25(stems, config)
        self._gram_index = _bm25(grams, config)

    @property
    def idf(self) -> dict[str, float]:
        """Rarity of each stem of the base."""
        return self._idf

    def prepare(self, text: str, language: str) -> LexicalQuery:
        """Cut a question into the terms of the index; placeholders, links and handles do not count."""
        clean = _NOT_WORDS.sub(" ", text)
        found = analysis.words(clean)[:MAX_QUERY_WORDS]
        stops = analysis.stop_words(language)
        content = [word for word in dict.fromkeys(found) if word not in stops] or list(dict.fromkeys(found))
        languages = dict.fromkeys((language, *self._languages))
        stems = tuple(tuple({analysis.stem(word, code): None for code in languages}) for word in content)
        return LexicalQuery(stems, tuple(analysis.grams(" ".join(content), language, self._size)))

    def score(self, query: LexicalQuery) -> LexicalScores:
        """Score every answer of the index, in its order."""
        stems = list(dict.fromkeys(stem for alternatives in query.words for stem in alternatives))
        return LexicalScores(
            word=_lookup(self._word_index, self._idf, stems, self._count),
            gram=_lookup(self._gram_index, self._gram_idf, query.grams, self._count),
        )

    def coverage(self, query: LexicalQuery, positions: npt.NDArray[np.int64]) -> Scores:
        """Share of the question's content words found in each answer, weighted by rarity; 0 to 1, (positions,)."""
        found = np.zeros(len(positions), dtype=np.float32)
        bags = [self._terms[position] for position in positions]
        terms = np.concatenate(bags) if bags else np.zeros(0, dtype=np.int32)
        starts = np.cumsum([0, *(len(bag) for bag in bags[:-1])])
        asked = np.zeros(len(self._number), dtype=bool)
        mass = 0.0
        for alternatives in query.words:
            weight = max(self._idf.get(stem, self._rarest) for stem in alternatives)
            mass += weight
            known = [self._number[stem] for stem in alternatives if stem in self._number]
            if known and bags:
                asked[known] = True
                found += weight * np.logical_or.reduceat(asked[terms], starts).astype(np.float32)
                asked[known] = False
        return found / np.float32(max(mass, 1e-6))

    def gram_share(self, query: LexicalQuery, gram: Scores) -> Scores:
        """These n-gram scores over the most that the question could reach; about 0 to 2."""
        mass = sum(self._gram_idf.get(item, self._rarest_gram) for item in query.grams)
        return gram / np.float32(max(mass, 1e-6))

    def _grams(self, text: str, language: str) -> list[str]:
        return analysis.grams(text, language, self._size)


def _bag(answer: ApprovedAnswer, title_weight: int, cut: Cut) -> list[str]:
    bag: list[str] = []
    for language, text in answer.by_language().items():
        bag += cut(" ".join((*[text.title] * title_weight, *text.questions, text.full, text.short)), language)
    return bag or [_EMPTY]  # text without any word, such as "???"


def _idf(bags: Sequence[Sequence[str]]) -> tuple[dict[str, float], float]:
    """Lucene's idf of each term, and that of a term that no answer has."""
    frequency = Counter(term for bag in bags for term in set(bag))
    count = len(bags)
    known = {term: float(np.log1p((count - n + 0.5) / (n + 0.5))) for term, n in frequency.items()}
    return known, float(np.log1p((count + 0.5) / 0.5))


def _bm25(bags: list[list[str]], config: LexicalConfig) -> bm25s.BM25 | None:
    if not bags:
        return None
    index = bm25s.BM25(method="lucene", k1=config.k1, b=config.b)
    index.index(bags, show_progress=False)
    return index


def _lookup(index: bm25s.BM25 | None, known: dict[str, float], items: Sequence[str], count: int) -> Scores:
    found = [item for item in items if item in known]
    if index is None or not found:
        return np.zeros(count, dtype=np.float32)
    return np.asarray(index.get_scores(found), dtype=np.float32)
