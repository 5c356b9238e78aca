"""The numbers that describe how well each candidate answers a question; order and score are made of them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge_base.config import RetrievalConfig
from knowledge_base.evidence import Vectors
from knowledge_base.index import FULL, QUESTION, SHORT, Index, Mask

Numbers = npt.NDArray[np.float32]
Features = dict[str, Numbers]

TENTH = np.float32(0.1)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Candidates of one question, in no order; every feature has one number for each."""

    positions: npt.NDArray[np.int64]
    """Position of each in the index."""
    features: Features
    words: float
    """Words of the question, as log(1 + n)."""

    @property
    def count(self) -> int:
        """How many candidates there are."""
        return len(self.positions)


def gather(
    index: Index, text: str, language: str, vector: Vectors, allowed: Mask, config: RetrievalConfig
) -> Candidates:
    """Collect the candidates of both halves and measure the features of the fusion.

    ``full``, ``question``, ``short``: cosine to the closest passage of the kind. ``word``, ``gram``: BM25
    in tenths. ``coverage``: share of the question's words found. ``rrf``: sum of reciprocal ranks in both halves,
    1 for the first in both.
    """
    query = index.lexical.prepare(text, language)
    scores = index.lexical.score(query)
    pools = [index.nearest(vector, allowed, config.candidates.passages)]
    for ranking in (scores.word, scores.gram):
        pools.append(_best(np.where(allowed, ranking, 0.0), config.candidates.lexical))
    chosen = np.unique(np.concatenate(pools))
    dense = _cosines(index, vector, chosen)
    features: Features = {
        "full": dense[FULL],
        "question": dense[QUESTION],
        "short": dense[SHORT],
        "word": scores.word[chosen] * TENTH,
        "gram": scores.gram[chosen] * TENTH,
        "coverage": index.lexical.coverage(query, chosen),
        "gram_share": index.lexical.gram_share(query, scores.gram[chosen]),
    }
    by_vector = _ranks(dense.sum(axis=0))
    by_terms = _ranks(features["gram"] + features["word"])
    k = config.fusion.rrf_k
    one = np.float32(1)
    features["rrf"] = np.float32((k + 1) / 2) * (one / (k + by_vector) + one / (k + by_terms))
    features["dense_rank"] = one / by_vector
    features["lexical_rank"] = one / by_terms
    return Candidates(chosen, features, float(np.log1p(len(query.words))))


def fuse(candidates: Candidates, config: RetrievalConfig) -> Numbers:
    """One number for each candidate that orders them, higher first."""
    if config.fusion.kind == "reciprocal_rank":
        return candidates.features["rrf"]
    return weigh(candidates.features, config.fusion.weights, candidates.count)


def describe(candidates: Candidates, fused: Numbers) -> Features:
    """All features of the calibrated score: those of the fusion and how the candidate stands among the others.

    ``margin``: to the best other; ``margin_five``: to the mean of the five best others. ``best_question`` and
    ``mean_question``: over all candidates, whether the question is of this base's kind at all.
    """
    features = dict(candidates.features)
    count = candidates.count
    order = np.argsort(-fused, kind="stable")
    best_other = np.full(count, fused[order[0]], dtype=np.float32)
    five_others = np.full(count, fused[order[:5]].mean(), dtype=np.float32)
    best_other[order[0]] = fused[order[1]] if count > 1 else fused[order[0]]
    for place in range(min(5, count)):
        others = np.delete(order[:6], place)
        five_others[order[place]] = fused[others].mean() if len(others) else fused[order[0]]
    question = features["question"]
    features |= {
        "fused": fused,
        "margin": fused - best_other,
        "margin_five": fused - five_others,
        "best_question": np.full(count, question.max(), dtype=np.float32),
        "mean_question": np.full(count, question.mean(), dtype=np.float32),
        "words": np.full(count, candidates.words, dtype=np.float32),
    }
    return features


def calibrate(features: Features, config: RetrievalConfig) -> Numbers:
    """Probability that each candidate answers the question."""
    count = len(features["fused"])
    logit = config.abstain.intercept + weigh(features, config.abstain.weights, count)
    return np.asarray(1 / (1 + np.exp(-np.clip(logit, -30, 30))), dtype=np.float32)


def weigh(features: Mapping[str, Numbers], weights: Mapping[str, float], count: int) -> Numbers:
    """Weighted sum of features, (candidates,)."""
    total = np.zeros(count, dtype=np.float32)
    for name, weight in weights.items():
        if weight:
            total += np.float32(weight) * features[name]
    return total


def _cosines(index: Index, vector: Vectors, chosen: npt.NDArray[np.int64]) -> Numbers:
    """Highest cosine by kind of passage and candidate, (3, candidates)."""
    rows = index.passages_of(chosen)
    place = np.repeat(np.arange(len(chosen)), index.counts[chosen])
    best = np.full((3, len(chosen)), -1.0, dtype=np.float32)
    np.maximum.at(best, (index.kinds[rows], place), index.dense.cosines(rows, vector))
    return best


def _best(scores: Numbers, count: int) -> npt.NDArray[np.int64]:
    """Positions of the highest scores above zero; of equal ones the first."""
    found = np.flatnonzero(scores > 0)
    if len(found) > count:  # sorts the best only: a large base has many answers with a word in common
        least = np.partition(scores[found], -count)[-count]
        found = found[scores[found] >= least]
    return found[np.argsort(-scores[found], kind="stable")[:count]]


def _ranks(scores: Numbers) -> Numbers:
    """Rank of each, 1 for the highest."""
    ranks = np.empty(len(scores), dtype=np.float32)
    ranks[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
    return ranks
