"""One immutable index over the approved answers: vectors of their passages, and their terms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import faiss
import numpy as np
import numpy.typing as npt

from knowledge_base.answer import ApprovedAnswer
from knowledge_base.config import LexicalConfig
from knowledge_base.evidence import Query, Vectors
from knowledge_base.governance import RefusalCode, RequiredRoles, fold_tag, in_force
from knowledge_base.lexical import LexicalIndex
from knowledge_base.loader import KnowledgeBase
from knowledge_base.vector_cache import VectorCache

Mask = npt.NDArray[np.bool_]

FULL, QUESTION, SHORT = range(3)
"""Kinds of passages."""

_NEVER = {RefusalCode.WITHDRAWN, RefusalCode.NOT_APPROVED}


@dataclass(frozen=True, slots=True)
class Filter:
    """What an answer must fit to be a candidate; the hashable part of a query."""

    on: date
    account: str | None
    channel: str | None
    audience: str | None
    product: str | None

    @classmethod
    def of(cls, query: Query) -> "Filter":
        """The filter of a query; today when it names no day."""
        on = query.on or date.today()
        return cls(on, query.account, query.channel, query.audience, query.product)

    def admits(self, answer: ApprovedAnswer, roles: RequiredRoles) -> bool:
        """Whether the answer may be used for this query."""
        if in_force(answer, self.on, roles) is not None:
            return False
        # An unknown account sees only what every account may use.
        if answer.accounts and self.account not in answer.accounts:
            return False
        if answer.channels and self.channel is not None and self.channel not in answer.channels:
            return False
        if self.audience == "public" and answer.audience == "private":
            return False
        if answer.products and self.product is not None:
            return fold_tag(self.product) in map(fold_tag, answer.products)
        return True


@dataclass(frozen=True, slots=True)
class Passage:
    """A text with a vector of its own; ``owner``: position of its answer."""

    owner: int
    kind: int
    text: str


class Index:
    """Answers that could be in force on some day, in the order of all masks and scores. Never changes."""

    def __init__(
        self,
        answers: Sequence[ApprovedAnswer],
        passages: Sequence[Passage],
        vectors: Vectors,
        *,
        roles: RequiredRoles,
        config: LexicalConfig,
        fingerprint: str,
    ) -> None:
        self.answers = tuple(answers)
        self.roles = roles
        self.fingerprint = fingerprint
        self.vectors = vectors
        """(passages, dimensions), unit length."""
        self.owners = np.array([passage.owner for passage in passages], dtype=np.int64)
        """Position of each passage's answer."""
        self.kinds = np.array([passage.kind for passage in passages], dtype=np.int8)
        self.lexical = LexicalIndex(self.answers, config)
        self._flat = _flat(vectors) if passages else None
        # One mask a filter: a service asks with few accounts and channels on one day.
        self.allowed = lru_cache(maxsize=128)(self._allowed)

    @classmethod
    def build(
        cls, base: KnowledgeBase, roles: RequiredRoles, config: LexicalConfig, cache: VectorCache
    ) -> "Index":
        """Index what is approved and not withdrawn; dates are looked at with each query."""
        usable = [answer for answer in base.answers if _ever_usable(answer, roles)]
        passages = [passage for owner, answer in enumerate(usable) for passage in _passages(owner, answer)]
        vectors = np.ascontiguousarray(cache.encode([passage.text for passage in passages]))
        return cls(usable, passages, vectors, roles=roles, config=config, fingerprint=base.fingerprint)

    def _allowed(self, wanted: Filter) -> Mask:
        """Which answers the filter admits, (answers,)."""
        return np.array([wanted.admits(answer, self.roles) for answer in self.answers], dtype=bool)

    def nearest(self, vector: Vectors, allowed: Mask, count: int) -> npt.NDArray[np.int64]:
        """Answers of the passages nearest to a vector, without repeats."""
        if self._flat is None or not allowed.any():
            return np.zeros(0, dtype=np.int64)
        rows = np.flatnonzero(allowed[self.owners])
        if len(rows) == len(self.owners):
            _, found = self._flat.search(vector[None, :], min(count, len(rows)))
        else:
            chosen = faiss.IDSelectorBatch(rows)
            parameters = faiss.SearchParameters(sel=chosen)  # type: ignore[call-arg]
            _, found = self._flat.search(vector[None, :], min(count, len(rows)), params=parameters)
        return np.unique(self.owners[found[0][found[0] >= 0]])


def _ever_usable(answer: ApprovedAnswer, roles: RequiredRoles) -> bool:
    refusal = in_force(answer, date.max, roles)
    return refusal is None or refusal.code not in _NEVER


def _passages(owner: int, answer: ApprovedAnswer) -> list[Passage]:
    found: list[Passage] = []
    for text in answer.by_language().values():
        # The titled full text is the best single vector on the training companies; questions add most to it.
        found.append(Passage(owner, FULL, f"{text.title}. {text.full}"))
        found += [Passage(owner, QUESTION, question) for question in text.questions or (text.title,)]
        found.append(Passage(owner, SHORT, text.short))
    return found


def _flat(vectors: Vectors) -> faiss.IndexFlatIP:
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    return index
