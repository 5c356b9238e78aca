"""Turn texts into unit vectors with the encoder of the repository, on ONNX, without torch."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

from models.artifact import (
    MANIFEST_FILE,
    fingerprint_of,
    length_buckets,
    open_session,
    read_manifest,
    verified,
)
from models.errors import ArtifactError

Kind = Literal["query", "passage"]
Vectors = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]

DEFAULT_DIRECTORY = Path(__file__).parent / "artifacts" / "encoder"
MAX_TOKENS = 256
"""Longer texts are cut at their end. The longest customer message of the labelled sets has about 200."""

PREFIXES: dict[Kind, str] = {"query": "query: ", "passage": "passage: "}
"""What multilingual-e5 was trained with (arXiv 2402.05672); without it, similarities drop."""
LOWER_FILE, UPPER_FILE = "lower.int8.onnx", "upper.int8.onnx"
"""The layers that all tasks share, and those for retrieval above them: who needs the former alone runs no more."""
_TOKENIZER_FILE = "tokenizer.json"


class Encoder(Protocol):
    """Anything that turns texts into unit vectors."""

    @property
    def dimensions(self) -> int:
        """Length of a vector."""

    @property
    def fingerprint(self) -> str:
        """Twelve hex digits that change with the weights, the tokenizer or the way of encoding."""

    def encode(self, texts: Sequence[str], *, kind: Kind) -> Vectors:
        """Return one unit vector a text, (texts, dimensions)."""


@dataclass(frozen=True, slots=True)
class Lower:
    """Some of the texts after the shared layers.

    ``rows``: places of the texts; ``hidden``: their hidden state, (rows, tokens, dimensions); ``mask``: (rows,
    tokens), 1 at tokens.
    """

    rows: list[int]
    hidden: Vectors
    mask: Ids

    def alone(self, row: int) -> "Lower":
        """One of the texts, without the padding it has beside longer ones."""
        place = self.rows.index(row)
        tokens = int(self.mask[place].sum())
        return Lower([row], self.hidden[place : place + 1, :tokens], self.mask[place : place + 1, :tokens])

    def inputs(self) -> dict[str, Vectors | Ids]:
        """What a network above the shared layers takes."""
        return {"lower_layers": self.hidden, "attention_mask": self.mask}


class OnnxEncoder:
    """A BERT encoder in int8 ONNX with its tokenizer. Safe to share between threads.

    The same text gives the same vector whatever batch it goes in (up to the last bits of a float): the
    activations are quantised row by row.
    """

    def __init__(
        self,
        lower: onnxruntime.InferenceSession,
        upper: onnxruntime.InferenceSession,
        tokenizer: Tokenizer,
        *,
        dimensions: int,
        fingerprint: str,
    ) -> None:
        self._lower = lower
        self._upper = upper
        self._tokenizer = tokenizer
        self._pad = tokenizer.token_to_id("<pad>")
        self._dimensions = dimensions
        self._fingerprint = fingerprint

    @classmethod
    def load(cls, directory: Path, *, threads: int = 2) -> "OnnxEncoder":
        """Load the files that ``manifest.json`` names, after checking their sha256.

        Raises:
            ArtifactError: a file is missing, damaged, or of a format this version does not read.
        """
        manifest = read_manifest(directory, needs=("dimensions",))
        if not isinstance(manifest["dimensions"], int):
            raise ArtifactError(f"{directory}: 'dimensions' is not a number")
        tokenizer = Tokenizer.from_str(verified(directory, _TOKENIZER_FILE, manifest).decode("utf-8"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(MAX_TOKENS)
        lower, upper = (
            open_session(verified(directory, name, manifest), threads) for name in (LOWER_FILE, UPPER_FILE)
        )
        return cls(
            lower,
            upper,
            tokenizer,
            dimensions=manifest["dimensions"],
            fingerprint=fingerprint_of(
                manifest, (LOWER_FILE, UPPER_FILE, _TOKENIZER_FILE), str(MAX_TOKENS), *PREFIXES.values()
            ),
        )

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._dimensions

    @property
    def fingerprint(self) -> str:
        """Twelve hex digits of the sha256 over model and tokenizer."""
        return self._fingerprint

    def encode(self, texts: Sequence[str], *, kind: Kind) -> Vectors:
        """Return one unit vector a text, (texts, dimensions) float32; no text gives (0, dimensions).

        Texts over 256 tokens are cut at their end.
        """
        vectors = np.zeros((len(texts), self._dimensions), dtype=np.float32)
        for part in self.lower(texts, kind=kind):
            vectors[part.rows] = self.finish(part)
        return vectors

    def lower(self, texts: Sequence[str], *, kind: Kind) -> Iterator[Lower]:
        """Take texts through the shared layers, in groups of like length."""
        ids = self._ids([PREFIXES[kind] + text for text in texts])
        for rows in length_buckets([len(row) for row in ids]):
            inputs = self._padded([ids[row] for row in rows])
            yield Lower(rows, self._lower.run(["lower_layers"], inputs)[0], inputs["attention_mask"])

    def states(self, text: str) -> tuple[list[tuple[int, int]], Vectors]:
        """Where each piece of a text stands (code points), and its hidden state after the shared layers, (pieces, d).

        A text over 256 tokens is cut at its end.
        """
        prefix = PREFIXES["query"]
        read = self._tokenizer.encode(prefix + text)
        hidden = self._lower.run(["lower_layers"], self._padded([read.ids]))[0][0]
        ends = [(first - len(prefix), last - len(prefix)) for first, last in read.offsets]
        inside = [row for row, (first, last) in enumerate(ends) if 0 <= first < last]
        return [ends[row] for row in inside], hidden[inside]

    def finish(self, part: Lower) -> Vectors:
        """Take texts on through the layers for retrieval, to their unit vectors, (rows, dimensions)."""
        found: Vectors = self._upper.run(["embedding"], part.inputs())[0]
        return found

    def tokenise(self, texts: Sequence[str]) -> tuple[Ids, Ids]:
        """Return ids and mask, both (texts, longest), of texts that carry their prefix already."""
        inputs = self._padded(self._ids(texts))
        return inputs["input_ids"], inputs["attention_mask"]

    def forward(self, input_ids: Ids, attention_mask: Ids) -> tuple[Vectors, Vectors]:
        """Return the unit vectors (texts, dimensions) and the last hidden state (texts, tokens, dimensions)."""
        ids = {"input_ids": input_ids, "attention_mask": attention_mask}
        inputs = {"lower_layers": self._lower.run(["lower_layers"], ids)[0], "attention_mask": attention_mask}
        embedding, tokens = self._upper.run(["embedding", "token_embeddings"], inputs)
        return embedding, tokens

    def _ids(self, texts: Sequence[str]) -> list[list[int]]:
        # One text a call: ``encode_batch`` would start a pool with a thread for every core.
        return [self._tokenizer.encode(text).ids for text in texts]

    def _padded(self, ids: Sequence[Sequence[int]]) -> dict[str, Ids]:
        width = max(map(len, ids))
        input_ids = np.full((len(ids), width), self._pad, dtype=np.int64)
        mask = np.zeros((len(ids), width), dtype=np.int64)
        for row, values in enumerate(ids):
            input_ids[row, : len(values)] = values
            mask[row, : len(values)] = 1
        return {"input_ids": input_ids, "attention_mask": mask}


def load_encoder(spec: str | Path, *, threads: int = 2) -> Encoder:
    """Load the encoder that a setting names: a folder with a manifest, else a sentence-transformers model.

    Raises:
        ArtifactError: what is named cannot be loaded.
    """
    folder = Path(spec)
    if isinstance(spec, Path) or (folder / MANIFEST_FILE).is_file():
        return OnnxEncoder.load(folder, threads=threads)
    from models.hub_encoder import SentenceTransformersEncoder  # only where such a model is named

    return SentenceTransformersEncoder.load(spec)
