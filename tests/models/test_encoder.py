"""The encoder: shape, length, sameness in batches, prefixes, damaged files, and no torch."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.artifact import MAX_BATCH_TOKENS, MOST_PADDED, length_buckets
from models.encoder import DEFAULT_DIRECTORY, LOWER_FILE, UPPER_FILE, OnnxEncoder, load_encoder
from models.errors import ArtifactError

TEXTS = [
    "¿Dónde está mi pedido? Lleva tres días en reparto.",
    "ok",
    "",
    "no m ha yegao el paquete!!! 😡😡",
    "Bon dia, a quina hora tanca la farmàcia del carrer Major?",
    "Bos días, a crema produciume unha reacción na pel",
    "Egun on, noiz iritsiko da nire eskaera?",
    "Olá, o creme fez-me alergia, o que faço?",
    "My order never arrived and nobody answers the phone.",
    "Me he tomado dos pastillas en vez de una. " * 60,
]


@pytest.fixture(scope="module")
def encoder() -> OnnxEncoder:
    return OnnxEncoder.load(DEFAULT_DIRECTORY, threads=1)


def test_vectors_have_the_promised_shape_and_unit_length(encoder):
    vectors = encoder.encode(TEXTS, kind="query")
    assert vectors.shape == (len(TEXTS), encoder.dimensions) == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_no_text_gives_no_vector(encoder):
    vectors = encoder.encode([], kind="passage")
    assert vectors.shape == (0, 384)
    assert vectors.dtype == np.float32


def test_encoding_twice_gives_the_same_bits(encoder):
    assert np.array_equal(encoder.encode(TEXTS, kind="query"), encoder.encode(TEXTS, kind="query"))


def test_a_vector_does_not_hang_on_its_batch(encoder):
    together = encoder.encode(TEXTS, kind="query")
    alone = np.concatenate([encoder.encode([text], kind="query") for text in TEXTS])
    assert ((together * alone).sum(axis=1) > 0.9999).all()


def test_order_is_kept_over_many_batches(encoder):
    texts = [f"pedido {number} " + "sin noticias " * (number % 7) for number in range(70)]
    vectors = encoder.encode(texts, kind="query")
    for place in (0, 33, 69):
        assert float(encoder.encode([texts[place]], kind="query")[0] @ vectors[place]) > 0.9999


def test_query_and_passage_differ(encoder):
    query, passage = (encoder.encode(["devolución de un producto"], kind=k)[0] for k in ("query", "passage"))
    assert float(query @ passage) < 0.999


@pytest.mark.parametrize(
    ("text", "near", "far"),
    [
        ("mi paquete no llega", "el pedido sigue sin entregarse", "me pica la cara desde que uso la crema"),
        ("¿cuánto cuesta el sérum?", "qué precio tiene el sérum", "gracias, sois los mejores"),
        ("me ha salido un sarpullido", "tengo la piel roja e irritada", "¿abrís los domingos?"),
        ("on és la meva comanda?", "¿dónde está mi pedido?", "la meva filla té febre"),
        ("noiz irekitzen duzue?", "¿a qué hora abrís?", "me duele la cabeza"),
    ],
)
def test_like_meanings_lie_nearer(encoder, text, near, far):
    vectors = encoder.encode([text, near, far], kind="query")
    assert float(vectors[0] @ vectors[1]) > float(vectors[0] @ vectors[2])


def test_long_texts_are_cut_at_their_end(encoder):
    start = "La crema me ha irritado la piel. " * 80
    first, second = encoder.encode([start, start + "Por cierto, ¿a qué hora cerráis?"], kind="passage")
    np.testing.assert_array_equal(first, second)


def test_threads_may_share_an_encoder(encoder):
    expected = encoder.encode(TEXTS, kind="query")
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: encoder.encode(TEXTS, kind="query"), range(8)):
            np.testing.assert_array_equal(found, expected)


@settings(max_examples=30, deadline=None)
@given(texts=st.lists(st.text(max_size=60), max_size=3))
def test_any_text_gives_finite_unit_vectors(encoder, texts):
    vectors = encoder.encode(texts, kind="query")
    assert np.isfinite(vectors).all()
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


@given(lengths=st.lists(st.integers(2, 256), max_size=200))
def test_buckets_hold_every_row_once_within_limits(lengths):
    buckets = list(length_buckets(lengths))
    assert sorted(row for bucket in buckets for row in bucket) == list(range(len(lengths)))
    for bucket in buckets:
        assert len(bucket) <= 32
        padded = len(bucket) * max(lengths[row] for row in bucket)
        tokens = sum(lengths[row] for row in bucket)
        assert len(bucket) == 1 or padded <= min(MAX_BATCH_TOKENS, MOST_PADDED * tokens)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEFAULT_DIRECTORY, tmp_path / "encoder"))


@pytest.mark.parametrize("name", [LOWER_FILE, UPPER_FILE, "tokenizer.json"])
def test_a_damaged_file_is_refused(copy, name):
    data = bytearray((copy / name).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / name).write_bytes(data)
    with pytest.raises(ArtifactError, match=f"{name}.*sha256"):
        OnnxEncoder.load(copy)


@pytest.mark.parametrize("name", [LOWER_FILE, UPPER_FILE, "tokenizer.json", "manifest.json"])
def test_a_missing_file_is_refused(copy, name):
    (copy / name).unlink()
    with pytest.raises(ArtifactError, match=name):
        OnnxEncoder.load(copy)


@pytest.mark.parametrize(
    "manifest",
    ["", "[]", "{}", '{"format": 2}', '{"format": 1, "files": {}}', '{"format": 1, "dimensions": 384}'],
)
def test_a_manifest_of_another_kind_is_refused(copy, manifest):
    (copy / "manifest.json").write_text(manifest, encoding="utf-8")
    with pytest.raises(ArtifactError, match=r"manifest\.json"):
        OnnxEncoder.load(copy)


def test_the_default_artifact_is_small_enough_to_commit():
    assert sum(file.stat().st_size for file in DEFAULT_DIRECTORY.iterdir()) <= 45_000_000


def test_load_encoder_takes_a_folder_by_name(encoder):
    found = load_encoder(str(DEFAULT_DIRECTORY), threads=1)
    assert isinstance(found, OnnxEncoder)
    assert found.fingerprint == encoder.fingerprint
    assert len(found.fingerprint) == 12


def test_a_folder_without_artifact_is_refused(tmp_path):
    with pytest.raises(ArtifactError, match=r"manifest\.json"):
        load_encoder(tmp_path)


def test_encoding_imports_neither_torch_nor_transformers():
    code = (
        "import sys; from models.encoder import DEFAULT_DIRECTORY, load_encoder;"
        "assert load_encoder(DEFAULT_DIRECTORY, threads=1).encode(['hola'], kind='query').shape == (1, 384);"
        "found = {'torch', 'transformers', 'sentence_transformers'} & set(sys.modules);"
        "assert not found, found"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
