"""A message that asks several things gets the answers to all of them, where they fit and speak with one voice."""

from dataclasses import replace

import pytest

from drafting.draft import Draft
from drafting.drafter import Drafter
from drafting.plans import TURN
from drafting.request import LANGUAGES, ComposeRequest
from knowledge_base.answer import ApprovedAnswer
from tests.drafting.builders import answer, decision, request, retrieval

TEXT = "¿Cuánto tarda el envío? ¿Y puedo pagar con Bizum?"


def approved(name: str, full: str, short: str, language: str = "es", audience: str = "any") -> ApprovedAnswer:
    return answer(full, short, language=language, audience=audience).model_copy(update={"id": name})


SHIPPING = approved(
    "plazo", "El envío tarda de 24 a 72 horas laborables.", "El envío tarda de 24 a 72 horas."
)
PAYMENT = approved(
    "pago", "Se puede pagar con tarjeta, con Bizum o por transferencia.", "Se puede pagar con Bizum."
)


def asked(*answers: ApprovedAnswer, channel: str = "whatsapp", language: str = "es") -> ComposeRequest:
    found = replace(retrieval(*answers), quoted=len(answers))
    audience = ("private",) if channel in ("whatsapp", "email") else ("public",)
    return request(
        TEXT, decided=decision("draft", audiences=audience), found=found, channel=channel, language=language
    )


def drafted(drafter: Drafter, wanted: ComposeRequest) -> Draft:
    result = drafter.draft(wanted)
    assert result.failure is None
    (draft,) = result.drafts
    return draft


def sources(draft: Draft) -> list[str]:
    return [sentence.source for sentence in draft.sentences if sentence.source.startswith("answer:")]


def turns(drafter: Drafter, draft: Draft) -> int:
    phrases = drafter.composer.bank.by_id
    named = [phrases.get(sentence.source.removeprefix("bank:")) for sentence in draft.sentences]
    return sum(phrase is not None and phrase.purpose == TURN for phrase in named)


@pytest.mark.parametrize("channel", ["whatsapp", "email", "facebook", "x"])
def test_both_answers_are_given_in_the_order_asked_with_a_turn_between(
    drafter: Drafter, channel: str
) -> None:
    draft = drafted(drafter, asked(SHIPPING, PAYMENT, channel=channel))
    assert sources(draft) == ["answer:plazo@2#short", "answer:pago@2#short"]
    assert turns(drafter, draft) == 1
    roles = [sentence.role for sentence in draft.sentences]
    assert roles[roles.index("answer") + 2] == "answer"


@pytest.mark.parametrize("language", LANGUAGES)
def test_in_every_language(drafter: Drafter, language: str) -> None:
    texts = {
        "es": ("El envío tarda dos días.", "Se puede pagar con Bizum."),
        "ca": ("L'enviament triga dos dies.", "Es pot pagar amb Bizum."),
        "gl": ("O envío tarda dous días.", "Pódese pagar con Bizum."),
        "eu": ("Bidalketak bi egun behar ditu.", "Bizum bidez ordain daiteke."),
        "pt": ("A entrega demora dois dias.", "Pode-se pagar com Bizum."),
        "en": ("Delivery takes two days.", "Bizum is accepted."),
    }
    first, second = texts[language]
    found = (approved("plazo", first, first, language), approved("pago", second, second, language))
    assert len(sources(drafted(drafter, asked(*found, language=language)))) == 2


def test_one_that_does_not_fit_is_left_out_with_its_turn(drafter: Drafter) -> None:
    long = approved("pago", "Se puede pagar con tarjeta. " * 12, "Se puede pagar con tarjeta. " * 7)
    draft = drafted(drafter, asked(SHIPPING, long, channel="x"))
    assert sources(draft) == ["answer:plazo@2#short"]
    assert turns(drafter, draft) == 0


def test_answers_that_address_people_differently_are_not_mixed(drafter: Drafter) -> None:
    formal = approved("pago", "Puede usted pagar con tarjeta.", "Puede usted pagar con tarjeta.")
    friendly = approved("plazo", "Tu pedido te llega en dos días.", "Tu pedido te llega en dos días.")
    assert sources(drafted(drafter, asked(friendly, formal))) == ["answer:plazo@2#short"]


def test_an_answer_for_private_use_is_not_said_in_public(drafter: Drafter) -> None:
    hidden = approved("pago", "Se paga con Bizum.", "Se paga con Bizum.", audience="private")
    draft = drafted(drafter, asked(SHIPPING, hidden, channel="facebook"))
    assert sources(draft) == ["answer:plazo@2#short"]
    assert turns(drafter, draft) == 0


def test_evidence_beyond_what_is_quoted_stays_out(drafter: Drafter) -> None:
    found = retrieval(SHIPPING, PAYMENT)
    wanted = request(TEXT, decided=decision("draft", audiences=("private",)), found=found, channel="whatsapp")
    assert sources(drafted(drafter, wanted)) == ["answer:plazo@2#full"]
