"""The demo company's approved answers: all in force, short enough, of one mind on every figure, kind in tone."""

import re
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest

from knowledge_base.analysis import fold
from knowledge_base.answer import AnswerText, ApprovedAnswer, Role
from knowledge_base.governance import Governance, in_force
from knowledge_base.loader import load_directory

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 22)
BASE = load_directory(ROOT / "knowledge_base" / "answers")
ANSWERS = BASE.answers
MEDICINES = ("Tosalia Jarabe", "Digesal Sobres", "Flexalia Gel")
NEAR_IDENTICAL = 0.5
"""Share of word 3-grams (Jaccard) from which two short texts would say the same."""

FACTS = (
    # what is said, the only value it may have, in how many answers at least
    (r"gratis (?:a partir de|desde) (\d+) €", "35", 3),
    (r"pedidos? (?:de la web )?(?:a partir de|desde) (\d+) €|la web desde (\d+) €", "35", 1),
    (r"(\d+-\d+) horas laborables", "24-72", 2),
    (r"Canarias, (?:el pedido llega )?(?:de|en) (\d+ a \d+) días", "3 a 6", 1),
    (r"Melilla, de (\d+ a \d+)", "5 a 8", 1),
    (r"Portugal (?:continental )?tarda de (\d+ a \d+) días", "3 a 5", 1),
    (r"a la península cuesta (\d+,\d+) €", "3,95", 1),
    (r"Baleares cuesta (\d+,\d+) €|cuesta (\d+,\d+) € a Baleares", "4,95", 2),
    (r"Melilla, (\d+,\d+) €|(\d+,\d+) € a Canarias", "6,95", 2),
    (r"(?:en|lo recoges en) (?:un )?punto de (?:la red|recogida)[^.]*?(\d+,\d+) €", "2,95", 1),
    (r"(\d+) días naturales desde que recibes el pedido|dentro de los (\d+) días", "30", 2),
    (r"da (\d+) días (?:naturales )?(?:desde la entrega )?(?:para )?desistir|te da (\d+) días", "14", 2),
    (r"máximo de (\d+) días desde que recibimos|el reembolso, en (\d+) días", "14", 2),
    (r"máximo de (\d+) días laborables|en (\d+) días laborables como máximo", "15", 1),
    (r"viernes,? de (\d+ a \d+) h", "9 a 18", 2),
    (r"\b(900 \d{3} \d{3})\b", "900 000 123", 15),
    (r"\b(91 \d{3} \d\d \d\d)\b", "91 562 04 20", 4),
    (r"cada (\w+) horas", "dos", 4),
    (r"cada (\d+) puntos|y (\d+) puntos son", "100", 1),
    (r"indicado (?:a partir de|desde) los (\d+) años", "3", 2),
    (r"en un máximo de un (\w+)", "mes", 2),
)
ADDRESSES = {
    "hola@alborea.example",
    "farmacovigilancia@alborea.example",
    "dpo@alborea.example",
    "alborea.example/contacto",
    "alborea.example/privado",
    "cima.aemps.es",
    "distafarma.aemps.es",
    "notificaram.es",
}
USTED = r"\b(usted|consulte|llame|acuda|lea|evite|aplique|pida|escríbanos|su pedido|puede devolver su)\b"
NEVER_SAID = (
    (r"nuestro error|culpa nuestra|nuestra culpa|asumimos la responsabilidad", "an admission of guilt (M22)"),
    (r"\bpor DM\b|mensaje directo|privado en esta red", "a shift of channel without its reason (M14)"),
    (
        r"el mejor|eficaz|milagro|garantiza(?:mos|do)|100 ?% segur|sin efectos secundarios",
        "a promotional claim",
    ),
    (r"tienes (?:una )?(?:dermatitis|eccema|alergia a|infección)", "a diagnosis (M38)"),
    (r"\b\d+ ?(?:mg|ml) cada|cada \d+ horas|\d+ gotas", "a dosage (M38)"),
)
ASKS_FOR_DATA = r"(?:dinos|danos|mándanos|envíanos|pásanos|facilítanos|indícanos) (?:tu|el|la) \w*(?:número|DNI|nombre|correo|teléfono|dirección|pedido)"  # noqa: E501


def texts() -> list[tuple[ApprovedAnswer, str, AnswerText]]:
    return [(answer, code, text) for answer in ANSWERS for code, text in answer.by_language().items()]


def spanish() -> list[tuple[str, str]]:
    """Id and everything that an answer says in Spanish, private part included."""
    return [(a.id, " ".join((a.by_language()["es"].short, _full(a)))) for a in ANSWERS]


def _full(answer: ApprovedAnswer) -> str:
    text = answer.by_language()["es"]
    return " ".join((text.full, text.private or ""))


def numbers(text: AnswerText) -> set[str]:
    """The figures of a text, however a language writes a time of day."""
    said = f"{text.short} {text.full}"
    return {n.replace(".", ":") for n in re.findall(r"\d+(?:[.,:]\d+)*", said)} - {"9:00", "18:00"}


def shingles(text: str) -> set[tuple[str, ...]]:
    words = fold(text).split()
    return {tuple(words[i : i + 3]) for i in range(len(words) - 2)}


def test_at_least_130_answers_load() -> None:
    assert len(ANSWERS) >= 130


def test_every_file_is_named_after_its_answer() -> None:
    assert {key: Path(name).stem for key, name in BASE.files.items()} == {a.id: a.id for a in ANSWERS}


def test_every_answer_is_in_force() -> None:
    roles = Governance.load(ROOT / "policies" / "knowledge_base.yaml").required_roles
    refusals = [in_force(answer, TODAY, roles) for answer in ANSWERS]
    assert [refusal for refusal in refusals if refusal] == []


def test_every_answer_about_a_medicine_was_seen_by_the_medical_department() -> None:
    about = [a for a in ANSWERS if set(a.products) & set(MEDICINES)]
    assert len(about) >= 15
    missing = [a.id for a in about if Role.MEDICAL not in {approval.role for approval in a.approvals}]
    assert missing == []


def test_answers_about_medicines_point_to_leaflet_or_professional() -> None:
    about = {a.id for a in ANSWERS if set(a.products) & set(MEDICINES)}
    pointed = r"prospecto|farmac|médico|AEMPS|SIGRE"
    assert [key for key, said in spanish() if key in about and not re.search(pointed, said)] == []


@pytest.mark.parametrize("text", texts(), ids=lambda value: None)
def test_texts_have_their_size_and_end_as_sentences(text: tuple[ApprovedAnswer, str, AnswerText]) -> None:
    answer, code, said = text
    assert len(said.short) <= 200, (answer.id, code)
    assert said.short.rstrip()[-1] in ".!?»", (answer.id, code)
    assert 35 <= len(said.full.split()) <= 115, (answer.id, code)
    assert len(said.questions) >= 2, (answer.id, code)


def test_no_two_shorts_say_the_same() -> None:
    shorts = {a.id: shingles(a.by_language()["es"].short) for a in ANSWERS}
    near = [
        (one, other)
        for one, other in combinations(shorts, 2)
        if len(shorts[one] & shorts[other]) / len(shorts[one] | shorts[other]) >= NEAR_IDENTICAL
    ]
    assert near == []


def test_no_example_question_stands_in_two_answers() -> None:
    seen: dict[str, str] = {}
    twice = []
    for answer, code, text in texts():
        for question in text.questions:
            key = f"{code}:{' '.join(fold(question).strip('¿?¡! ').split())}"
            if seen.setdefault(key, answer.id) != answer.id:
                twice.append((question, seen[key], answer.id))
    assert twice == []


@pytest.mark.parametrize(("pattern", "value", "at_least"), FACTS)
def test_a_fact_has_one_value_everywhere(pattern: str, value: str, at_least: int) -> None:
    told = {
        key: {
            group for match in re.finditer(pattern, said, re.IGNORECASE) for group in match.groups() if group
        }
        for key, said in spanish()
    }
    told = {key: values for key, values in told.items() if values}
    assert len(told) >= at_least
    assert {key: values for key, values in told.items() if values != {value}} == {}


@pytest.mark.parametrize(("pattern", "what"), NEVER_SAID)
def test_nothing_is_said_that_the_practices_forbid(pattern: str, what: str) -> None:
    assert [key for key, said in spanish() if re.search(pattern, said, re.IGNORECASE)] == [], what


def test_customers_are_addressed_with_tu() -> None:
    assert [key for key, said in spanish() if re.search(USTED, said, re.IGNORECASE)] == []


def test_public_texts_ask_for_no_data() -> None:
    public = [(a.id, f"{t.short} {t.full}") for a in ANSWERS for t in [a.by_language()["es"]]]
    assert [key for key, said in public if re.search(ASKS_FOR_DATA, said, re.IGNORECASE)] == []


def test_addresses_are_the_companys_or_the_authorities() -> None:
    address = r"(?:[\w.]+@)?(?:[a-z]+\.)*(?:alborea\.example|aemps\.es|notificaram\.es)(?:/[a-z]+)?"
    found = {match for _, _, text in texts() for match in re.findall(address, f"{text.short} {text.full}")}
    assert found <= ADDRESSES
    assert {"alborea.example/contacto", "alborea.example/privado", "dpo@alborea.example"} <= found


def test_variants_are_plenty_and_repeat_the_figures_of_the_spanish_text() -> None:
    languages = [code for _, code, _ in texts() if code != "es"]
    assert languages.count("ca") >= 25
    assert len(languages) - languages.count("ca") >= 10
    assert {"gl", "eu", "pt", "en"} <= set(languages)
    differing = [
        (answer.id, code, numbers(text) - numbers(answer.by_language()["es"]))
        for answer, code, text in texts()
        if code != "es" and numbers(text) - numbers(answer.by_language()["es"])
    ]
    assert differing == []
