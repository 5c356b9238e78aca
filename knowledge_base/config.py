"""Weights and thresholds of the retriever, fitted from data and kept in ``policies/retrieval.yaml``."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from knowledge_base.governance import load_yaml_model

FUSION_FEATURES = ("full", "question", "short", "word", "gram", "coverage")
"""What the order of the candidates is made of; see ``features.py``."""

ABSTAIN_FEATURES = (
    *FUSION_FEATURES, "rrf", "fused", "margin", "margin_five", "best_question", "mean_question", "gram_share",
    "dense_rank", "lexical_rank", "words",
)  # fmt: skip
"""What the calibrated score is made of."""


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LexicalConfig(_Data):
    """BM25 over stems and over character n-grams."""

    k1: float = Field(gt=0)
    b: float = Field(ge=0, le=1)
    gram_size: int = Field(ge=2, le=8)
    title_weight: int = Field(ge=1, le=5)
    """How many times the title counts."""


class CandidateConfig(_Data):
    """How many are looked at before the fusion."""

    passages: int = Field(ge=1)
    """Closest passages by vector."""
    lexical: int = Field(ge=1)
    """Best answers of each lexical index."""


class FusionConfig(_Data):
    """The order of the candidates: a linear model, or reciprocal ranks alone."""

    kind: Literal["learned", "reciprocal_rank"]
    rrf_k: int = Field(ge=1)
    """Constant of reciprocal-rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009, use 60)."""
    weights: dict[str, float]

    @field_validator("weights")
    @classmethod
    def _known(cls, value: dict[str, float]) -> dict[str, float]:
        return _complete(value, FUSION_FEATURES)


class AbstainConfig(_Data):
    """The calibrated score of a candidate (logistic model) and the least that is drafted from."""

    intercept: float
    weights: dict[str, float]
    threshold: float = Field(ge=0, le=1)

    @field_validator("weights")
    @classmethod
    def _known(cls, value: dict[str, float]) -> dict[str, float]:
        return _complete(value, ABSTAIN_FEATURES)


class DenseConfig(_Data):
    """How passages are searched by vector; see ``near.py`` and ``ivf.py``."""

    kind: Literal["exact", "ivf"] = "exact"
    from_passages: int = Field(default=50_000, ge=1)
    """``ivf`` only from this many passages; below, comparing all is quick and misses nothing."""
    lists: int | None = Field(default=None, ge=1)
    """None: twice the square root of the passages."""
    probes: int = Field(default=64, ge=1)
    """Lists that are looked into; more find more and take longer."""


class FittedOn(_Data):
    """Where the numbers come from; written by ``eval.fit_retrieval``."""

    encoder: str
    """Fingerprint of the encoder; with another one the fit must be made again."""
    companies: tuple[str, ...]
    queries: int


class RetrievalConfig(_Data):
    """The content of ``policies/retrieval.yaml``."""

    lexical: LexicalConfig
    candidates: CandidateConfig
    fusion: FusionConfig
    abstain: AbstainConfig
    fitted: FittedOn
    dense: DenseConfig = DenseConfig()

    @classmethod
    def load(cls, path: Path) -> "RetrievalConfig":
        """Read the file; raises ``KnowledgeBaseError`` naming file, line and field."""
        return load_yaml_model(cls, path)


def _complete(weights: dict[str, float], names: tuple[str, ...]) -> dict[str, float]:
    unknown = sorted(set(weights) - set(names))
    if unknown:
        raise ValueError(f"unknown feature {unknown[0]}; known: {', '.join(names)}")
    return {name: weights.get(name, 0.0) for name in names}
