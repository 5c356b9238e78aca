"""A private draft that greets by name: where it is made, where not, and that all else stays as it was."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drafting.draft import Draft, Sentence
from drafting.drafter import Drafter
from drafting.naming import greeted_by_name, sentence_role
from drafting.request import LANGUAGES, ComposeRequest
from policies.vocabulary import Visibility
from tests.drafting.builders import answer, decision, request, retrieval

NAME = "Oumou"
TEXTS = {
    "es": "mi pedido no llega", "ca": "la comanda no arriba", "gl": "o pedido non chega", "eu": "eskaera ez da iritsi",
    "pt": "a encomenda não chega", "en": "my order is late",
}  # fmt: skip
PRIVATE = decision(audiences=["private"])


def private_draft(drafter: Drafter, asked: ComposeRequest) -> Draft:
    return next(one for one in drafter.draft(asked).drafts if one.audience == Visibility.PRIVATE)


def named(drafter: Drafter, asked: ComposeRequest) -> tuple[Draft, Draft | None]:
    draft = private_draft(drafter, asked)
    return draft, greeted_by_name(draft, replace(asked, customer_name=NAME), drafter.verifier)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("treatment", ["tu", "usted"])
def test_a_letter_greets_by_name_in_place_of_its_greeting(
    drafter: Drafter, language: str, treatment: str
) -> None:
    asked = request(TEXTS[language], decided=PRIVATE, language=language, channel="email", treatment=treatment)
    draft, shown = named(drafter, asked)
    assert shown is not None
    assert NAME in shown.sentences[0].text
    assert shown.sentences[0].role == "greeting"
    assert shown.sentences[1:] == draft.sentences[1:]
    assert shown.text.count(NAME) == 1
    assert shown.text.partition("\n\n")[2] == draft.text.partition("\n\n")[2]
    assert shown.subject == draft.subject
    assert NAME not in draft.text


def test_usted_is_not_greeted_as_tu(drafter: Drafter) -> None:
    for treatment, greeting in (("tu", f"Hola, {NAME}:"), ("usted", f"Buenos días, {NAME}:")):
        _, shown = named(drafter, request(decided=PRIVATE, channel="email", treatment=treatment))
        assert shown is not None
        assert shown.text.startswith(greeting)


def test_a_chat_is_greeted_before_its_first_sentence(drafter: Drafter) -> None:
    draft, shown = named(drafter, request(decided=PRIVATE, channel="whatsapp"))
    assert shown is not None
    assert shown.text == f"Hola, {NAME}: {draft.text}"
    assert shown.length == len(shown.text)


def test_a_chat_under_way_is_not_greeted_again(drafter: Drafter) -> None:
    asked = request(decided=PRIVATE, channel="whatsapp", agent_texts=["Lo miramos."])
    assert named(drafter, asked)[1] is None
    assert named(drafter, replace(asked, channel=request(channel="email").channel))[1] is not None


def test_a_draft_that_greets_gets_no_second_greeting(drafter: Drafter) -> None:
    found = retrieval(answer("¡Hola! Los pedidos llegan en dos días.", "Llegan en dos días."))
    asked = request(decided=decision("draft", audiences=["private"]), channel="whatsapp", found=found)
    text = "¡Hola! Los pedidos llegan en dos días."
    sentences = (Sentence(text, "answer:plazo-de-entrega@2#full", "answer"),)
    draft = Draft(Visibility.PRIVATE, text, len(text), 800, sentences, "composer")
    assert greeted_by_name(draft, replace(asked, customer_name=NAME), drafter.verifier) is None


def test_never_in_public(drafter: Drafter) -> None:
    asked = request(decided=decision(audiences=["public", "private"]))
    public, private = drafter.draft(asked).drafts
    with_name = replace(asked, customer_name=NAME)
    assert greeted_by_name(public, with_name, drafter.verifier) is None
    assert greeted_by_name(private, with_name, drafter.verifier) is not None


@pytest.mark.parametrize("flags", [["emergency"], ["self_harm"], ["emergency", "health_data"]])
@pytest.mark.parametrize("channel", ["email", "whatsapp"])
def test_never_where_a_life_is_at_stake(drafter: Drafter, flags: list[str], channel: str) -> None:
    for disposition in ("urgent_referral", "acknowledge"):
        decided = decision(disposition, flags=flags, audiences=["private"], referral="emergency")
        assert named(drafter, request("me quiero morir", decided=decided, channel=channel))[1] is None


def test_without_a_name_or_a_language_there_is_none(drafter: Drafter) -> None:
    asked = request(decided=PRIVATE, channel="email")
    draft = private_draft(drafter, asked)
    assert greeted_by_name(draft, asked, drafter.verifier) is None
    unknown = request(decided=PRIVATE, channel="email", language=None, name=NAME)
    assert greeted_by_name(private_draft(drafter, unknown), unknown, drafter.verifier) is None


def test_a_draft_that_breaks_a_rule_is_not_given_a_name(drafter: Drafter) -> None:
    asked = request(decided=PRIVATE, channel="email")
    draft = private_draft(drafter, asked)
    changed = replace(draft.sentences[1], text="Tienes que pagar tú.")
    broken = replace(draft, sentences=(draft.sentences[0], changed, *draft.sentences[2:]))
    assert greeted_by_name(broken, replace(asked, customer_name=NAME), drafter.verifier) is None


def test_the_limit_of_the_channel_holds(drafter: Drafter) -> None:
    room = 800 - len(f"Hola, {NAME}: ")
    short, long = (f"Los pedidos llegan {'muy ' * 300}"[: length - 1] + "." for length in (room, room + 1))
    for text, fits in ((short, True), (long, False)):
        found = retrieval(answer(text, "Llegan en dos días."))
        asked = request(decided=decision("draft", audiences=["private"]), channel="whatsapp", found=found)
        sentences = (Sentence(text, "answer:plazo-de-entrega@2#full", "answer"),)
        draft = Draft(Visibility.PRIVATE, text, len(text), 800, sentences, "composer")
        found_ = greeted_by_name(draft, replace(asked, customer_name=NAME), drafter.verifier)
        assert (found_ is not None) == fits, len(text)


def test_reworded_sentences_stay_as_they_were_checked(drafter: Drafter) -> None:
    asked = request(decided=PRIVATE, channel="email")
    draft = private_draft(drafter, asked)
    said = draft.sentences[1]
    reworded = replace(said, text="Sentimos mucho la espera.", source=f"reworded:{said.source}")
    sentences = (draft.sentences[0], reworded, *draft.sentences[2:])
    shown = greeted_by_name(
        replace(draft, sentences=sentences), replace(asked, customer_name=NAME), drafter.verifier
    )
    assert shown is not None
    assert "Sentimos mucho la espera." in shown.text


def test_roles_are_known_again_from_the_sources(drafter: Drafter) -> None:
    for channel in ("email", "whatsapp"):
        draft = private_draft(drafter, request(decided=PRIVATE, channel=channel))
        roles = [sentence_role(one.source, drafter.verifier, urgent=False) for one in draft.sentences]
        assert roles == [one.role for one in draft.sentences]
    assert (
        sentence_role("policy:phrases/holding.yaml#urgent.es.tu", drafter.verifier, urgent=True) == "safety"
    )
    assert sentence_role("bank:es.none/000000", drafter.verifier, urgent=False) == ""


@given(st.from_regex(r"[A-ZÁÉÍÓÚÑ][a-zñáéíóúü]{1,20}", fullmatch=True))
@settings(max_examples=60)
def test_whatever_the_name_only_the_greeting_changes(drafter: Drafter, name: str) -> None:
    asked = request(decided=PRIVATE, channel="email", name=name)
    draft = private_draft(drafter, replace(asked, customer_name=None))
    shown = greeted_by_name(draft, asked, drafter.verifier)
    assert (
        shown is None
        or re.sub(rf"\AHola, {re.escape(name)}:", draft.sentences[0].text, shown.text) == draft.text
    )


def test_every_language_says_what_greets(drafter: Drafter) -> None:
    """Each greeting of the bank is known as one, in its language."""
    for language in LANGUAGES:
        for phrase in drafter.verifier.bank.phrases(language, "greet"):
            assert drafter.verifier.edges.greets(phrase.text, language), phrase.id
        assert not drafter.verifier.edges.greets("El pedido", language)
        assert not drafter.verifier.edges.greets("", language)
