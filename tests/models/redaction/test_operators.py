"""Operators by policy: what each leaves of a value, and that redacting twice changes nothing with any."""

import re

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import ArtifactError
from models.redaction.numbering import Numbering
from models.redaction.placeholders import masked
from models.redaction.policy import Mask
from models.redaction.redactor import Redactor
from models.text import RawText
from tests.models.redaction.conftest import POLICIES
from tests.models.redaction.originals import restore

KEY = bytes(range(32))
MIXED = {
    "CREDIT_CARD": {"operator": "mask", "mask": {"keep_last": 4}},
    "PERSON": {"operator": "mask", "mask": {"keep_first": 1}},
    "EMAIL_ADDRESS": {"operator": "hash"},
    "PHONE_NUMBER": {"operator": "hash"},
    "ORDER_ID": {"operator": "keep"},
    "IBAN_CODE": {"operator": "mask"},
}
ALL = ["replace", "mask", "hash", "keep"]


def load(folder, rules, key=KEY):
    policy = yaml.safe_load((POLICIES / "redaction.yaml").read_text(encoding="utf-8"))
    for entity, rule in rules.items():
        policy["entities"][entity].update(rule)
    file = folder / "redaction.yaml"
    file.write_text(yaml.safe_dump(policy, allow_unicode=True), encoding="utf-8")
    lexicons = POLICIES / "lexicons"
    return Redactor.load(policy_file=file, lexicons_dir=lexicons, key=None if key is None else lambda: key)


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    return load(tmp_path_factory.mktemp("mixed"), MIXED)


@pytest.fixture(scope="module")
def by_operator(tmp_path_factory):
    policy = yaml.safe_load((POLICIES / "redaction.yaml").read_text(encoding="utf-8"))
    mask = {"operator": "mask", "mask": {"keep_first": 1, "keep_last": 3}}
    return {
        operator: load(
            tmp_path_factory.mktemp(operator),
            {entity: mask if operator == "mask" else {"operator": operator} for entity in policy["entities"]},
        )
        for operator in ALL
    }


def redact(redactor, text, **named):
    return redactor.redact(RawText(text), **named).text.value


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("tarjeta 4111 1111 1111 1234", "tarjeta [TARJETA_••••1234]"),
        ("mi tarjeta es 4111-1111-1111-1234.", "mi tarjeta es [TARJETA_••••1234]."),
        ("mi cuenta: ES91 2100 0418 4502 0005 1332", "mi cuenta: [IBAN_••••]"),
        ("el pedido FV-2291834 no llega", "el pedido FV-2291834 no llega"),
        ("soy Ana García", "soy [PERSONA_A••••]"),
    ],
)
def test_each_entity_gets_its_operator(mixed, text, redacted):
    assert redact(mixed, text) == redacted


@pytest.mark.parametrize(
    ("value", "mask", "left"),
    [
        ("4111 1111 1111 1234", Mask(keep_last=4), "••••1234"),
        ("612 345 678", Mask(keep_last=3), "••••678"),
        ("612 345 678", Mask(keep_last=4), "••••"),
        ("94", Mask(keep_last=1), "••••"),
        ("Eva", Mask(keep_first=1), "E••••"),
        ("Al", Mask(keep_first=1), "••••"),
        ("ana@correo.es", Mask(keep_first=1, keep_last=2), "a••••es"),
        ("4111111111111234", Mask(), "••••"),
        ("", Mask(keep_last=4), "••••"),
    ],
)
def test_a_mask_shows_no_more_than_policy_says_and_nothing_of_a_short_value(value, mask, left):
    assert masked(value, mask) == left


@given(st.text(max_size=30), st.integers(0, 2), st.integers(0, 2))
def test_a_mask_never_shows_more_than_a_third(value, first, last):
    shown = masked(value, Mask(keep_first=first, keep_last=last)).replace("•", "")
    assert len(shown) in {0, first + last}
    assert len(shown) * 3 <= sum(char.isalnum() for char in value)


def test_a_pseudonym_is_the_same_for_every_writing_and_differs_by_key_and_label(mixed, tmp_path):
    first = redact(mixed, "escribe a ana.lopez@correo.example")
    assert re.fullmatch(r"escribe a \[CORREO_[a-z2-7]{15}\]", first)
    assert redact(mixed, "mail: ANA.Lopez@correo.example").split()[-1] == first.split()[-1]
    assert redact(mixed, "mail: ana.lopes@correo.example").split()[-1] != first.split()[-1]
    assert redact(load(tmp_path, MIXED, bytes(32)), "escribe a ana.lopez@correo.example") != first
    assert redact(mixed, "tel 612 345 678") == redact(mixed, "tel 612-34-56-78")


def test_only_replace_can_be_taken_back(mixed):
    text = "soy Ana García, dni 12345678Z, tarjeta 4111 1111 1111 1234, tel 612 34 56 78"
    redaction = mixed.redact(RawText(text))
    assert list(redaction.originals) == ["[DNI_1]"]
    assert "12345678Z" in restore(redaction.text.value, redaction.originals).reveal()
    assert "612" not in restore(redaction.text.value, redaction.originals).reveal()


def test_spans_tell_what_stands_in_the_text(mixed):
    text = "tel 612 345 678 y tarjeta 4111 1111 1111 1234"
    redaction = mixed.redact(RawText(text))
    rebuilt, position = "", 0
    for span in redaction.spans:
        rebuilt += text[position : span.start] + span.placeholder
        position = span.end
    assert rebuilt + text[position:] == redaction.text.value


def test_numbers_go_on_through_a_thread_beside_other_operators(mixed):
    numbering = Numbering()
    assert redact(mixed, "dni 12345678Z, tel 612345678", numbering=numbering).startswith(
        "dni [DNI_1], tel [TEL"
    )
    assert redact(mixed, "dni 87654321X", numbering=numbering) == "dni [DNI_2]"
    assert redact(mixed, "dni 12.345.678-Z", numbering=numbering) == "dni [DNI_1]"


PIECES = st.lists(
    st.sampled_from(
        [
            "Ana García", "soy Luis", "hola", "612 34 56 78", "12345678Z", "👩🏽‍⚕️", "e\u0301", ",", "\n",
            "me pica la cara", "C/ Mayor 3, 2º B, 28013 Madrid", "ana@correo.es", "[PERSONA_1]", "¤", "mi hija",
            "pedido FV-22918", "tarjeta 4111 1111 1111 1234", "ES91 2100 0418 4502 0005 1332", "•", "[TARJETA_••••12]",
            "[CORREO_abcdefghijklmno]", "tiene 94 años", "NHC 4417733", "lote 42827954", "@marta.lectora", "n.º",
        ]
    ),
    max_size=10,
).map(" ".join)  # fmt: skip


@pytest.mark.parametrize("operator", ALL)
@settings(deadline=None, max_examples=40)
@given(text=PIECES)
def test_redacting_twice_changes_nothing(by_operator, operator, text):
    once = redact(by_operator[operator], text)
    assert redact(by_operator[operator], once) == once


@settings(deadline=None, max_examples=60)
@given(text=PIECES)
def test_redacting_twice_changes_nothing_with_mixed_operators(mixed, text):
    once = redact(mixed, text)
    assert redact(mixed, once) == once


@given(text=PIECES)
@settings(deadline=None, max_examples=20)
def test_keep_everywhere_changes_nothing(by_operator, text):
    assert redact(by_operator["keep"], text) == text


@pytest.mark.parametrize(
    "text",
    ["[TELEFONO_•••612345678]", "tel [CORREO_612345672345672]", "[JUAN_612345678]", "[TARJETA_4111••••1111]"],
)  # fmt: skip
def test_nothing_hides_in_what_looks_like_a_placeholder(mixed, text):
    assert re.sub(r"\D", "", text) not in re.sub(r"\D", "", redact(mixed, text))


def test_a_number_too_long_for_ours_is_read_as_any_other(redactor):
    assert "612345678" not in redact(redactor, "[PERSONA_612345678]")


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ({"operator": "shuffle"}, r"redaction\.yaml: entities\.PERSON\.operator: "),
        ({"operator": "mask", "mask": {"keep_last": 9}}, r"entities\.PERSON\.mask\.keep_last: "),
        ({"operator": "mask", "mask": {"keep_last": 3, "keep_first": 3}}, "more than 4"),
        ({"operator": "hash", "mask": {"keep_last": 2}}, "mask is for operator mask"),
        ({"operator": "mask", "mask": {"from_end": True}}, r"mask\.from_end: "),
    ],
)
def test_a_wrong_rule_is_named(tmp_path, rule, says):
    with pytest.raises(ArtifactError, match=says):
        load(tmp_path, {"PERSON": rule})


@pytest.mark.parametrize("key", [None, b"", b"short"])
def test_hash_without_a_key_is_refused_at_the_start(tmp_path, key):
    with pytest.raises(ArtifactError, match=r"redaction\.yaml: entities\.PERSON\.operator: hash needs"):
        load(tmp_path, {"PERSON": {"operator": "hash"}}, key)


def test_the_key_is_not_asked_for_when_nothing_is_hashed():
    def key():
        raise AssertionError("no pseudonyms, no key")

    Redactor.load(policy_file=POLICIES / "redaction.yaml", lexicons_dir=POLICIES / "lexicons", key=key)
