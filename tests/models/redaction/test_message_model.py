"""Readings of messages: what the model supports of a finding, and its spans by entity."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from models.encoder import DEFAULT_DIRECTORY as ENCODER
from models.redaction.message_model import MessageModel, ModelReading, calmed
from models.redaction.pieces import PieceCutter
from models.redaction.span_scheme import SCHEME
from models.redaction.token_model import Ids, TokenModel

READING = ModelReading((), np.array([0.0, 0.2, 0.9, 0.1, 0.5, 0.0], dtype=np.float32))


@pytest.mark.parametrize(
    ("stretch", "least", "expected"),
    [
        ((0, 6), 0.5, (2, 5)),
        ((0, 6), 0.15, (1, 5)),
        ((0, 2), 0.5, None),
        ((0, 2), 0.0, (0, 2)),
        ((3, 4), 0.1, (3, 4)),
        ((5, 6), 0.01, None),
    ],
)
def test_what_is_supported_of_a_stretch(
    stretch: tuple[int, int], least: float, expected: tuple[int, int] | None
) -> None:
    assert READING.supported(*stretch, least) == expected


def test_a_model_that_tells_no_evidence_supports_all() -> None:
    assert ModelReading(()).supported(1, 3, 0.9) == (1, 3)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("YA ESTOY HARTA", "ya estoy harta"),
        ("SEÑORES, LLEVO 3 DÍAS ESPERANDO!!", "señores, llevo 3 días esperando!!"),
        ("Soy la madre de MARTA GIL", "Soy la madre de MARTA GIL"),
        ("SÍ, CLARO", "SÍ, CLARO"),
        ("hola buenas tardes", "hola buenas tardes"),
        ("", ""),
    ],
)
def test_a_shouted_text_is_read_in_small_letters(text: str, read: str) -> None:
    assert calmed(text) == read


@given(st.text())
def test_calming_keeps_every_character_at_its_place(text: str) -> None:
    calm = calmed(text)
    assert len(calm) == len(text)
    assert calm.lower() == text.lower()


def test_clinical_types_count_as_outside_and_names_as_persons() -> None:
    tokenizer = Tokenizer.from_file(str(ENCODER / "tokenizer.json"))
    kinds = {tokenizer.encode(word, add_special_tokens=False).ids[0]: kind for word, kind in
             {"Ana": "STAFF_NAME", "Madrid": "TERRITORY"}.items()}  # fmt: skip

    def forward(ids: Ids, mask: Ids) -> np.ndarray:
        logits = np.full((*ids.shape, SCHEME.size), -9.0, dtype=np.float32)
        logits[..., 0] = 0.0
        for piece, kind in kinds.items():
            logits[..., SCHEME.begin(kind)][ids == piece] = 9.0
        return logits

    model = MessageModel(TokenModel(forward, PieceCutter(tokenizer), SCHEME, fingerprint="rule"))
    (reading,) = model.read(["Ana vive en Madrid"])
    assert [(span.entity, span.start, span.end) for span in reading.spans] == [("PERSON", 0, 3)]
    assert reading.evidence is not None
    assert reading.evidence[:3].min() > 0.99
    assert reading.evidence[3:].max() < 0.01
    assert model.fingerprint == "rule"
