"""Sentences are verbatim pieces; quotes are the ones that fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.quote import best_quote, leading_sentences, sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Uno. Dos. ¿Tres? ¡Cuatro!", ["Uno.", "Dos.", "¿Tres?", "¡Cuatro!"]),
        ("Llame al Dr. Pérez. Atiende hoy.", ["Llame al Dr. Pérez.", "Atiende hoy."]),
        ("La Sra. Gil con D. Juan. Fin.", ["La Sra. Gil con D. Juan.", "Fin."]),
        ("Cuesta 3.50 euros. Vale.", ["Cuesta 3.50 euros.", "Vale."]),
        ("Pida cremas, geles, etc. También sérum.", ["Pida cremas, geles, etc.", "También sérum."]),
        ("Use FPS 50. Renueve cada 2 h.", ["Use FPS 50.", "Renueve cada 2 h."]),
        ("Con vitamina C. Úselo de día.", ["Con vitamina C.", "Úselo de día."]),
        ("Lo firma J. Gil. Fin.", ["Lo firma J. Gil.", "Fin."]),
        ("1. Abra. 2. Cierre.", ["1. Abra.", "2. Cierre."]),
        ("Uno\nDos", ["Uno", "Dos"]),
        ("Dijo «vale.» Y se fue.", ["Dijo «vale.»", "Y se fue."]),
        ("sin punto final", ["sin punto final"]),
        ("", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert list(sentences(text)) == expected


@given(st.text(alphabet='aB.¿?! \n"»9', max_size=60))
def test_sentences_are_verbatim_and_lose_no_letter(text: str) -> None:
    pieces = sentences(text)
    place = 0
    for piece in pieces:
        place = text.index(piece, place) + len(piece)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (200, "Uno dos. Tres cuatro. Cinco."),
        (21, "Uno dos. Tres cuatro."),
        (20, "Uno dos."),
        (8, "Uno dos."),
        (7, ""),
    ],
)
def test_leading_sentences_fit(limit: int, expected: str) -> None:
    assert leading_sentences("Uno dos. Tres cuatro. Cinco.", limit) == expected


def test_quote_prefers_the_sentence_asked_about() -> None:
    text = "Abrimos de 9 a 18 h. El envío tarda 48 horas. Aceptamos tarjeta."
    assert (
        best_quote(text, "cuánto tarda el envio", "es", {}) == "El envío tarda 48 horas. Aceptamos tarjeta."
    )
    assert best_quote("Una sola frase.", "otra cosa", "es", {}) == "Una sola frase."
    assert best_quote(text, "", "es", {}).startswith("Abrimos")
