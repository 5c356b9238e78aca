"""Two vectors of a message from one pass: the encoder's own for retrieval, the branch's for the heads."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from models.encoder import DEFAULT_DIRECTORY, OnnxEncoder
from models.errors import ArtifactError
from models.understanding.heads import Heads
from models.understanding.reader import BRANCH_FILE, PlainReader, load_reader
from models.understanding.understander import Understander

ROOT = Path(__file__).parents[3]
HEADS = ROOT / "models" / "artifacts" / "heads"
TEXTS = ["hola", "mi hijo se ha tragado una pila y no para de llorar", "", "quan arriba la comanda? " * 30]


class OtherEncoder:
    """An encoder of another make."""

    dimensions = 3
    fingerprint = "0" * 12

    def encode(self, texts: list[str], *, kind: str) -> np.ndarray:
        assert kind == "query"
        return np.ones((len(texts), 3), dtype=np.float32)


@pytest.fixture(scope="module")
def encoder() -> OnnxEncoder:
    return OnnxEncoder.load(DEFAULT_DIRECTORY, threads=1)


def test_retrieval_gets_what_the_encoder_gives(encoder: OnnxEncoder) -> None:
    heads, retrieval = load_reader(encoder, HEADS / BRANCH_FILE).read(TEXTS)
    assert heads.shape == (4, encoder.dimensions)
    np.testing.assert_allclose(retrieval, encoder.encode(TEXTS[:1], kind="query")[0], atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(heads, axis=1), 1.0, atol=1e-5)
    assert heads[0] @ retrieval < 0.999


def test_a_vector_does_not_hang_on_its_batch(encoder: OnnxEncoder) -> None:
    reader = load_reader(encoder, HEADS / BRANCH_FILE)
    together = reader.read(TEXTS)[0]
    alone = np.concatenate([reader.read([text])[0] for text in TEXTS])
    assert ((together * alone).sum(axis=1) > 0.9999).all()


@pytest.mark.parametrize("first", range(len(TEXTS)))
def test_the_vector_for_retrieval_is_the_first_texts(encoder: OnnxEncoder, first: int) -> None:
    """Whatever group it is read in, and however much longer the others are."""
    texts = [TEXTS[first], *TEXTS]
    retrieval = load_reader(encoder, HEADS / BRANCH_FILE).read(texts)[1]
    np.testing.assert_allclose(retrieval, encoder.encode([TEXTS[first]], kind="query")[0], atol=2e-3)


def test_without_a_branch_the_encoder_serves_both() -> None:
    reader = load_reader(OtherEncoder(), None)
    assert isinstance(reader, PlainReader)
    heads, retrieval = reader.read(["a", "b"])
    assert np.array_equal(heads[0], retrieval)
    assert reader.dimensions == 3


def test_a_branch_needs_the_encoder_it_grew_on() -> None:
    with pytest.raises(ArtifactError, match="without a branch"):
        load_reader(OtherEncoder(), HEADS / BRANCH_FILE)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(HEADS, tmp_path / "heads"))


def understander(folder: Path, encoder: OnnxEncoder) -> Understander:
    return Understander.load(
        artifacts=folder,
        lexicons_dir=ROOT / "policies" / "lexicons",
        thresholds_file=ROOT / "policies" / "thresholds.yaml",
        encoder=encoder,
    )


def test_the_shipped_heads_name_their_branch(encoder: OnnxEncoder, copied: Path) -> None:
    heads = Heads.load(copied, encoder_fingerprint=encoder.fingerprint, dimensions=encoder.dimensions)
    assert heads.branch is not None
    assert len(understander(copied, encoder).fingerprint) == len(heads.fingerprint) == 12


@pytest.mark.parametrize("damage", ["missing", "changed"])
def test_a_damaged_branch_is_refused(encoder: OnnxEncoder, copied: Path, damage: str) -> None:
    branch = copied / BRANCH_FILE
    if damage == "missing":
        branch.unlink()
    else:
        branch.write_bytes(branch.read_bytes()[:-1] + b"\x00")
    with pytest.raises(ArtifactError, match=BRANCH_FILE):
        understander(copied, encoder)
