"""The second checker on sources, facts, persons, form and length."""

import ast
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.drafts.second.check import check
from eval.drafts.second.length import LIMITS, measure
from eval.drafts.second.words import load_words
from tests.eval.drafts.builders import APPROVED, ROOT, seen

WORDS = load_words()
OURS = ("api", "cases", "drafting", "eval", "knowledge_base", "models", "policies")
ANSWER = ("Llega en tres días.", "answer:envio@2#short")
CODE = ("Tu caso es el BOR-1111-22222.", "bank:es.code/abcdef")
OWN: Mapping[str, Any] = {"audience": "private", "own_values": ("BOR-1111-22222",)}
FOUND = {"evidence": frozenset({("envio", 2)})}


def rules_of(draft: Any) -> set[str]:
    return {found.rule for found in check(draft, APPROVED, WORDS)}


@pytest.mark.parametrize(
    "draft",
    [
        seen("Hemos recibido tu mensaje.", "Te respondemos en un día laborable."),
        seen("Hemos recibido tu mensaje.", CODE, **OWN),
        seen("Hemos recibido tu mensaje.", ANSWER, **FOUND),
        seen(
            ("Llama ahora al 112.", "bank:es.call/abcdef"),
            disposition="urgent_referral",
            safety_numbers=("112",),
        ),
        seen(
            ("Gracias por preguntar por Tosalia Jarabe.", "bank:es.product/abcdef"),
            own_values=("Tosalia Jarabe",),
        ),
    ],
)
def test_passes_what_is_approved(draft: Any) -> None:
    assert rules_of(draft) == set()


@pytest.mark.parametrize(
    ("rule", "draft"),
    [
        ("sentence_not_in_its_source", seen("Hemos recibido tu carta.")),
        ("sentence_not_in_its_source", seen("Te respondemos en una semana.")),
        ("sentence_not_in_its_source", seen("Te respondemos en {plazo_respuesta}.")),
        ("sentence_not_in_its_source", seen(("Llega en tres", "answer:envio@2#short"), **FOUND)),
        ("source_unknown", seen(("Hemos recibido tu mensaje.", "bank:es.none/abcdef"))),
        ("source_unknown", seen(("Llega en tres días.", "answer:envio@1#short"), **FOUND)),
        ("source_not_among_the_evidence", seen(ANSWER)),
        (
            "private_answer_in_public",
            seen(("Son 5 ml cada 8 horas.", "answer:medica@1#short"), evidence=frozenset({("medica", 1)})),
        ),
        (
            "dose_without_medical_approval",
            seen(("Son 5 ml cada 8 horas.", "answer:dosis@1#short"), evidence=frozenset({("dosis", 1)})),
        ),
        (
            "text_beyond_its_sentences",
            seen("Hemos recibido tu mensaje.", text="Hemos recibido tu mensaje. Y más."),
        ),
        ("sentence_not_in_its_source", seen(CODE, own_values=("BOR-1111-22222",))),
        ("number_not_approved", seen("Son 42.")),
        ("price_not_approved", seen("Cuesta 12,90 €.")),
        ("address_not_approved", seen("Mira https://otra.example/x.")),
        ("mail_not_approved", seen("Escribe a otro@correo.example.")),
        ("term_not_approved", seen("Llega en cinco días.")),
        ("product_out_of_nowhere", seen("Prueba Tosalia Jarabe.")),
        ("personal_placeholder", seen("Hola, [PERSONA_1]:")),
        ("personal_identity_number", seen("Tu DNI es 12345678Z.")),
        ("personal_bank_account", seen("Es ES79 2100 0813 6101 2345 6789.")),
        ("personal_street", seen("Vives en calle Mayor 14.")),
        ("personal_contact", seen("Mira lo de @vecina.")),
        ("personal_name", seen("Hola, Maribel.", customer="Soy Maribel, del cuarto.")),
        ("echo_of_the_customer", seen("Sí, el 655 12 34 56.", customer="¿Es el 655 12 34 56?")),
        ("gap", seen("Te llamamos al .")),
        ("gap", seen("Mira ( ) eso.")),
        ("other_language", seen("We have received your message and a person on the team will read it.")),
        ("doubled_thanks", seen("Gracias por escribir.", "Gracias por contarlo.")),
        ("doubled_greeting", seen("Hola.", "Buenos días, te leemos.")),
        ("doubled_regret", seen("Sentimos lo que cuentas.", "Lamentamos el retraso.")),
        ("said_twice", seen("Te leemos.", "Te leemos.")),
        ("two_voices", seen("Cuéntanos tu caso, y le contestamos.")),
        (
            "no_number_first",
            seen(
                "Cuéntales lo que pasa.",
                "Llama al 112.",
                disposition="urgent_referral",
                safety_numbers=("112",),
            ),
        ),
        (
            "long_in_an_emergency",
            seen("Llama al 112.", "Ve ya.", "Corre.", disposition="urgent_referral", safety_numbers=("112",)),
        ),
        (
            "said_before",
            seen(
                "Te respondemos en un día laborable.",
                said_before=("Hola. Te respondemos en un día laborable.",),
            ),
        ),
        ("many_emoji", seen("Bien 😀😀😀")),
        ("too_long", seen("a" * 281, channel="x")),
        ("wrong_length", seen("Hola.", declared=(4, 600))),
        ("empty", seen(" ")),
    ],
)
def test_finds_what_is_not(rule: str, draft: Any) -> None:
    assert rule in rules_of(draft)


@pytest.mark.parametrize(
    ("text", "channel", "length"),
    [
        ("Hola", "x", 4),
        ("日本", "x", 4),
        ("👍", "x", 2),
        ("👩‍👩‍👧", "x", 2),
        ("👍🏽", "x", 2),
        ("Mira https://alborea.example/una/muy/larga", "x", 5 + 23),
        ("👍", "facebook", 2),
        ("👍", "email", 1),
    ],
)
def test_measures_as_the_networks_do(text: str, channel: str, length: int) -> None:
    assert measure(text, channel) == length


@given(
    st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=0x24F)), st.sampled_from(sorted(LIMITS))
)
def test_a_longer_text_is_never_shorter(text: str, place: tuple[str, str]) -> None:
    assert measure(text + " y más", place[0]) >= measure(text, place[0])


def test_shares_no_code_with_what_it_checks() -> None:
    allowed = ("eval.drafts.second", "eval.drafts.record")
    for file in (ROOT / "eval" / "drafts" / "second").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            ours = [name for name in names if name.split(".")[0] in OURS]
            assert all(name.startswith(allowed) for name in ours), (file.name, ours)
