"""What the heads see of a message: its vectors, hashed word and letter n-grams, and how it was sent.

The n-grams are hashed, so that no word of a training message is kept in the artifact. Lexicon cues are not
among the features: their author read the training messages, and a head would trust them too much.
"""

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.understanding.fold import Folded

Floats = npt.NDArray[np.float32]

HASHED = 1 << 15
"""Buckets of n-grams."""
LETTERS = range(3, 6)
WORDS = range(1, 3)
MOST_TOKENS = 1_200
"""Tokens of a message that are hashed; longer ones keep both ends (about 6,000 characters)."""
CHANNELS = ("x", "facebook", "instagram", "whatsapp", "email", "web")
META = 7 + len(CHANNELS)


@dataclass(frozen=True, slots=True)
class Features:
    """One message: indices and counts of hashed n-grams, and a dense vector (vectors, then meta)."""

    buckets: npt.NDArray[np.int64]
    counts: Floats
    """1 + log of how often each bucket occurs."""
    dense: Floats


def extract(
    message: Folded,
    thread: Folded | None,
    vectors: Sequence[Floats],
    text: str,
    *,
    channel: str,
    visibility: str,
) -> Features:
    """Build the features. ``vectors``: of the message, and of the thread with the message, each (d,)."""
    found: dict[int, int] = {}
    _count(_window(message.tokens), "m", found)
    if thread is not None:
        _count(_window(thread.tokens), "t", found)
    buckets = np.fromiter(found, dtype=np.int64, count=len(found))
    counts = np.fromiter((1 + math.log(n) for n in found.values()), dtype=np.float32, count=len(found))
    meta = _meta(text, thread is not None, channel, visibility)
    return Features(buckets, counts, np.concatenate([*vectors, meta]).astype(np.float32))


def _window(tokens: list[str]) -> list[str]:
    half = MOST_TOKENS // 2
    return tokens if len(tokens) <= MOST_TOKENS else [*tokens[:half], *tokens[-half:]]


def _count(tokens: Sequence[str], part: str, found: dict[int, int]) -> None:
    grams: list[str] = []
    for size in WORDS:
        grams += [part + "w" + " ".join(tokens[k : k + size]) for k in range(len(tokens) - size + 1)]
    for token in tokens:
        padded = f" {token} "
        for size in LETTERS:
            grams += [part + "c" + padded[k : k + size] for k in range(len(padded) - size + 1)]
    for gram in grams:
        bucket = zlib.crc32(gram.encode()) % HASHED
        found[bucket] = found.get(bucket, 0) + 1


def _meta(text: str, has_thread: bool, channel: str, visibility: str) -> Floats:
    length = len(text) + 1
    values = [
        math.log(length) / 5,
        "?" in text,
        "!" in text,
        has_thread,
        visibility == "public",
        sum(c.isupper() for c in text) / length,
        "@" in text,
        *(channel == name for name in CHANNELS),
    ]
    return np.array(values, dtype=np.float32)
