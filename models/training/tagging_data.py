"""What the token model learns from: texts with typed spans, and what is known to be complete in them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TaggedSpan:
    """One labelled span: an entity type of the span scheme, half-open code-point offsets."""

    entity: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class TaggedText:
    """A text with its spans, in order and apart.

    ``annotated`` names the entity types of which every mention in this text is marked. A word outside the
    spans may still be of any other type, and the loss does not punish the model for saying so (marginal
    likelihood over disjoint label sets; Greenberg et al., EMNLP 2018).
    """

    id: str
    text: str
    spans: tuple[TaggedSpan, ...]
    annotated: frozenset[str]
    language: str = "es"
