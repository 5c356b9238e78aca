"""The sentence-transformers side: the artifact loads there, and gives the same vectors."""

import warnings
from typing import Any

import numpy as np
import pytest

from models.encoder import DEFAULT_DIRECTORY, OnnxEncoder, load_encoder
from models.errors import ArtifactError
from models.hub_encoder import SentenceTransformersEncoder

TEXTS = ["¿Dónde está mi pedido?", "La crema me ha irritado la piel", "ok"]


@pytest.fixture(scope="module")
def library_model() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the library's own imports
        library = pytest.importorskip("sentence_transformers")
        return library.SentenceTransformer(str(DEFAULT_DIRECTORY), trust_remote_code=True, device="cpu")


@pytest.fixture(scope="module")
def encoder() -> OnnxEncoder:
    return OnnxEncoder.load(DEFAULT_DIRECTORY, threads=1)


def test_the_artifact_gives_the_same_vectors_in_sentence_transformers(library_model, encoder):
    queries = library_model.encode(TEXTS, prompt_name="query")
    passages = library_model.encode(TEXTS, prompt_name="passage")
    np.testing.assert_allclose(queries, encoder.encode(TEXTS, kind="query"), atol=1e-3)
    np.testing.assert_allclose(passages, encoder.encode(TEXTS, kind="passage"), atol=1e-3)


def test_the_artifact_survives_saving_by_sentence_transformers(library_model, encoder, tmp_path):
    library_model.save(str(tmp_path))
    assert OnnxEncoder.load(tmp_path, threads=1).fingerprint == encoder.fingerprint


def test_the_adapter_uses_the_prompts_of_the_model(library_model, encoder):
    adapter = SentenceTransformersEncoder(
        library_model, prefixes={"query": "query: ", "passage": "passage: "}, fingerprint="0" * 12
    )
    assert adapter.dimensions == 384
    assert adapter.encode([], kind="query").shape == (0, 384)
    found = adapter.encode(TEXTS, kind="passage")
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, encoder.encode(TEXTS, kind="passage"), atol=1e-3)


def test_a_model_that_is_not_there_is_an_artifact_error(tmp_path, monkeypatch):
    pytest.importorskip("sentence_transformers")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ArtifactError, match="no-such-model"):
        load_encoder(str(tmp_path / "no-such-model"))
