"""What the retriever is asked and what it returns."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from knowledge_base.answer import ApprovedAnswer

Vectors = npt.NDArray[np.float32]


class Encoder(Protocol):
    """Turns texts into unit vectors; the models' encoder fits, so does any sentence-transformers model."""

    def encode(self, texts: list[str], *, kind: Literal["query", "passage"]) -> Vectors:
        """Unit vectors, shape ``(len(texts), dimensions)``."""
        ...


@dataclass(frozen=True, slots=True)
class Query:
    """A redacted question with the filters that apply to it.

    ``vector`` is the query's unit vector when the caller has it already (one forward pass a message).
    """

    text: str
    language: str = "es"
    channel: str | None = None
    account: str | None = None
    audience: str | None = None
    product: str | None = None
    on: date | None = None
    """Day on which the answer must be in force; today when None."""
    vector: Vectors | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One approved answer found. ``score`` is calibrated: the share of such finds that answer."""

    answer: ApprovedAnswer
    score: float
    quote: str
    """The part of the approved text that fits the question best, verbatim."""
    cross_language: bool
    """The answer has no text in the customer's language."""


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Best first; of a message that asks several things, the answer to each of them before all others.

    ``abstained``: nothing found answers the question well enough to draft from.
    """

    evidence: tuple[Evidence, ...]
    abstained: bool
    quoted: int = 1
    """How many of the first a draft may quote: one for each thing asked."""
    fingerprint: str = field(default="", compare=False)
    """Of the knowledge base that was searched."""
