"""Turn texts into unit vectors with the encoder of the repository, on ONNX, without torch."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

from models.errors import ArtifactError

Kind = Literal["query", "passage"]
Vectors = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]

DEFAULT_DIRECTORY = Path(__file__).parent / "artifacts" / "encoder"
MAX_TOKENS = 256
"""Longer texts are cut at their end. The longest customer message of the labelled sets has about 200."""
MAX_BATCH = 32
MAX_BATCH_TOKENS = 4096
"""Bounds the attention scores of one pass to about 50 MB: 16 texts of 256 tokens."""

PREFIXES: dict[Kind, str] = {"query": "query: ", "passage": "passage: "}
"""What multilingual-e5 was trained with (arXiv 2402.05672); without it, similarities drop."""
_FORMAT = 1
_MODEL_FILE = "model.int8.onnx"
_TOKENIZER_FILE = "tokenizer.json"
_MANIFEST_FILE = "manifest.json"


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


class OnnxEncoder:
    """A BERT encoder in int8 ONNX with its tokenizer. Safe to share between threads.

    The same text gives the same vector whatever batch it goes in (up to the last bits of a float): the
    activations are quantised row by row.
    """

    def __init__(
        self,
        session: onnxruntime.InferenceSession,
        tokenizer: Tokenizer,
        *,
        dimensions: int,
        fingerprint: str,
    ) -> None:
        self._session = session
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
        manifest = _read_manifest(directory)
        model = _verified(directory, _MODEL_FILE, manifest)
        tokenizer = Tokenizer.from_str(_verified(directory, _TOKENIZER_FILE, manifest).decode("utf-8"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(MAX_TOKENS)
        session = onnxruntime.InferenceSession(model, _options(threads), providers=["CPUExecutionProvider"])
        return cls(
            session,
            tokenizer,
            dimensions=int(manifest["dimensions"]),
            fingerprint=_fingerprint(manifest["files"]),
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
        ids = self._ids([PREFIXES[kind] + text for text in texts])
        for rows in _buckets([len(row) for row in ids]):
            inputs = self._padded([ids[row] for row in rows])
            vectors[rows] = self._session.run(["embedding"], inputs)[0]
        return vectors

    def tokenise(self, texts: Sequence[str]) -> tuple[Ids, Ids]:
        """Return ids and mask, both (texts, longest), of texts that carry their prefix already."""
        inputs = self._padded(self._ids(texts))
        return inputs["input_ids"], inputs["attention_mask"]

    def forward(self, input_ids: Ids, attention_mask: Ids) -> tuple[Vectors, Vectors]:
        """Return the unit vectors (texts, dimensions) and the last hidden state (texts, tokens, dimensions)."""
        inputs = {"input_ids": input_ids, "attention_mask": attention_mask}
        embedding, tokens = self._session.run(["embedding", "token_embeddings"], inputs)
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
    if isinstance(spec, Path) or (folder / _MANIFEST_FILE).is_file():
        return OnnxEncoder.load(folder, threads=threads)
    from models.hub_encoder import SentenceTransformersEncoder  # only where such a model is named

    return SentenceTransformersEncoder.load(spec)


def _read_manifest(directory: Path) -> dict[str, Any]:
    path = directory / _MANIFEST_FILE
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ArtifactError(f"{path}: {type(error).__name__}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != _FORMAT:
        raise ArtifactError(f"{path}: format is not {_FORMAT}")
    if not isinstance(manifest.get("files"), dict) or not isinstance(manifest.get("dimensions"), int):
        raise ArtifactError(f"{path}: 'files' or 'dimensions' missing")
    return manifest


def _verified(directory: Path, name: str, manifest: dict[str, Any]) -> bytes:
    path = directory / name
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ArtifactError(f"{path}: {type(error).__name__}") from error
    if hashlib.sha256(data).hexdigest() != manifest["files"].get(name):
        raise ArtifactError(f"{path}: sha256 is not the one in {_MANIFEST_FILE}")
    return data


def _fingerprint(files: dict[str, str]) -> str:
    parts = [f"{name}={files[name]}" for name in (_MODEL_FILE, _TOKENIZER_FILE)]
    return hashlib.sha256("\n".join([*parts, str(MAX_TOKENS), *PREFIXES.values()]).encode()).hexdigest()[:12]


def _options(threads: int) -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Waiting threads sleep: concurrent requests would otherwise burn the cores that they wait for.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def _buckets(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Group rows of like length, at most 32 rows and 4,096 padded tokens a group."""
    bucket: list[int] = []
    for row in sorted(range(len(lengths)), key=lambda index: lengths[index]):
        if bucket and (len(bucket) == MAX_BATCH or (len(bucket) + 1) * lengths[row] > MAX_BATCH_TOKENS):
            yield bucket
            bucket = []
        bucket.append(row)
    if bucket:
        yield bucket
