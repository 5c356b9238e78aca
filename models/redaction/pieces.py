"""Cut a text into parts that spans can begin and end at, and parts into the token model's pieces.

The vocabulary's own pieces cross span borders (``8.``, ``36,``, ``:28``): on MEDDOCAN's development split
gold labels decode to strict F1 0.929 over them, and to 0.9995 over runs of letters, runs of digits and single
marks. One label a part, read at its first piece.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from tokenizers import Tokenizer

from models.errors import ArtifactError

_PART = re.compile(r"[^\W\d_]{1,40}|\d{1,20}|\n|[^\w\s]|_")
_BLANK = "▁"
_LINE = "¶"
"""Stands for a line break, which the tokenizer's normaliser would turn into a blank."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a text: half-open offsets, and whether a blank stands before it."""

    start: int
    end: int
    spaced: bool


def parts_of(text: str) -> list[Part]:
    """Return the parts of a text in order; blanks belong to none."""
    return [
        Part(match.start(), match.end(), match.start() == 0 or text[match.start() - 1].isspace())
        for match in _PART.finditer(text)
    ]


class PieceCutter:
    """Turns parts into ids of the vocabulary. Safe to share between threads.

    Raises ArtifactError when the vocabulary lacks a piece that texts are framed with.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._normalise = tokenizer.normalizer.normalize_str
        self._model = tokenizer.model
        self._unknown, self.begin, self.end, self.pad = (
            _id_of(tokenizer, piece) for piece in ("<unk>", "<s>", "</s>", "<pad>")
        )
        # People write the same words again and again; the cut of a word never changes.
        self._cut = lru_cache(maxsize=4096)(self._cut_once)

    def ids(self, text: str, parts: Sequence[Part]) -> list[tuple[int, ...]]:
        """Return the ids of each part, at least one each."""
        return [self._cut(text[part.start : part.end], part.spaced) for part in parts]

    def _cut_once(self, part: str, spaced: bool) -> tuple[int, ...]:
        plain = _LINE if part == "\n" else self._normalise(part).strip()
        cut = self._model.tokenize((_BLANK if spaced else "") + plain) if plain else []
        return tuple(piece.id for piece in cut) or (self._unknown,)


def _id_of(tokenizer: Tokenizer, piece: str) -> int:
    found: int | None = tokenizer.token_to_id(piece)
    if found is None:
        raise ArtifactError(f"the tokenizer has no piece {piece}")
    return found
