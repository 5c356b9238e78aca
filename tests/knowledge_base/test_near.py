"""Large bases: what is found, filtered, added, taken out, and made again when files are damaged."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from knowledge_base import ivf_build, segments
from knowledge_base.config import DenseConfig
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.evidence import Vectors
from knowledge_base.ivf import EXACT_UP_TO, IvfNear
from knowledge_base.ivf_build import open_ivf
from knowledge_base.near import Dense, ExactNear, RowMask, Rows
from knowledge_base.segments import Keys, keys_of

IVF = DenseConfig(kind="ivf", from_passages=1, lists=64, probes=32)
COUNT = 12_000
WIDTH = 32


def unit(vectors: np.ndarray) -> Vectors:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def clustered(count: int = COUNT, seed: int = 0) -> Vectors:
    random = np.random.default_rng(seed)
    centres = unit(random.normal(size=(200, WIDTH)))
    return unit(centres[random.integers(200, size=count)] + 0.1 * random.normal(size=(count, WIDTH)))


VECTORS = clustered()
NAMES = [f"texto {row}" for row in range(COUNT)]
QUERIES = unit(VECTORS[::120] + 0.05 * np.random.default_rng(1).normal(size=(100, WIDTH)))


@dataclass
class Listed:
    """Passages with given vectors; counts those asked for."""

    names: list[str] = field(default_factory=lambda: list(NAMES))
    table: Vectors = field(default_factory=lambda: VECTORS)
    asked: int = 0

    def __len__(self) -> int:
        return len(self.names)

    def keys(self, start: int, stop: int) -> Keys:
        return keys_of(self.names[start:stop])

    def vectors(self, positions: Rows) -> Vectors:
        self.asked += len(positions)
        return self.table[positions]


def first(count: int) -> Listed:
    return Listed(NAMES[:count], VECTORS[:count])


def recall(near: Dense, table: Vectors, mask: RowMask | None = None, count: int = 10) -> float:
    exact = ExactNear(np.ascontiguousarray(table))
    hits = [
        len(np.intersect1d(near.search(query, mask, count), exact.search(query, mask, count)))
        for query in QUERIES
    ]
    return sum(hits) / (count * len(QUERIES))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> IvfNear:
    return open_ivf(tmp_path_factory.mktemp("near"), Listed(), IVF)


def test_finds_nearly_all_that_exact_search_finds(built: IvfNear) -> None:
    assert built.dimensions == WIDTH
    assert recall(built, VECTORS) >= 0.95


def test_more_probes_find_more(tmp_path: Path) -> None:
    found = [
        recall(open_ivf(tmp_path, Listed(), IVF.model_copy(update={"probes": probes})), VECTORS)
        for probes in (1, 4, 64)
    ]
    assert found == sorted(found)
    assert found[0] < 0.95 < 0.99 <= found[2]


@pytest.mark.parametrize("share", [0.9, 0.5, 0.1, 0.001])
def test_a_filter_leaves_only_what_it_admits(built: IvfNear, share: float) -> None:
    mask = np.random.default_rng(2).random(COUNT) < share
    assert all(mask[built.search(query, mask, 10)].all() for query in QUERIES)
    assert recall(built, VECTORS, mask) >= 0.95


def test_a_filter_that_leaves_one_far_passage_finds_it(built: IvfNear) -> None:
    mask = np.zeros(COUNT, dtype=bool)
    mask[7] = True
    assert all(built.search(query, mask, 10).tolist() == [7] for query in QUERIES)
    assert built.search(QUERIES[0], np.zeros(COUNT, dtype=bool), 10).tolist() == []


def test_best_first_and_no_more_than_asked_for(built: IvfNear) -> None:
    found = built.search(QUERIES[0], None, 25)
    cosines = built.cosines(found, QUERIES[0])
    assert len(found) == 25
    assert (np.diff(cosines) <= 0).all()
    np.testing.assert_allclose(cosines, VECTORS[found] @ QUERIES[0], atol=1e-3)


def test_second_start_asks_for_no_vector_and_changes_no_file(tmp_path: Path) -> None:
    open_ivf(tmp_path, Listed(), IVF)
    before = {file.name: file.stat().st_mtime_ns for file in tmp_path.iterdir()}
    source = Listed()
    assert recall(open_ivf(tmp_path, source, IVF), VECTORS) >= 0.95
    assert source.asked == 0
    after = {file.name: file.stat().st_mtime_ns for file in tmp_path.iterdir()}
    assert {**before, ".lock": 0} == {**after, ".lock": 0}


def test_added_passages_are_found_and_nothing_else_is_built_again(tmp_path: Path) -> None:
    open_ivf(tmp_path, first(10_000), IVF)
    before = {file.name for file in tmp_path.iterdir()}
    source = Listed()
    near = open_ivf(tmp_path, source, IVF)
    assert source.asked == 2000
    assert before < {file.name for file in tmp_path.iterdir()}
    new = np.arange(COUNT) >= 10_000
    hits = [row in near.search(VECTORS[row], None, 1) for row in np.flatnonzero(new)[::50]]
    assert np.mean(hits) == 1
    assert recall(near, VECTORS) >= 0.95


def test_passages_taken_out_are_found_no_more_and_come_back_without_encoding(tmp_path: Path) -> None:
    open_ivf(tmp_path, Listed(), IVF)
    kept = np.flatnonzero(np.arange(COUNT) % 3 > 0)
    source = Listed([NAMES[row] for row in kept], VECTORS[kept])
    near = open_ivf(tmp_path, source, IVF)
    assert source.asked == 0
    assert recall(near, VECTORS[kept]) >= 0.95
    again = Listed()
    open_ivf(tmp_path, again, IVF)
    assert again.asked == 0


def test_a_changed_text_gets_its_new_vector(tmp_path: Path) -> None:
    open_ivf(tmp_path, Listed(), IVF)
    moved = VECTORS.copy()
    moved[5] = -VECTORS[5]
    names = list(NAMES)
    names[5] = "otro texto"
    near = open_ivf(tmp_path, Listed(names, moved), IVF)
    assert near.search(moved[5], None, 1).tolist() == [5]
    assert 5 not in near.search(VECTORS[5], None, 50)


def test_all_passages_with_one_text_are_found_and_filtered_apart(tmp_path: Path) -> None:
    names = [*NAMES, NAMES[3]]
    source = Listed(names, np.concatenate([VECTORS, VECTORS[3:4]]))
    near = open_ivf(tmp_path, source, IVF)
    assert source.asked == COUNT
    assert set(near.search(VECTORS[3], None, 2).tolist()) == {3, COUNT}
    mask = np.ones(COUNT + 1, dtype=bool)
    mask[3] = False
    found = near.search(VECTORS[3], mask, 5)
    assert COUNT in found
    assert 3 not in found


def test_mostly_unused_parts_are_dropped_from_disk(tmp_path: Path) -> None:
    open_ivf(tmp_path, Listed(), IVF)
    size = sum(file.stat().st_size for file in tmp_path.glob("*.vectors"))
    source = Listed(
        NAMES[:6000][::2] + NAMES[6000:8000], np.concatenate([VECTORS[:6000:2], VECTORS[6000:8000]])
    )
    near = open_ivf(tmp_path, source, IVF)
    assert source.asked == 0
    assert sum(file.stat().st_size for file in tmp_path.glob("*.vectors")) < size / 2
    assert recall(near, source.table) == 1  # no more than are compared one by one
    assert len(source) <= EXACT_UP_TO


def test_many_small_additions_are_joined(tmp_path: Path) -> None:
    for count in range(10_000, 10_000 + 100 * (ivf_build.SMALL_PARTS + 3), 100):
        source = first(count)
        near = open_ivf(tmp_path, source, IVF)
    assert len(list(tmp_path.glob("*.ivf"))) - 1 <= ivf_build.SMALL_PARTS
    assert source.asked == 100
    assert recall(near, source.table) >= 0.95


def test_a_base_larger_than_a_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ivf_build, "PART_ROWS", 5000)
    near = open_ivf(tmp_path, Listed(), IVF)
    assert len(list(tmp_path.glob("*.vectors"))) == 3
    assert recall(near, VECTORS) >= 0.95
    mask = np.random.default_rng(2).random(COUNT) < 0.5
    assert recall(near, VECTORS, mask) >= 0.95


def test_a_base_that_has_grown_is_trained_again(tmp_path: Path) -> None:
    automatic = DenseConfig(kind="ivf", from_passages=1)
    open_ivf(tmp_path, first(2000), automatic)
    before = {file.name for file in tmp_path.glob("trained-*")}
    open_ivf(tmp_path, first(7000), automatic)
    assert {file.name for file in tmp_path.glob("trained-*")} == before
    open_ivf(tmp_path, Listed(), automatic)
    (after,) = (file.name for file in tmp_path.glob("trained-*"))
    assert after not in before


@pytest.mark.parametrize(
    ("pattern", "encoded"),
    [
        ("*.vectors", COUNT),
        ("*.keys", COUNT),
        ("[0-9a-f]*.ivf", 0),
        ("trained-*", 0),
        ("manifest.json", COUNT),
    ],
)
@pytest.mark.parametrize("damage", ["one byte", "cut", "gone"])
def test_a_damaged_file_is_made_again(tmp_path: Path, pattern: str, encoded: int, damage: str) -> None:
    open_ivf(tmp_path, Listed(), IVF)
    (file,) = tmp_path.glob(pattern)
    content = bytearray(file.read_bytes())
    middle = 0 if pattern == "manifest.json" else len(content) // 2
    content[middle] ^= 0xFF
    file.unlink()
    if damage != "gone":
        file.write_bytes(content if damage == "one byte" else content[: len(content) // 2])
    source = Listed()
    assert recall(open_ivf(tmp_path, source, IVF), VECTORS) >= 0.95
    assert source.asked == encoded
    assert not list(tmp_path.glob(".new-*"))


def test_a_byte_changed_in_place_is_seen(tmp_path: Path) -> None:
    open_ivf(tmp_path, Listed(), IVF)
    (file,) = tmp_path.glob("*.vectors")
    with file.open("r+b") as stream:
        stream.seek(1000)
        stream.write(b"\x7f")
    source = Listed()
    open_ivf(tmp_path, source, IVF)
    assert source.asked == COUNT


class Stops(Listed):
    """Fails after one block, as a process that is stopped."""

    def vectors(self, positions: Rows) -> Vectors:
        if self.asked:
            raise KeyboardInterrupt
        return super().vectors(positions)


def test_a_build_that_stops_leaves_the_files_that_were_there(tmp_path: Path) -> None:
    open_ivf(tmp_path, first(3000), IVF)
    manifest = (tmp_path / "manifest.json").read_bytes()
    files = {file.name for file in tmp_path.iterdir()}
    with pytest.raises(KeyboardInterrupt):
        open_ivf(tmp_path, Stops(), IVF)
    assert (tmp_path / "manifest.json").read_bytes() == manifest
    assert {file.name for file in tmp_path.iterdir()} == files


def test_parts_that_are_whole_survive_a_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ivf_build, "PART_ROWS", 8192)
    with pytest.raises(KeyboardInterrupt):
        open_ivf(tmp_path, Stops(), IVF)
    source = Listed()
    open_ivf(tmp_path, source, IVF)
    assert source.asked == COUNT - 8192


def test_an_open_index_keeps_working_while_its_files_are_replaced(tmp_path: Path) -> None:
    near = open_ivf(tmp_path, Listed(), IVF)
    for file in list(tmp_path.iterdir()):
        file.unlink()
    open_ivf(tmp_path, Listed(), IVF.model_copy(update={"lists": 32}))
    assert recall(near, VECTORS) >= 0.95


def test_a_manifest_that_names_another_folder_is_not_followed(tmp_path: Path) -> None:
    open_ivf(tmp_path / "near", Listed(), IVF)
    file = tmp_path / "near" / "manifest.json"
    (name,) = (part.name for part in segments.read(tmp_path / "near").parts)
    file.write_text(file.read_text().replace(name, "../other"))
    assert segments.read(tmp_path / "near") == segments.Manifest()


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_vectors_that_are_not_finite_are_refused(tmp_path: Path, wrong: float) -> None:
    table = VECTORS.copy()
    table[9, 0] = wrong
    with pytest.raises(ValueError, match="finite"):
        open_ivf(tmp_path, Listed(table=table), IVF)
    assert not list(tmp_path.glob("*.vectors"))


def test_vectors_of_another_width_are_refused(tmp_path: Path) -> None:
    open_ivf(tmp_path, first(3000), IVF)
    with pytest.raises(ValueError, match=str(WIDTH)):
        open_ivf(tmp_path, Listed(table=VECTORS[:, :16]), IVF)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KnowledgeBaseError, match="cannot be kept here"):
        open_ivf(tmp_path / "file" / "near", Listed(), IVF)


def test_the_build_tells_how_far_it_is(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    open_ivf(tmp_path, Listed(), IVF, lambda *step: told.append(step))
    assert {stage for stage, _, _ in told} == {"vectors", "training", "lists"}
    assert [(done, total) for stage, done, total in told if stage == "lists"][-1] == (COUNT, COUNT)
