"""One immutable index over the approved answers: vectors of their passages, and their terms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from knowledge_base.answer import ApprovedAnswer
from knowledge_base.config import DenseConfig, LexicalConfig
from knowledge_base.evidence import Query, Vectors
from knowledge_base.governance import RefusalCode, RequiredRoles, fold_tag, in_force
from knowledge_base.ivf import ranges
from knowledge_base.ivf_build import Texts, open_ivf
from knowledge_base.lexical import LexicalIndex
from knowledge_base.loader import KnowledgeBase
from knowledge_base.near import Dense, ExactNear, Recent, RowMask
from knowledge_base.progress import bar
from knowledge_base.vector_cache import VectorCache

Mask = npt.NDArray[np.bool_]

FULL, QUESTION, SHORT = range(3)
"""Kinds of passages."""

EXACT = DenseConfig()
"""Compares all passages."""

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
        dense: Dense,
        *,
        roles: RequiredRoles,
        config: LexicalConfig,
        fingerprint: str,
    ) -> None:
        self.answers = tuple(answers)
        self.roles = roles
        self.fingerprint = fingerprint
        self.dense = dense
        """The vectors of the passages."""
        self.position = {answer.id: position for position, answer in enumerate(self.answers)}
        """Of each answer, by id."""
        self.owners = np.array([passage.owner for passage in passages], dtype=np.int64)
        """Position of each passage's answer; those of one answer lie together, in the order of the answers."""
        self.counts = np.bincount(self.owners, minlength=len(self.answers))
        """Passages of each answer, (answers,)."""
        self._starts = np.cumsum(self.counts) - self.counts
        self.kinds = np.array([passage.kind for passage in passages], dtype=np.int8)
        self.lexical = LexicalIndex(self.answers, config)
        self._alike = _Alike(self.answers, roles)
        # One mask a filter: a service asks with few accounts and channels on one day.
        self.allowed = lru_cache(maxsize=128)(self._allowed)
        self._rows_allowed: Recent[Mask, RowMask | None] = Recent(self._passages_allowed)

    @classmethod
    def build(
        cls,
        base: KnowledgeBase,
        roles: RequiredRoles,
        config: LexicalConfig,
        cache: VectorCache,
        dense: DenseConfig = EXACT,
    ) -> "Index":
        """Index what is approved and not withdrawn; dates are looked at with each query.

        Raises:
            KnowledgeBaseError: the files of a large base cannot be kept.
        """
        usable = [answer for answer in base.answers if _ever_usable(answer, roles)]
        passages = [passage for owner, answer in enumerate(usable) for passage in _passages(owner, answer)]
        near = _near([passage.text for passage in passages], cache, dense)
        return cls(usable, passages, near, roles=roles, config=config, fingerprint=base.fingerprint)

    def _allowed(self, wanted: Filter, gone: frozenset[str] = frozenset()) -> Mask:
        """Which answers the filter admits, without those that are gone, (answers,)."""
        mask = self._alike.admitted(wanted)
        mask[[self.position[name] for name in gone if name in self.position]] = False
        mask.flags.writeable = False  # it is shared by all who ask the same
        return mask

    def _passages_allowed(self, allowed: Mask) -> RowMask | None:
        return None if allowed.all() else np.repeat(allowed, self.counts)

    def passages_of(self, answers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Rows of the passages of these answers, in their order."""
        starts = self._starts[answers]
        return ranges(starts, starts + self.counts[answers])

    def nearest(self, vector: Vectors, allowed: Mask, count: int) -> npt.NDArray[np.int64]:
        """Answers of the passages nearest to a vector, without repeats. ``allowed`` is not to change later."""
        if not len(self.owners) or not allowed.any():
            return np.zeros(0, dtype=np.int64)
        return np.unique(self.owners[self.dense.search(vector, self._rows_allowed.of(allowed), count)])


class _Alike:
    """Answers with the same limits are admitted or not as one: a filter looks at one of each kind."""

    def __init__(self, answers: Sequence[ApprovedAnswer], roles: RequiredRoles) -> None:
        self._roles = roles
        kinds: dict[object, int] = {}
        self._examples: list[ApprovedAnswer] = []
        codes = []
        for answer in answers:
            code = kinds.setdefault(_limits(answer, roles), len(kinds))
            if code == len(self._examples):
                self._examples.append(answer)
            codes.append(code)
        self._codes = np.array(codes, dtype=np.int64)

    def admitted(self, wanted: Filter) -> Mask:
        """Which answers the filter admits, (answers,)."""
        each = np.array([wanted.admits(answer, self._roles) for answer in self._examples], dtype=bool)
        return each[self._codes]


def _limits(answer: ApprovedAnswer, roles: RequiredRoles) -> tuple[object, ...]:
    """All that ``Filter.admits`` looks at."""
    sealed = any(approval.content for approval in answer.approvals)
    seal = answer.seal if sealed else None
    approvals = frozenset(
        (approval.role, approval.date) for approval in answer.approvals if approval.content in (None, seal)
    )
    missing = frozenset(roles.of(answer))
    dates = (answer.valid_from, answer.valid_until)
    tags = (answer.accounts, answer.channels, answer.audience, answer.products)
    return (answer.withdrawn, approvals, missing, dates, tags)


def _near(texts: list[str], cache: VectorCache, config: DenseConfig) -> Dense:
    if config.kind == "exact" or len(texts) < config.from_passages or cache.directory is None:
        return ExactNear(np.ascontiguousarray(cache.encode(texts)))
    folder = cache.directory / f"near-{cache.encoder_name}"
    with bar() as step:
        return open_ivf(folder, Texts(texts, cache.once), config, step)


def _ever_usable(answer: ApprovedAnswer, roles: RequiredRoles) -> bool:
    refusal = in_force(answer, date.max, roles)
    return refusal is None or refusal.code not in _NEVER


def passage_texts(answer: ApprovedAnswer) -> list[str]:
    """The texts of an answer that have vectors of their own."""
    return [passage.text for passage in _passages(0, answer)]


def _passages(owner: int, answer: ApprovedAnswer) -> list[Passage]:
    found: list[Passage] = []
    for text in answer.by_language().values():
        # The titled full text is the best single vector on the training companies; questions add most to it.
        found.append(Passage(owner, FULL, f"{text.title}. {text.full}"))
        found += [Passage(owner, QUESTION, question) for question in text.questions or (text.title,)]
        found.append(Passage(owner, SHORT, text.short))
    return found
