"""Keeps passage vectors on disk, so that a start encodes only what is new."""

import contextlib
import hashlib
import io
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np

from knowledge_base.evidence import Encoder, Vectors

MAX_ENTRIES = 100_000
"""Vectors kept in one file (150 MB at 384 dimensions); beyond that only the ones in use stay."""

_PROBE = ["¿Cuánto tarda en llegar un pedido?", "Descoloramento do produto: 50 ml, 3ª unidade."]


@runtime_checkable
class Fingerprinted(Protocol):
    """An encoder that knows its own version."""

    @property
    def fingerprint(self) -> str:
        """Changes with the weights."""


def encoder_fingerprint(encoder: Encoder) -> str:
    """The encoder's own fingerprint, or else a hash of what it makes of two fixed sentences."""
    if isinstance(encoder, Fingerprinted):
        return str(encoder.fingerprint)
    vectors = np.round(encoder.encode(_PROBE, kind="passage").astype(np.float64), 2)
    return hashlib.sha256((vectors + 0.0).tobytes()).hexdigest()[:12]


class VectorCache:
    """Vectors by text. ``directory`` None: in memory only. A file that is damaged counts as absent."""

    def __init__(self, encoder: Encoder, directory: Path | None) -> None:
        self._encoder = encoder
        self._file: Path | None = None
        self._known: dict[bytes, Vectors] = {}
        self.directory = directory
        self.encoder_name = ""
        """Names the encoder in files; empty without a directory."""
        if directory is not None:
            self.encoder_name = hashlib.sha256(encoder_fingerprint(encoder).encode()).hexdigest()[:16]
            self._file = directory / f"passages-{self.encoder_name}.npz"
            self._known = _load(self._file)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of passages, (texts, dimensions); encodes and keeps those not known yet."""
        keys = [hashlib.sha256(text.encode()).digest() for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        if missing:
            fresh = np.asarray(self._encoder.encode(list(missing.values()), kind="passage"), dtype=np.float32)
            if fresh.shape[0] != len(missing) or not np.isfinite(fresh).all():
                raise ValueError(f"encoder returned vectors of shape {fresh.shape} for {len(missing)} texts")
            kept = _load(self._file) if self._file else self._known  # another process may have added to it
            known = {**kept, **self._known, **dict(zip(missing, fresh, strict=True))}
            if len(known) > MAX_ENTRIES:
                known = {key: known[key] for key in keys}
            self._known = known
            self._save()
        return np.stack([self._known[key] for key in keys]) if keys else np.zeros((0, 0), dtype=np.float32)

    def once(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of passages, (texts, dimensions), for one who keeps them himself; nothing is kept here."""
        known = [self._known.get(hashlib.sha256(text.encode()).digest()) for text in texts]
        missing = [text for text, vector in zip(texts, known, strict=True) if vector is None]
        fresh = iter(self._encoder.encode(missing, kind="passage") if missing else ())
        vectors = [next(fresh) if vector is None else vector for vector in known]
        return np.asarray(np.stack(vectors), dtype=np.float32)

    def _save(self) -> None:
        if self._file is None:
            return
        keys = np.frombuffer(b"".join(self._known), dtype=np.uint8).reshape(-1, 32)
        vectors = np.stack(list(self._known.values()))
        with contextlib.suppress(OSError):  # a read-only or full disk costs time at the next start, no more
            self._file.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(prefix=".passages-", dir=self._file.parent)
            try:
                with os.fdopen(handle, "wb") as stream:
                    np.savez(stream, keys=keys, vectors=vectors, digest=_digest(keys, vectors))
                os.replace(temporary, self._file)
            finally:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(temporary)


def _load(file: Path) -> dict[bytes, Vectors]:
    try:
        with np.load(io.BytesIO(file.read_bytes()), allow_pickle=False) as archive:
            parts: Mapping[str, np.ndarray] = dict(archive)
        keys, vectors = parts["keys"], parts["vectors"]
        intact = vectors.dtype == np.float32 and np.array_equal(parts["digest"], _digest(keys, vectors))
        if not intact:
            return {}
        return {key.tobytes(): vector for key, vector in zip(keys, vectors, strict=True)}
    except Exception:  # numpy and zip raise many kinds for a damaged file; whatever it is, it is made again
        return {}


def _digest(keys: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    return np.frombuffer(hashlib.sha256(keys.tobytes() + vectors.tobytes()).digest(), dtype=np.uint8)
