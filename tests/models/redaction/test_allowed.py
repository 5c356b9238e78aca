"""The account's own names: what of them is left, and which persons with the same name are not."""

import pytest

from models.redaction.allowed import Allowed
from models.spans import Span
from models.text import RawText

ALLOWED = (
    "Laboratorios Alba",
    "Albaderm",
    "Albaderm Sol SPF 50+ Fluido",
    "Albaderm Sol Infantil",
    "Albaderm Vita-C Ampollas",
    "Albaderm Sérum Renova",
    "@albaderm",
    "+34 910 123 456",
)


@pytest.mark.parametrize(
    "text",
    [
        "¿La Vita-C se puede usar de día?",
        "Uso Vita-C y me va bien",
        "El Sol Fluido me llegó abierto",
        "¿Tenéis Sol Infantil?",
        "Quiero dos Albaderm Sol",
        "¿El Albaderm Sol Fluido lleva perfume?",
        "compré el Sérum Renova en la web",
        "Renova y Vita-C, ¿se mezclan?",
        "¿Y el Sol cuándo vuelve?",
        "de Albaderm Vita-C no queda",
    ],
)
def test_words_of_a_product_stay(redactor, text):
    assert redactor.redact(RawText(text), allowed=ALLOWED).text.value == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Soy Sol García y uso Albaderm Sol", ["Sol García"]),
        ("me llamo Alba y quiero la factura", ["Alba"]),
        ("me llamo Sol", ["Sol"]),
        ("a nombre de Renova Pérez", ["Renova Pérez"]),
        ("mi hija Sol usa el Sol Infantil", ["hija Sol"]),
        ("Sol García Infantes no ha recibido nada", ["Sol García"]),
        ("soy Consuelo", ["Consuelo"]),
        ("Gracias.\n\nUn saludo,\nAlba", ["saludo,\nAlba"]),
        ("me atendió Sol Martínez", ["Sol Martínez"]),
    ],
)
def test_persons_called_like_a_product_are_masked(redactor, text, masked):
    redacted = redactor.redact(RawText(text), allowed=ALLOWED).text.value
    for value in masked:
        assert value not in redacted


def test_the_product_beside_its_namesake_stays(redactor):
    redacted = redactor.redact(
        RawText("Soy Sol García. El Albaderm Sol no llega."), allowed=ALLOWED
    ).text.value
    assert redacted == "Soy [PERSONA_1]. El Albaderm Sol no llega."


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("Sol Fluido", True),
        ("Sérum Renova", True),
        ("Vita-C", True),
        ("Fluido Sol", False),
        ("Renova Infantil", False),
        ("Sol Fluido Marta", False),
        ("Solano", False),
    ],
)
def test_words_of_one_name_in_its_order_are_covered(text, covered):
    assert Allowed.of(ALLOWED).covers(text, Span("PERSON", 0, len(text), 0.8), "given_and_surname") is covered


def test_any_collection_of_values_is_taken(redactor):
    for allowed in (ALLOWED, list(ALLOWED), set(ALLOWED), frozenset(ALLOWED)):
        assert redactor.redact(RawText("¿Tenéis Sol Infantil?"), allowed=allowed).spans == ()
