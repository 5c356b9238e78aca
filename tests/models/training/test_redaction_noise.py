from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.training.redaction_noise import NOISES, apply
from models.training.redaction_templates import _assembled

PIECES = [
    ("Hola, soy ", ""), ("Íñigo Núñez", "PERSON"), (" y mi teléfono es el ", ""), ("612 345 678", "PHONE_NUMBER"),
    (", ¿por qué ", ""), ("me duele la cabeza", "SYMPTOM"), ("? La clave: ", ""), ("Lagarto_1987!", "CREDENTIAL"),
]  # fmt: skip


def noisy(name: str, seed: int) -> dict[str, str]:
    return {entity: text for text, entity in apply(Random(seed), PIECES, (name,), "es") if entity}


@given(st.sampled_from(sorted(NOISES)), st.sampled_from(sorted(NOISES)), st.integers(0, 10_000))
def test_spans_keep_their_text_whatever_the_noise(first: str, second: str, seed: int) -> None:
    pieces = apply(Random(seed), PIECES, (first, second), "es")
    text, spans = _assembled(pieces)
    marked = [piece for piece, entity in pieces if entity]
    assert [text[span.start : span.end] for span in spans] == marked
    assert [span.entity for span in spans] == ["PERSON", "PHONE_NUMBER", "SYMPTOM", "CREDENTIAL"]
    assert all(piece == piece.strip() and piece for piece in marked)


@given(
    st.sampled_from(sorted(NOISES)),
    st.text(max_size=60),
    st.sampled_from(["", "PERSON", "ES_NIF"]),
    st.integers(0, 99),
)
def test_no_text_breaks_a_noise(name: str, text: str, entity: str, seed: int) -> None:
    assert isinstance(NOISES[name](Random(seed), text, entity, "es"), str)


@pytest.mark.parametrize(
    ("name", "entity", "expected"),
    [
        ("lower", "PERSON", "íñigo núñez"),
        ("capitals", "SYMPTOM", "ME DUELE LA CABEZA"),
        ("lower", "CREDENTIAL", "Lagarto_1987!"),
        ("capitals", "CREDENTIAL", "Lagarto_1987!"),
        ("typos", "PHONE_NUMBER", "612 345 678"),
        ("sms", "PERSON", "Íñigo Núñez"),
    ],
)
def test_registers(name: str, entity: str, expected: str) -> None:
    assert noisy(name, 3)[entity] == expected


def test_accents_go() -> None:
    assert {noisy("bare", seed)["PERSON"] for seed in range(30)} == {"Iñigo Nuñez", "Inigo Nunez"}


def test_evasions_change_the_spans() -> None:
    hidden = {noisy("zero_width", seed)["PERSON"] for seed in range(30)}
    assert any("\u200b" in text for text in hidden)
    assert any(noisy("lookalikes", seed)["PERSON"] != "Íñigo Núñez" for seed in range(30))
    spread = {noisy("spaced", seed)["PHONE_NUMBER"] for seed in range(60)}
    assert "6 1 2 3 4 5 6 7 8" in spread
    assert any("６" in text for text in spread)


def test_emoji_and_stretching_leave_spans_alone() -> None:
    for seed in range(50):
        assert noisy("emoji", seed) == noisy("stretched", seed) == {e: t for t, e in PIECES if e}
