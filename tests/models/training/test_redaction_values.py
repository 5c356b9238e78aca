from collections.abc import Callable
from random import Random

import pytest
import stdnum.ar.cuit
import stdnum.br.cpf
import stdnum.cl.rut
import stdnum.ec.ci
import stdnum.es.cif
import stdnum.es.nie
import stdnum.iban
import stdnum.luhn
import stdnum.mx.curp
import stdnum.mx.rfc
import stdnum.pt.nif
import stdnum.ro.cnp

from models.redaction.folding import fold_word
from models.redaction.gazetteer import load_gazetteer
from models.redaction.validators import es_ccc, es_nif, es_nuss
from models.training import redaction_documents, redaction_national_ids
from models.training.redaction_contacts import email, handle, phone
from models.training.redaction_dates import age, birth_date, old_age
from models.training.redaction_draw import RIGHT_CHECK, Draw
from models.training.redaction_grammar import Choice, Sequence, Slot, read_yaml
from models.training.redaction_names import full, given, surname
from models.training.redaction_values import entity_of, expand, inflected, value, value_lists

COUNTRIES = ("ES", "MX", "AR", "CL", "CO", "PE", "VE", "EC", "BO", "UY", "PY", "CR", "DO", "GT", "HN", "SV", "PA", "NI",
             "CU", "PT", "BR", "GB", "US")  # fmt: skip
DRAWS = 1500


def draw(country: str = "ES", language: str = "es", seed: int = 1) -> Draw:
    return Draw(Random(seed), f"{language}-{country}", country, language)


def compact(text: str) -> str:
    return "".join(char for char in text if char.isalnum()).upper()


def share(
    maker: Callable[[Draw], str], valid: Callable[[str], bool], country: str, length: int | None = None
) -> float:
    state = draw(country)
    values = [compact(maker(state)) for _ in range(DRAWS)]
    counted = [text for text in values if length is None or len(text) == length]
    assert len(counted) > DRAWS / 10
    return sum(valid(text) for text in counted) / len(counted)


def uruguayan(text: str) -> bool:
    weights = (2, 9, 8, 7, 6, 3, 4, 1)
    return sum(int(digit) * factor for digit, factor in zip(text, weights, strict=True)) % 10 == 0


@pytest.mark.parametrize(
    ("maker", "valid", "country", "length"),
    [
        (redaction_documents.nie, stdnum.es.nie.is_valid, "ES", 9),
        (redaction_documents.cif, stdnum.es.cif.is_valid, "ES", 9),
        (redaction_documents.nuss, es_nuss, "ES", 12),
        (redaction_documents.account, es_ccc, "ES", 20),
        (redaction_documents.card, stdnum.luhn.is_valid, "ES", 16),
        (redaction_documents.card, stdnum.luhn.is_valid, "ES", 15),
        (redaction_national_ids.mexico, stdnum.mx.curp.is_valid, "MX", 18),
        (redaction_national_ids.chile, stdnum.cl.rut.is_valid, "CL", 9),
        (redaction_national_ids.argentina, stdnum.ar.cuit.is_valid, "AR", 11),
        (redaction_national_ids.ecuador, stdnum.ec.ci.is_valid, "EC", 10),
        (redaction_national_ids.uruguay, uruguayan, "UY", 8),
        (redaction_national_ids.brazil, stdnum.br.cpf.is_valid, "BR", 11),
        (redaction_national_ids.romania, stdnum.ro.cnp.is_valid, "ES", 13),
    ],
)
def test_most_check_digits_are_right_and_many_wrong(
    maker: Callable[[Draw], str], valid: Callable[[str], bool], country: str, length: int
) -> None:
    assert RIGHT_CHECK - 0.12 < share(maker, valid, country, length) < RIGHT_CHECK + 0.2


def test_a_dni_is_mostly_right() -> None:
    state = draw()
    values = [text for text in (redaction_documents.nif(state) for _ in range(DRAWS)) if text[-1].isalpha()]
    assert 0.6 < sum(es_nif(text.lower()) for text in values) / len(values) < 0.8


def test_spanish_ibans_are_mostly_right() -> None:
    state = draw()
    found = [compact(redaction_documents.iban(state)) for _ in range(DRAWS)]
    spanish = [text for text in found if text.startswith("ES")]
    assert {len(text) for text in spanish} == {24}
    assert 0.6 < sum(stdnum.iban.is_valid(text, check_country=False) for text in spanish) / len(spanish) < 0.8


def slots(sequence: Sequence) -> list[Slot]:
    found: list[Slot] = []
    for node in sequence:
        if isinstance(node, Slot):
            found.append(node)
        elif isinstance(node, Choice):
            for option in node.options:
                found.extend(slots(option))
    return found


def test_every_slot_of_the_value_files_is_known() -> None:
    for entity, keyed in value_lists().values():
        assert entity == "" or entity.isupper()
        for pool in keyed.values():
            assert pool
            for entry in set(pool):
                for slot in slots(entry):
                    entity_of(slot.name)


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_country_fills_every_slot(country: str) -> None:
    state = draw(country, {"PT": "pt", "BR": "pt", "GB": "en", "US": "en"}.get(country, "es"))
    names = [name for name in value_lists() if not name.startswith("f_")]
    for name in (
        *names,
        "person",
        "dni",
        "natid",
        "nuss",
        "phone",
        "email",
        "plate",
        "account",
        "iban",
        "birth",
    ):
        for _ in range(20):
            text = value(name, state)
            assert name == "f_tag" or (text and text == text.strip()), name


@pytest.mark.parametrize(
    ("name", "suffix", "joined"),
    [
        ("Amaia", "ek", "Amaiak"),
        ("Mikel", "ek", "Mikelek"),
        ("Amaia", "i", "Amaiari"),
        ("Andoni", "en", "Andoniren"),
    ],
)
def test_basque_case_endings_join_the_name(name: str, suffix: str, joined: str) -> None:
    assert inflected(name, suffix) == joined


def test_basque_case_endings_stay_inside_the_span() -> None:
    for seed in range(200):
        pieces = expand((Slot("given", False, "ek"),), draw("ES", "eu", seed))
        assert [entity for _, entity in pieces] == ["PERSON"]
        assert pieces[0][0].endswith("k")


def test_half_of_the_names_are_not_in_the_lists_of_the_redactor_or_are_everyday_words() -> None:
    lists, state = load_gazetteer(), draw()
    surnames = [surname(state).split()[-1] for _ in range(DRAWS)]
    unknown = sum(fold_word(word) not in lists.surnames for word in surnames)
    assert unknown / DRAWS > 0.25
    givens = {given(state) for _ in range(DRAWS)}
    assert {"Dolores", "Mercedes"} & givens
    assert len({full(state) for _ in range(DRAWS)}) > DRAWS * 0.98


def test_no_private_mailbox_is_a_company_one() -> None:
    state = draw()
    for _ in range(DRAWS):
        mailbox = email(state).lower().split("@")[0]
        assert mailbox not in {"info", "clientes", "contacto", "hola", "pedidos", "atencion"}


def test_mailboxes_follow_the_person_named() -> None:
    state = draw()
    hits = 0
    for _ in range(300):
        state.person = "Eufrasia Zubimendi"
        text = email(state).lower()
        hits += "eufrasia" in text or "zubimendi" in text
    assert hits > 100


def test_contacts_look_as_they_should() -> None:
    state = draw()
    assert all(handle(state).startswith("@") for _ in range(200))
    phones = [phone(state) for _ in range(500)]
    assert any("\u20e3" in text for text in phones)
    assert any("seis" in text for text in phones)
    assert any(text.startswith("+34") for text in phones)


@pytest.mark.parametrize("language", ["es", "ca", "gl", "eu", "pt", "en"])
def test_ages_and_birth_dates_in_every_language(language: str) -> None:
    state = draw("ES", language)
    for _ in range(200):
        assert any(char.isdigit() for char in birth_date(state))
        number = old_age(state).split()[0]
        assert not number.isdigit() or int(number) >= 90
        assert int(age(state).split()[0]) < 90


def test_health_lists_are_long() -> None:
    def size(name: str) -> int:
        return sum(len(pool) for pool in value_lists()[name][1].values())

    assert size("condition") >= 400
    assert size("symptom") + size("feel") + size("feels") >= 300
    assert size("drug") >= 250
    assert size("treatment") >= 150
    assert set(read_yaml("values_health.yaml")["condition"]) >= {"es", "ca", "gl", "eu", "pt", "en"}
