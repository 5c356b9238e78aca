"""The redactor as shipped, model and recognizers together, on messages that are in no labelled file."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.settings import Settings
from api.wiring import load_redactor
from models.redaction.redactor import Redactor
from models.text import RawText


@pytest.fixture(scope="module")
def redactor() -> Redactor:
    return load_redactor(Settings())


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("hola soy rosario, la hija de sagrario huamaní", ["rosario", "sagrario huamaní"]),
        ("dile a yubisay que ya llegó lo suyo", ["yubisay"]),
        ("vivo en torre 4 piso 3, villa los aromos", ["torre 4 piso 3"]),
        ("mi mamá toma sintrom y anda mala de los nervios", ["sintrom"]),
        (
            "me llamo Ainhoa Urretabizkaia Soto y mi DNI es el 12345678Z",
            ["Ainhoa Urretabizkaia Soto", "12345678Z"],
        ),
        ("tengo lupus y estoy de cinco meses", ["lupus"]),
        ("escribidme a lola.merino(at)correo.example", ["lola.merino(at)correo.example"]),
    ],
)
def test_what_must_not_be_seen_is_hidden(redactor: Redactor, text: str, hidden: list[str]) -> None:
    redacted = redactor.redact(RawText(text)).text.value
    assert not [value for value in hidden if value in redacted], redacted


@pytest.mark.parametrize(
    "text",
    [
        "¿Abrís el sábado por la tarde?",
        "Cuesta 24,90 € y el envío 3 días",
        "El lote 23A417 caduca en marzo de 2027",
        "¿La crema SPF 50 sirve para pieles secas?",
        "Gracias por todo, sois un encanto",
    ],
)
def test_innocent_messages_stay_as_they_are(redactor: Redactor, text: str) -> None:
    assert redactor.redact(RawText(text)).text.value == text


PIECES = st.lists(
    st.sampled_from(
        [
            "soy Ana", "maría", "612 34 56 78", "tengo diabetes", "[PERSONA_1]", "¤", "calle mayor 3", "hola",
            "me pica todo", "@lola.79", "pedido 44-9921", "👩🏽‍⚕️", "\n", "tomo ibuprofeno", "12345678Z", "e\u0301",
        ]
    ),
    max_size=10,
).map(" ".join)  # fmt: skip


@settings(deadline=None, max_examples=40)
@given(PIECES)
def test_redacting_twice_changes_nothing_with_the_model(redactor: Redactor, text: str) -> None:
    once = redactor.redact(RawText(text)).text.value
    assert redactor.redact(RawText(once)).text.value == once


def test_a_batch_gives_what_single_texts_give(redactor: Redactor) -> None:
    texts = ["soy Ana", "", "mi hija lucía tiene fiebre desde ayer " * 9, "hola", "gracias, Íñigo"]
    together = redactor.redact_batch([RawText(text) for text in texts])
    assert [done.text.value for done in together] == [
        redactor.redact(RawText(text)).text.value for text in texts
    ]


def test_the_shipped_redactor_names_its_model(redactor: Redactor) -> None:
    assert redactor.model_fingerprint is not None
    assert len(redactor.model_fingerprint) == 12
