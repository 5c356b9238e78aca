"""The customer's name taken out of texts of the desk: the cases beside the policy, and what no text can bring about."""

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.name_mask import NAME_MASK, NO_NAME, NameMasks, name_marks, name_masks
from cases.name_patterns import NAMES_FILE
from cases.sealing import Sealer
from cases.secret_keys import SecretKey
from models.redaction.normaliser import fold, plain
from models.text import RawText, RedactedText

CASES: dict[str, Any] = yaml.safe_load(
    NAMES_FILE.with_name("customer_names.cases.yaml").read_text(encoding="utf-8")
)
MASKED = [one for told in CASES["masked"].values() for one in told]
SEALER = Sealer(SecretKey(b"k" * 32))
NAMES = st.sampled_from(["Ana", "María José", "Zacarías", "Sol", "Núria", "João", "Oumou"])
FORMS = st.sampled_from(
    [str, str.lower, str.upper, str.title, plain, lambda one: one + "'s", lambda one: "d'" + one]
)


@pytest.fixture(scope="module")
def masks() -> NameMasks:
    return name_masks()


@pytest.mark.parametrize("one", MASKED, ids=lambda one: one["text"][:40])
def test_the_cases_beside_the_policy(one: dict[str, Any], masks: NameMasks) -> None:
    text, name, spared = RedactedText(one["text"]), [RawText(one["name"])], one.get("spared", ())
    assert masks.of_names(name).mask(text, spared).value == one["left"]
    marks = name_marks("cas_1", name, SEALER)
    assert masks.of_case("cas_1", marks, SEALER).mask(text, spared).value == one["left"]


@pytest.mark.parametrize("one", CASES["masked_blindly"], ids=lambda one: one["text"][:40])
def test_without_the_name_all_known_names_go(one: dict[str, Any], masks: NameMasks) -> None:
    blind = masks.of_case("cas_1", None, SEALER)
    assert (blind.mask(RedactedText(one["text"])).value, blind.sure) == (one["left"], False)


def test_every_language_has_names_and_near_misses() -> None:
    for language, told in CASES["masked"].items():
        assert {one["left"] == one["text"] for one in told} == {True, False}, language


def test_marks_tell_of_one_case_alone(masks: NameMasks) -> None:
    text, name = RedactedText("Hola, Ana"), [RawText("Ana")]
    marks = name_marks("cas_1", name, SEALER)
    assert marks
    assert "ana" not in marks
    assert name_marks("cas_2", name, SEALER) != marks
    assert masks.of_case("cas_2", marks, SEALER).mask(text) == text
    assert masks.of_case("cas_1", marks, Sealer(SecretKey(b"o" * 32))).mask(text) == text
    assert name_marks("cas_1", [RawText("ÁNA"), RawText("á")], SEALER) == marks


def test_who_told_no_name_loses_nothing(masks: NameMasks) -> None:
    assert name_marks("cas_1", [], SEALER) == NO_NAME
    text = RedactedText("Hola, Ana y Sol")
    assert masks.of_case("cas_1", NO_NAME, SEALER).mask(text) == text
    also = masks.of_case("cas_1", NO_NAME, SEALER, also=[RawText("Sol")])
    assert also.mask(text).value == f"Hola, Ana y {NAME_MASK}"
    blind = masks.of_case("cas_1", None, SEALER, also=[RawText("Qwerty")])
    assert blind.mask(RedactedText("dile a qwerty")).value == f"dile a {NAME_MASK}"


@pytest.mark.parametrize(
    ("text", "named"),
    [("Protege del sol.", False), ("Hola, Sol.", True), ("SOL", True), ("Soledad", False), ("", False)],
)
def test_a_plain_word_in_small_letters_is_no_name_written(text: str, named: bool, masks: NameMasks) -> None:
    assert masks.of_names([RawText("Sol")]).names(text) is named
    assert masks.of_names([RawText("Ana")]).names("dile a ana")


@settings(deadline=None)
@given(name=NAMES, form=FORMS, before=st.text(max_size=30), after=st.text(max_size=30))
def test_however_it_is_written_it_is_gone(
    name: str, form: Any, before: str, after: str, masks: NameMasks
) -> None:
    text = f"{before} {form(name)} {after}"
    mask = masks.of_case("cas_1", name_marks("cas_1", [RawText(name)], SEALER), SEALER)
    left = mask.mask(RedactedText(text))
    assert NAME_MASK in left.value
    words = plain(fold(left.value).text).split()
    assert not set(plain(name).split()) & set(words)
    assert mask.mask(left) == left


@settings(deadline=None)
@given(text=st.text(max_size=200))
def test_what_holds_no_name_stays_as_it_is(text: str, masks: NameMasks) -> None:
    assert masks.of_names([RawText("Zzyzxqua")]).mask(RedactedText(text)).value == text


def test_long_texts_take_no_time(masks: NameMasks) -> None:
    mask = masks.of_case("cas_1", name_marks("cas_1", [RawText("Ana")], SEALER), SEALER)
    text = RedactedText("ana anaren eskaera eta " * 1_000)
    assert mask.mask(text, ["eskaera"] * 50).value.count(NAME_MASK) == 1_000
