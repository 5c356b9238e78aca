"""Passage vectors of a large base on disk, in immutable parts that a manifest names."""

import contextlib
import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from knowledge_base.evidence import Vectors
from knowledge_base.near import Rows

Keys = npt.NDArray[np.bytes_]
"""SHA-256 of each text as ``S32``: the zeros that numpy drops at the end are equal on both sides."""

PART_ROWS = 262_144
"""Rows of a full part: its codes are held once in memory while it is built (100 MB at 384 dimensions)."""
BLOCK_ROWS = 8192
"""Rows that are read, encoded or added at a time."""

_MANIFEST = "manifest.json"
_HALF = np.dtype(np.float16)
_NAME = r"^[0-9a-f]{16}$"
_DIGEST = r"^[0-9a-f]{64}$"


class Part(BaseModel):
    """A run of vectors that never changes; ``lists`` None while it is not in the inverted file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=_NAME)
    """Fingerprint of its texts."""
    rows: int = Field(gt=0)
    keys: str = Field(pattern=_DIGEST)
    vectors: str = Field(pattern=_DIGEST)
    lists: str | None = Field(default=None, pattern=_DIGEST)


class Trained(BaseModel):
    """The centroids and value ranges that all parts share."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    digest: str = Field(pattern=_DIGEST)
    lists: int = Field(gt=0)
    rows: int = Field(gt=0)
    """Vectors of the base when it was trained."""


class Manifest(BaseModel):
    """What the folder holds; any other file in it is left over and is removed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dimensions: int = Field(default=0, ge=0)
    trained: Trained | None = None
    parts: tuple[Part, ...] = ()

    @property
    def total(self) -> int:
        """Vectors in all parts."""
        return sum(part.rows for part in self.parts)

    def without_lists(self) -> "Manifest":
        """The vectors alone, to be trained and listed again."""
        parts = tuple(part.model_copy(update={"lists": None}) for part in self.parts)
        return self.model_copy(update={"trained": None, "parts": parts})


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder: one process builds or opens at a time. Raises ``OSError`` when it cannot be written."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def read(folder: Path) -> Manifest:
    """The manifest with what is intact of it; a damaged part, or a damaged manifest, counts as absent."""
    try:
        manifest = Manifest.model_validate_json((folder / _MANIFEST).read_bytes())
    except (OSError, ValidationError):
        return Manifest()
    kept = [part for part in manifest.parts if _vectors_intact(folder, part, manifest.dimensions)]
    manifest = manifest.model_copy(update={"parts": tuple(kept)})
    trained = manifest.trained
    if trained is None or file_digest(trained_file(folder, trained.digest)) != trained.digest:
        return manifest.without_lists()
    parts = (
        part
        if part.lists == file_digest(lists_file(folder, part))
        else part.model_copy(update={"lists": None})
        for part in kept
    )
    return manifest.model_copy(update={"parts": tuple(parts)})


def commit(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest in one step, then remove the files that it does not name."""
    with replacing(folder / _MANIFEST) as temporary:
        temporary.write_text(manifest.model_dump_json(indent=1), encoding="utf-8")
    named = {_MANIFEST, ".lock"}
    if manifest.trained:
        named.add(trained_file(folder, manifest.trained.digest).name)
    for part in manifest.parts:
        named |= {part_file(folder, part, kind).name for kind in ("keys", "vectors")}
        named |= {lists_file(folder, part).name} if part.lists else set()
    for file in folder.iterdir():
        if file.name not in named:
            file.unlink(missing_ok=True)  # a process that has it mapped keeps reading it


@contextlib.contextmanager
def replacing(file: Path) -> Iterator[Path]:
    """A temporary file that takes the place of ``file`` once it is whole and on disk; on an error it goes."""
    handle, name = tempfile.mkstemp(prefix=".new-", dir=file.parent)
    os.close(handle)
    try:
        yield Path(name)
        with open(name, "rb") as written:
            os.fsync(written.fileno())
        os.replace(name, file)
    finally:
        Path(name).unlink(missing_ok=True)


class Staging:
    """Writes one part row block by row block; leaves nothing behind unless finished."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = contextlib.ExitStack()
        self._keys = self._stack.enter_context(tempfile.TemporaryFile(dir=folder))  # noqa: SIM115
        self._vectors = self._stack.enter_context(tempfile.TemporaryFile(dir=folder))  # noqa: SIM115
        self.rows = 0

    def add(self, keys: Keys, vectors: Vectors) -> None:
        """Append rows: ``keys`` (rows,), ``vectors`` (rows, dimensions)."""
        self._keys.write(keys.tobytes())
        self._vectors.write(vectors.astype(_HALF).tobytes())
        self.rows += len(keys)

    def finish(self) -> Part:
        """Put the files under their names."""
        digests = {}
        with self._stack:
            self._keys.seek(0)
            name = hashlib.file_digest(self._keys, "sha256").hexdigest()[:16]
            for kind, stream in (("keys", self._keys), ("vectors", self._vectors)):
                with replacing(self._folder / f"{name}.{kind}") as temporary, temporary.open("wb") as target:
                    stream.seek(0)
                    while block := stream.read(1 << 20):
                        target.write(block)
                stream.seek(0)
                digests[kind] = hashlib.file_digest(stream, "sha256").hexdigest()
        return Part(name=name, rows=self.rows, keys=digests["keys"], vectors=digests["vectors"])

    def discard(self) -> None:
        """Drop what was written."""
        self._stack.close()


@dataclass(frozen=True, slots=True)
class Stored:
    """The vectors of a manifest, mapped into memory; rows are counted over all parts in order."""

    keys: Keys
    blocks: tuple[np.memmap, ...]
    starts: Rows
    """First row of each part, and the total, (parts + 1,)."""

    @classmethod
    def open(cls, folder: Path, manifest: Manifest) -> "Stored":
        """Map the parts of a manifest that ``read`` or ``commit`` has just vouched for."""
        keys = [np.fromfile(part_file(folder, part, "keys"), dtype="S32") for part in manifest.parts]
        blocks = tuple(
            np.memmap(
                part_file(folder, part, "vectors"),
                dtype=_HALF,
                mode="r",
                shape=(part.rows, manifest.dimensions),
            )
            for part in manifest.parts
        )
        starts = np.cumsum([0, *(part.rows for part in manifest.parts)], dtype=np.int64)
        return cls(np.concatenate(keys) if keys else np.zeros(0, dtype="S32"), blocks, starts)

    def take(self, rows: Rows) -> Vectors:
        """Vectors of rows in any order, (rows, dimensions), as float32."""
        width = self.blocks[0].shape[1] if self.blocks else 0
        taken = np.empty((len(rows), width), dtype=np.float32)
        part = np.searchsorted(self.starts, rows, side="right") - 1
        for number in np.unique(part):
            chosen = part == number
            taken[chosen] = self.blocks[number][rows[chosen] - self.starts[number]]
        return taken


class Lookup:
    """Rows by key. ``keys`` may hold one twice; any of its rows will do."""

    def __init__(self, keys: Keys) -> None:
        self._order = np.argsort(keys, kind="stable")
        self._sorted = keys[self._order]

    def find(self, keys: Keys) -> Rows:
        """The row of each key, -1 for one that is not there."""
        if not len(self._sorted):
            return np.full(len(keys), -1, dtype=np.int64)
        order = np.argsort(keys)  # a search in order stays in the processor's cache
        place = np.empty(len(keys), dtype=np.int64)
        place[order] = np.searchsorted(self._sorted, keys[order])
        place = np.minimum(place, len(self._sorted) - 1)
        return np.where(self._sorted[place] == keys, self._order[place], -1)


def keys_of(texts: Sequence[str]) -> Keys:
    """Key of each text."""
    return np.frombuffer(b"".join(hashlib.sha256(text.encode()).digest() for text in texts), dtype="S32")


def part_file(folder: Path, part: Part, kind: str) -> Path:
    """Where the ``keys`` or ``vectors`` of a part lie."""
    return folder / f"{part.name}.{kind}"


def lists_file(folder: Path, part: Part) -> Path:
    """Where the inverted lists of a part lie."""
    return folder / f"{part.name}.ivf"


def trained_file(folder: Path, digest: str) -> Path:
    """Where the centroids lie."""
    return folder / f"trained-{digest[:16]}.ivf"


def file_digest(file: Path) -> str:
    """SHA-256 of a file; empty when it cannot be read. A file that is as it was is not read again."""
    try:
        state = file.stat()
        return _digest(file, (state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns))
    except OSError:
        return ""


@lru_cache(maxsize=1024)
def _digest(file: Path, state: tuple[int, ...]) -> str:
    del state  # part of the key: each new state is read
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _vectors_intact(folder: Path, part: Part, dimensions: int) -> bool:
    with contextlib.suppress(OSError):
        size = part_file(folder, part, "vectors").stat().st_size
        fits = size == part.rows * dimensions * _HALF.itemsize
        keys, vectors = (file_digest(part_file(folder, part, kind)) for kind in ("keys", "vectors"))
        return fits and keys == part.keys and vectors == part.vectors
    return False
