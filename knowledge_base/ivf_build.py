"""Brings the files of ``ivf.py`` up to date: stores what is new, trains when it must, lists what is not listed."""

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol, cast

import faiss
import numpy as np

from knowledge_base.config import DenseConfig
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.evidence import Vectors
from knowledge_base.ivf import IvfNear
from knowledge_base.near import Rows
from knowledge_base.progress import Step, silent
from knowledge_base.segments import (
    BLOCK_ROWS,
    PART_ROWS,
    Keys,
    Lookup,
    Manifest,
    Part,
    Staging,
    Stored,
    Trained,
    commit,
    file_digest,
    keys_of,
    lists_file,
    locked,
    read,
    replacing,
    trained_file,
)

PER_LIST = 40
"""Training vectors a list; FAISS warns below 39."""
GROWTH = 4
"""A base that has grown this much since its centroids were trained is trained again."""
SMALL_PARTS = 8
"""With more parts than this that are less than half full, they are joined."""


class Source(Protocol):
    """Passages in the order of the index."""

    def __len__(self) -> int:
        """How many there are."""

    def keys(self, start: int, stop: int) -> Keys:
        """Keys of a block."""

    def vectors(self, positions: Rows) -> Vectors:
        """Unit vectors of passages that are not stored yet, (positions, dimensions)."""


class Texts:
    """Passages as texts, encoded when they are not stored."""

    def __init__(self, texts: Sequence[str], encode: Callable[[list[str]], Vectors]) -> None:
        self._texts = texts
        self._encode = encode

    def __len__(self) -> int:
        return len(self._texts)

    def keys(self, start: int, stop: int) -> Keys:
        """Keys of a block."""
        return keys_of(self._texts[start:stop])

    def vectors(self, positions: Rows) -> Vectors:
        """Unit vectors of these texts."""
        return self._encode([self._texts[position] for position in positions])


def open_ivf(folder: Path, source: Source, config: DenseConfig, step: Step = silent) -> IvfNear:
    """An index over the passages of ``source``; encodes, trains and lists only what is missing on disk.

    Raises:
        KnowledgeBaseError: the folder cannot be read or written.
        ValueError: the source's vectors are not finite, or of another width than those stored.
    """
    try:
        with locked(folder):
            return _open(folder, source, config, step)
    except OSError as error:
        problem = f"the index of passages cannot be kept here: {error.strerror or type(error).__name__}"
        raise KnowledgeBaseError.at(str(folder), problem) from None


def _open(folder: Path, source: Source, config: DenseConfig, step: Step) -> IvfNear:
    if not len(source):
        raise ValueError("an inverted file needs passages")
    starts = range(0, len(source), BLOCK_ROWS)
    keys = np.concatenate([source.keys(start, min(start + BLOCK_ROWS, len(source))) for start in starts])
    manifest = read(folder)
    stored, rows = _stored(folder, manifest, keys)
    if (rows < 0).any():
        manifest = _store(folder, manifest, source, keys, np.flatnonzero(rows < 0), step)
        stored, rows = _stored(folder, manifest, keys)
    compact = _compact(folder, manifest, stored, rows)
    if compact != manifest:
        manifest = compact
        stored, rows = _stored(folder, manifest, keys)
    if _must_train(manifest, config):
        manifest = _train(folder, manifest, stored, config, step)
    manifest = _list(folder, manifest, stored, step)
    indexes = [_mapped(lists_file(folder, part)) for part in manifest.parts]
    return IvfNear(stored, rows, indexes, config.probes)


def _stored(folder: Path, manifest: Manifest, keys: Keys) -> tuple[Stored, Rows]:
    """The vectors on disk, and the row of each passage in them, -1 for one that is not there."""
    stored = Stored.open(folder, manifest)
    return stored, Lookup(stored.keys).find(keys)


def _store(folder: Path, manifest: Manifest, source: Source, keys: Keys, new: Rows, step: Step) -> Manifest:
    """Write the vectors of new passages; each part counts as soon as it is whole, so a stop loses one at most."""
    _, first = np.unique(keys[new], return_index=True)
    new = new[np.sort(first)]
    for start in range(0, len(new), PART_ROWS):
        staging = Staging(folder)
        try:
            for at in range(start, min(start + PART_ROWS, len(new)), BLOCK_ROWS):
                rows = new[at : min(at + BLOCK_ROWS, start + PART_ROWS)]
                vectors = np.asarray(source.vectors(rows), dtype=np.float32)
                width = manifest.dimensions or vectors.shape[1]
                if vectors.shape != (len(rows), width) or not np.isfinite(vectors).all():
                    raise ValueError(f"finite vectors {(len(rows), width)} are expected, not {vectors.shape}")
                manifest = manifest.model_copy(update={"dimensions": width})
                staging.add(keys[rows], vectors)
                step("vectors", at + len(rows), len(new))
            manifest = _with_parts(manifest, (*manifest.parts, staging.finish()))
        finally:
            staging.discard()
        commit(folder, manifest)
    return manifest


def _compact(folder: Path, manifest: Manifest, stored: Stored, rows: Rows) -> Manifest:
    """Join small parts when they are many, and drop the unused rows of parts that are mostly unused."""
    used = np.zeros(manifest.total, dtype=bool)
    used[rows] = True
    in_use = [np.count_nonzero(part) for part in np.split(used, stored.starts[1:-1])]
    small = [2 * part.rows < PART_ROWS for part in manifest.parts]
    join = sum(small) > SMALL_PARTS
    moved = [
        2 * count < part.rows or (join and little)
        for part, count, little in zip(manifest.parts, in_use, small, strict=True)
    ]
    if not any(moved):
        return manifest
    kept = [part for part, moves in zip(manifest.parts, moved, strict=True) if not moves]
    going = np.flatnonzero(used & np.repeat(np.array(moved, dtype=bool), np.diff(stored.starts)))
    for start in range(0, len(going), PART_ROWS):
        staging = Staging(folder)
        try:
            for block in _blocks(going[start : start + PART_ROWS]):
                staging.add(stored.keys[block], stored.take(block))
            kept.append(staging.finish())
        finally:
            staging.discard()
    manifest = _with_parts(manifest, tuple(kept))
    commit(folder, manifest)
    return manifest


def _must_train(manifest: Manifest, config: DenseConfig) -> bool:
    trained = manifest.trained
    if trained is None or manifest.total > GROWTH * trained.rows:
        return True
    return config.lists not in (None, trained.lists) and _lists(manifest.total, config) == config.lists


def _lists(total: int, config: DenseConfig) -> int:
    return max(1, min(config.lists or round(2 * math.sqrt(total)), total // PER_LIST))


def _train(folder: Path, manifest: Manifest, stored: Stored, config: DenseConfig, step: Step) -> Manifest:
    lists = _lists(manifest.total, config)
    step("training", 0, lists)
    size = min(manifest.total, PER_LIST * lists)
    chosen = np.sort(np.random.default_rng(0).choice(manifest.total, size, replace=False))
    index = faiss.index_factory(manifest.dimensions, f"IVF{lists},SQ8", faiss.METRIC_INNER_PRODUCT)
    index.train(stored.take(chosen))
    with replacing(folder / "training") as temporary:
        faiss.write_index(index, str(temporary))
    digest = file_digest(folder / "training")
    (folder / "training").replace(trained_file(folder, digest))
    manifest = manifest.without_lists().model_copy(
        update={"trained": Trained(digest=digest, lists=lists, rows=manifest.total)}
    )
    commit(folder, manifest)
    step("training", lists, lists)
    return manifest


def _list(folder: Path, manifest: Manifest, stored: Stored, step: Step) -> Manifest:
    """Put each part that is not listed yet into an inverted file of its own, and keep each as it is done."""
    assert manifest.trained is not None
    centroids = trained_file(folder, manifest.trained.digest)
    for number, part in enumerate(manifest.parts):
        if part.lists is not None:
            continue
        first = int(stored.starts[number])
        index = faiss.read_index(str(centroids))
        for block in _blocks(np.arange(part.rows, dtype=np.int64)):
            index.add_with_ids(stored.take(block + first), block)
            step("lists", first + int(block[-1]) + 1, manifest.total)
        with replacing(lists_file(folder, part)) as temporary:
            faiss.write_index(index, str(temporary))
        listed = part.model_copy(update={"lists": file_digest(lists_file(folder, part))})
        manifest = _with_parts(manifest, (*manifest.parts[:number], listed, *manifest.parts[number + 1 :]))
        commit(folder, manifest)
    return manifest


def _mapped(file: Path) -> faiss.IndexIVF:
    index: Any = faiss.read_index(str(file), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY)
    # Threads that read lists ahead cost more than the lists of one question.
    lists: Any = faiss.downcast_InvertedLists(index.invlists)
    lists.prefetch_nthread = 0
    return cast(faiss.IndexIVF, index)


def _blocks(rows: Rows) -> list[Rows]:
    return [rows[start : start + BLOCK_ROWS] for start in range(0, len(rows), BLOCK_ROWS)]


def _with_parts(manifest: Manifest, parts: tuple[Part, ...]) -> Manifest:
    return manifest.model_copy(update={"parts": parts})
