"""Codes, people and instants in words: nothing stored as a code is shown raw where a person reads."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from api.account_files import load_accounts
from api.console.desk_english import WORDS as ENGLISH_WORDS
from api.console.languages import Lang
from api.console.naming import ACTIONS, LANGUAGES, action_name, cue_name, in_words, language_name
from api.console.telling import tools
from api.console.words import WORDS
from api.settings import ROOT
from cases.audit import Action
from drafting.request import LANGUAGES as REPLY_LANGUAGES


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("las señales incluyen «adverse_event»", "las señales incluyen «Posible reacción adversa»"),
        ("lo decidido es «draft» o «no_reply»", "lo decidido es «Responder con texto aprobado» o «No pide respuesta»"),
        ("la emoción es «angry»; la visibilidad es «public»", "la emoción es «enfadada»; la visibilidad es «Público»"),
        ("los datos personales hallados incluyen «PHONE_NUMBER»", "los datos personales hallados incluyen «Teléfono»"),
        ("la lengua no es «eu»", "la lengua no es «euskera»"),
        # What a company named itself has no other name; prose in quotation marks is no code.
        ("las marcas incluyen «sunscreen-kids»", "las marcas incluyen «sunscreen-kids»"),
        ("dice «te llamamos hoy»", "dice «te llamamos hoy»"),
        ("siempre", "siempre"),
        ("", ""),
    ],
)  # fmt: skip
def test_conditions_of_rules_are_told_in_words(condition: str, told: str) -> None:
    assert in_words(condition) == told


@pytest.mark.parametrize("lang", list(Lang))
def test_every_action_of_the_audit_log_has_a_name_of_its_own(lang: Lang) -> None:
    named = [action_name(action.value, lang) for action in Action]
    assert [name for name in named if "." in name] == []
    assert len(set(named)) == len(named)
    assert set(ACTIONS[Lang.ES]) == set(ACTIONS[Lang.EN])
    assert action_name("made.up", lang) == "made.up"


@pytest.mark.parametrize("lang", list(Lang))
def test_every_language_of_replies_has_a_name(lang: Lang) -> None:
    assert set(LANGUAGES[lang]) == set(REPLY_LANGUAGES)
    assert language_name("qu", lang) == "qu"


def test_both_languages_name_the_same_codes() -> None:
    assert {group: set(names) for group, names in WORDS.items()} == {
        group: set(names) for group, names in ENGLISH_WORDS.items()
    }


@pytest.mark.parametrize(
    ("cue", "name"),
    [("head:emergency", "modelo"), ("redactor", "datos hallados al ocultar"), ("ae.skin_after", None)],
)
def test_cues(cue: str, name: str | None) -> None:
    assert cue_name(cue) == name


def request(keys: list[SimpleNamespace]) -> tuple[SimpleNamespace, list[int]]:
    reads: list[int] = []

    def listed() -> list[SimpleNamespace]:
        reads.append(1)
        return keys

    accounts = load_accounts(ROOT / "policies" / "accounts", default="demo")
    service = SimpleNamespace(
        keys=SimpleNamespace(list=listed),
        pipeline=SimpleNamespace(engines=SimpleNamespace(accounts=accounts)),
    )
    return SimpleNamespace(app=SimpleNamespace(state=SimpleNamespace(service=service))), reads


def test_people_are_named_and_the_keys_read_once() -> None:
    asked, reads = request([SimpleNamespace(id="key_1", name="Marta Olmedo")])
    who = tools(asked, Lang.ES)["who"]  # type: ignore[arg-type]
    assert (who("cli"), reads) == ("cli", [])
    assert [who("key_1"), who("key_1"), who("key_gone")] == ["Marta Olmedo", "Marta Olmedo", "key_gone"]
    assert reads == [1]


def test_instants_are_told_on_the_clock_of_the_account() -> None:
    local = tools(request([])[0], Lang.ES)["local"]  # type: ignore[arg-type]
    assert local(datetime(2026, 1, 31, 23, 30, tzinfo=UTC), "demo") == "01/02/2026 00:30"
    assert local(datetime(2026, 7, 1, 12, 0, tzinfo=UTC), "demo") == "01/07/2026 14:00"
    assert local(datetime(2026, 7, 1, 12, 0, tzinfo=UTC), "nobody") == "01/07/2026 12:00 UTC"
