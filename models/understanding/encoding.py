"""Turns a message and its thread into the encoder's vectors, in one call."""

from collections.abc import Sequence
from typing import Literal, Protocol

import numpy as np

from models.redaction.normaliser import unmask_scripts
from models.understanding.features import Floats
from models.understanding.fold import without_leet
from models.understanding.order_edges import Stretch

HEAD, TAIL = 600, 400
"""Characters kept of both ends of a long message: the encoder reads 256 tokens, about 1,000 characters."""
CONTEXT_TURNS = 3
TURN = 300
"""Characters of an earlier turn that are encoded."""


class QueryEncoder(Protocol):
    """What understanding needs of an encoder."""

    @property
    def dimensions(self) -> int:
        """Length of a vector."""

    @property
    def fingerprint(self) -> str:
        """Changes with the weights."""

    def encode(self, texts: Sequence[str], *, kind: Literal["query", "passage"]) -> Floats:
        """Unit vectors, (texts, dimensions)."""


class MessageReader(Protocol):
    """Gives the vectors that understanding and retrieval need of a message."""

    @property
    def dimensions(self) -> int:
        """Length of a vector."""

    def read(self, texts: Sequence[str]) -> tuple[Floats, Floats]:
        """Return unit vectors for the heads, (texts, dimensions), and the first one's for retrieval; at least one
        text."""

    def states(self, text: str) -> tuple[Sequence[Stretch], Floats] | None:
        """Where the pieces of a text stand, and their hidden states, (pieces, d); None where the encoder does not
        tell."""


def encodable(text: str) -> str:
    """A text as the encoder can read it whole: both ends of what is too long, disguised letters read plainly."""
    text = undisguised(text)
    return text if len(text) <= HEAD + TAIL else f"{text[:HEAD]} … {text[-TAIL:]}"


def undisguised(text: str) -> str:
    """A text with letters of other scripts and digits for letters read as what they look like."""
    return without_leet(unmask_scripts(text))


def in_context(text: str, turns: Sequence[str]) -> str:
    """The last turns and the message, joined by a bar; the message keeps the larger share."""
    last = [undisguised(turn[-TURN:]) for turn in turns[-CONTEXT_TURNS:]]
    if not last:
        return encodable(text)
    text = undisguised(text)
    room = max(HEAD + TAIL - sum(map(len, last)), HEAD)
    return " | ".join([*last, text if len(text) <= room else f"{text[: room // 2]} … {text[-room // 2 :]}"])


def vectors(
    reader: MessageReader, text: str, turns: Sequence[str], windows: Sequence[str] = ()
) -> tuple[Floats, Floats]:
    """Vectors for the heads, of the message, of it in context, then of further windows; and one for retrieval.

    Returns:
        (2 + windows, dimensions) and (dimensions,).
    """
    own = encodable(text)
    if not turns:
        heads, retrieval = reader.read([own, *windows])
        return np.concatenate([heads[:1], heads]), retrieval
    heads, retrieval = reader.read([own, in_context(text, turns), *windows])
    return heads, retrieval
