"""Vectors kept on disk: reused, told apart by encoder, and made again when the file is damaged."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from knowledge_base.vector_cache import VectorCache, encoder_fingerprint
from tests.knowledge_base.fakes import HashingEncoder

TEXTS = ["uno", "dos", "tres", "dos"]


def only_file(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


def test_second_start_encodes_nothing(tmp_path: Path) -> None:
    first = VectorCache(HashingEncoder(), tmp_path).encode(TEXTS)
    encoder = HashingEncoder()
    again = VectorCache(encoder, tmp_path).encode(TEXTS)
    assert encoder.encoded == 0
    np.testing.assert_array_equal(first, again)


def test_only_new_texts_are_encoded(tmp_path: Path) -> None:
    VectorCache(HashingEncoder(), tmp_path).encode(TEXTS)
    encoder = HashingEncoder()
    VectorCache(encoder, tmp_path).encode([*TEXTS, "cuatro"])
    assert encoder.encoded == 1


def test_another_encoder_has_its_own_file(tmp_path: Path) -> None:
    VectorCache(HashingEncoder("a"), tmp_path).encode(TEXTS)
    VectorCache(HashingEncoder("b"), tmp_path).encode(TEXTS)
    assert len(list(tmp_path.iterdir())) == 2


def flip(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 255]) + data[middle + 1 :]


@pytest.mark.parametrize(
    "damage", [lambda data: b"", lambda data: data[:100], flip, lambda data: b"not an archive" * 10]
)
def test_damaged_file_is_made_again(tmp_path: Path, damage: Any) -> None:
    expected = VectorCache(HashingEncoder(), tmp_path).encode(TEXTS)
    file = only_file(tmp_path)
    file.write_bytes(damage(file.read_bytes()))
    encoder = HashingEncoder()
    np.testing.assert_array_equal(VectorCache(encoder, tmp_path).encode(TEXTS), expected)
    assert encoder.encoded == 3
    repaired = HashingEncoder()
    VectorCache(repaired, tmp_path).encode(TEXTS)
    assert repaired.encoded == 0


def test_folder_that_cannot_be_written_costs_time_only(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = VectorCache(HashingEncoder(), tmp_path / "file" / "cache")
    assert cache.encode(TEXTS).shape == (4, 128)


class Broken(HashingEncoder):
    def encode(self, texts: list[str], *, kind: Any) -> Any:
        return np.full((len(texts), 4), np.nan, dtype=np.float32)


def test_vectors_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="encoder returned vectors"):
        VectorCache(Broken(), tmp_path).encode(["uno"])
    assert list(tmp_path.iterdir()) == []


class Anonymous:
    """An encoder without a fingerprint of its own."""

    def __init__(self, dimensions: int) -> None:
        self._inner = HashingEncoder(dimensions=dimensions)

    def encode(self, texts: list[str], *, kind: Any) -> Any:
        return self._inner.encode(texts, kind=kind)


def test_fingerprint_of_an_encoder_that_names_none() -> None:
    assert encoder_fingerprint(Anonymous(64)) == encoder_fingerprint(Anonymous(64))
    assert encoder_fingerprint(Anonymous(64)) != encoder_fingerprint(Anonymous(128))
