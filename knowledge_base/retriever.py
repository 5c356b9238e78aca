"""Finds the approved answer to a question, or says that there is none."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from knowledge_base.answer import ApprovedAnswer
from knowledge_base.config import RetrievalConfig
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.evidence import Encoder, Evidence, Query, Retrieval, Vectors
from knowledge_base.features import calibrate, describe, fuse, gather
from knowledge_base.governance import RequiredRoles
from knowledge_base.index import Filter, Index
from knowledge_base.loader import KnowledgeBase
from knowledge_base.quote import best_quote
from knowledge_base.vector_cache import VectorCache

MAX_CHARACTERS = 4000
"""What is read of a message; the longest labelled one has about 900."""

_NOTHING = Retrieval((), abstained=True)


Withdrawn = Callable[[], frozenset[str]]
"""Ids that are withdrawn for good, whatever the index says; asked at each search, so it must be quick."""


def _nothing_withdrawn() -> frozenset[str]:
    return frozenset()


@dataclass(frozen=True, slots=True)
class _State:
    """What searches see: swapped as a whole, never changed in place."""

    index: Index
    blocked: frozenset[str] = frozenset()
    """Answers taken out while the next index is being built."""
    withdrawn: frozenset[str] = frozenset()
    """Answers taken out for good: no later index brings them back."""


class Retriever:
    """Searches one knowledge base. Safe to share between threads; ``replace`` swaps the base in one step."""

    def __init__(
        self,
        index: Index,
        encoder: Encoder,
        config: RetrievalConfig,
        cache: VectorCache,
        withdrawn: Withdrawn = _nothing_withdrawn,
    ) -> None:
        self._state = _State(index)
        self._withdrawn = withdrawn
        self._encoder = encoder
        self._config = config
        self._cache = cache
        self._changing = threading.Lock()
        self._swapping = threading.Lock()

    @classmethod
    def build(
        cls,
        kb: KnowledgeBase,
        encoder: Encoder,
        config: RetrievalConfig,
        *,
        required_roles: RequiredRoles,
        cache_dir: Path | None = None,
        withdrawn: Withdrawn = _nothing_withdrawn,
    ) -> "Retriever":
        """Index a knowledge base; with ``cache_dir`` only passages not seen before are encoded."""
        cache = VectorCache(encoder, cache_dir)
        index = Index.build(kb, required_roles, config.lexical, cache, config.dense)
        return cls(index, encoder, config, cache, withdrawn)

    @property
    def encoder(self) -> Encoder:
        """What makes the vectors: one in memory is enough for whoever else needs some."""
        return self._encoder

    @property
    def fingerprint(self) -> str:
        """Fingerprint of the knowledge base in use."""
        return self._state.index.fingerprint

    def search(self, query: Query, k: int = 10) -> Retrieval:
        """Return the best ``k`` answers in force that fit the query's filters, best first.

        Raises:
            ValueError: ``k`` is below 1, or the query's vector does not fit the encoder.
        """
        if k < 1:
            raise ValueError(f"k must be at least 1, not {k}")
        query = replace(query, text=query.text[:MAX_CHARACTERS])
        vector = self._vector(query)
        while True:
            state, gone = self._state, self._withdrawn()
            found = _NOTHING if vector is None else self._search(state, gone, query, vector, k)
            if self._state is state and self._withdrawn() == gone:  # else something was withdrawn: look again
                return replace(found, fingerprint=state.index.fingerprint)

    def holds(self, retrieval: Retrieval) -> bool:
        """Whether everything found then may still be said: a draft takes longer than a search."""
        if not retrieval.evidence:
            return True
        state = self._state
        try:
            gone = state.blocked | state.withdrawn | self._withdrawn()
        except KnowledgeBaseError:
            return False
        if any(found.answer.id in gone for found in retrieval.evidence):
            return False
        if retrieval.fingerprint in ("", state.index.fingerprint):
            return True
        return all(_same(state.index, found.answer) for found in retrieval.evidence)

    def withdrawn_ids(self) -> frozenset[str]:
        """Everything withdrawn for good while running, or by the ledger."""
        return self._state.withdrawn | self._withdrawn()

    def knows(self, answer_id: str) -> ApprovedAnswer | None:
        """The answer of an id in the index in use."""
        index = self._state.index
        position = index.position.get(answer_id)
        return None if position is None else index.answers[position]

    def ids(self) -> frozenset[str]:
        """Ids of the answers in the index in use."""
        return frozenset(self._state.index.position)

    def replace(self, kb: KnowledgeBase) -> None:
        """Swap in another version of the knowledge base.

        What it withdraws or lacks is blocked at once, before the new index is built.
        """
        with self._changing:
            index = self._state.index
            same = {answer.id: answer for answer in kb.answers}
            gone = {answer.id for answer in index.answers if same.get(answer.id) != answer}
            with self._swapping:
                self._state = replace(self._state, blocked=self._state.blocked | gone)
            # Built outside the lock: a withdrawal does not wait for vectors.
            config = self._config
            index = Index.build(kb, index.roles, config.lexical, self._cache, config.dense)
            with self._swapping:
                self._state = _State(index, withdrawn=self._state.withdrawn)

    def withdraw(self, answer_ids: Iterable[str]) -> None:
        """Take answers out at once and for good: no later ``replace`` brings them back."""
        ids = frozenset(answer_ids)
        with self._swapping:
            self._state = replace(self._state, withdrawn=self._state.withdrawn | ids)

    def _vector(self, query: Query) -> Vectors | None:
        if query.vector is not None:
            vector = np.asarray(query.vector, dtype=np.float32).reshape(-1)
        elif query.text.strip() and self._state.index.answers:
            vector = self._encoder.encode([query.text], kind="query")[0]
        else:
            return None
        expected = self._state.index.dense.dimensions
        if expected and (vector.shape[0] != expected or not np.isfinite(vector).all()):
            raise ValueError(f"a finite vector of {expected} dimensions is expected, not {vector.shape[0]}")
        return vector

    def _search(
        self, state: _State, gone: frozenset[str], query: Query, vector: Vectors, k: int
    ) -> Retrieval:
        index = state.index
        allowed = index.allowed(Filter.of(query), gone | state.blocked | state.withdrawn)
        if not allowed.any():
            return _NOTHING
        candidates = gather(index, query.text, query.language, vector, allowed, self._config)
        fused = fuse(candidates, self._config)
        scores = calibrate(describe(candidates, fused), self._config)
        evidence: list[Evidence] = []
        ceiling = 1.0  # no score above that of an answer placed before
        for place in np.argsort(-fused, kind="stable")[:k]:
            ceiling = min(ceiling, float(scores[place]))
            answer = index.answers[candidates.positions[place]]
            evidence.append(_evidence(answer, ceiling, query, index.lexical.idf))
        return Retrieval(tuple(evidence), abstained=evidence[0].score < self._config.abstain.threshold)


def _same(index: Index, answer: ApprovedAnswer) -> bool:
    position = index.position.get(answer.id)
    return position is not None and index.answers[position] == answer


def _evidence(answer: ApprovedAnswer, score: float, query: Query, idf: dict[str, float]) -> Evidence:
    texts = answer.by_language()
    foreign = query.language not in texts
    language = query.language if not foreign else ("es" if "es" in texts else next(iter(texts)))
    quote = best_quote(texts[language].full, query.text, language, idf)
    return Evidence(answer, score, quote, cross_language=foreign)
