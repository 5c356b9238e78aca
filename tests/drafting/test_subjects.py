"""The subject of an e-mail: which mail has one, in every language, and what the verifier refuses."""

from dataclasses import replace

import pytest

from drafting.bank import Phrase
from drafting.draft import Sentence
from drafting.drafter import Drafter
from drafting.request import LANGUAGES, ComposeRequest
from drafting.slots import SLOT
from drafting.subjects import LONGEST, PURPOSE
from policies.vocabulary import Visibility
from tests.drafting.builders import NUMBERS, answer, decision, request, retrieval

PRIVATE = ("private",)


def mail(text: str = "mi pedido no llega", **given: object) -> ComposeRequest:
    given.setdefault("decided", decision(audiences=PRIVATE))
    return request(text, channel="email", **given)  # type: ignore[arg-type]


def subject_of(drafter: Drafter, asked: ComposeRequest) -> str:
    (draft,) = drafter.draft(asked).drafts
    assert draft.subject is not None
    return draft.subject.text


def phrases(drafter: Drafter) -> list[Phrase]:
    return [p for p in drafter.composer.bank.by_id.values() if p.purpose == PURPOSE]


@pytest.mark.parametrize("channel", ["x", "facebook", "instagram", "whatsapp", "web"])
def test_only_an_email_has_a_subject(drafter: Drafter, channel: str) -> None:
    drafts = drafter.draft(request(channel=channel, decided=decision(audiences=PRIVATE))).drafts
    assert [draft.subject for draft in drafts] == [None]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (mail(), "Sobre tu pedido"),
        (mail(treatment="usted"), "Sobre su pedido"),
        (mail("quiero la factura", intents=("billing_or_refund",)), "Sobre tu factura"),
        (mail("borrad mis datos", intents=("data_rights",)), "Tu solicitud sobre datos personales"),
        (mail("soy periodista", intents=("press_or_legal",)), "Sobre tu petición de información"),
        (mail("mi abogado os escribirá", intents=("press_or_legal",)), "Acuse de recibo de tu escrito"),
        (mail("vaya servicio", intents=("complaint",), emotion="angry"), "Tu reclamación ya está registrada"),
        (mail("es la tercera vez que escribo", intents=("complaint",)), "Seguimos con tu caso AL-7Q2K"),
        (mail("me encanta, gracias", intents=("praise",), emotion="satisfied",
              decided=decision("draft", audiences=PRIVATE)), "Gracias por tus palabras"),
        (mail("puedo tomarlo", intents=("medical_advice",), decided=decision(audiences=PRIVATE, queue="medical",
              flags=("expert_review",))), "Sobre lo que nos cuentas, y qué hacer ahora"),
        (mail("mi madre no respira", intents=("medical_advice",),
              decided=decision("urgent_referral", flags=("emergency",), audiences=PRIVATE, queue="medical")),
         "Llama ahora al 112"),
        (mail("¿lleva alcohol?", intents=("product_information",), decided=decision("draft", audiences=PRIVATE),
              found=retrieval(answer("No lleva alcohol.", "No lleva."))), "Respuesta a tu pregunta"),
    ],
)  # fmt: skip
def test_the_subject_says_what_the_mail_is_about(drafter: Drafter, asked: ComposeRequest, said: str) -> None:
    assert subject_of(drafter, asked) == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_its_subjects(drafter: Drafter, language: str) -> None:
    own = {p.id.split("/")[0].split(".", 1)[1] for p in phrases(drafter) if p.language == language}
    assert own == {p.id.split("/")[0].split(".", 1)[1] for p in phrases(drafter) if p.language == "es"}
    assert subject_of(drafter, mail(language=language))


def test_nobody_in_grief_is_thanked_or_told_of_a_complaint(drafter: Drafter) -> None:
    asked = mail("mi padre falleció y me seguís cobrando", intents=("complaint",), emotion="sad")
    assert subject_of(drafter, asked) == "Sobre lo que nos cuentas"


def test_a_subject_names_no_product_and_nobody_and_is_one_short_line(drafter: Drafter) -> None:
    allowed = {"codigo_seguimiento", "numero_emergencias"}
    for phrase in phrases(drafter):
        assert set(SLOT.findall(phrase.text)) <= allowed, phrase.text
        assert len(phrase.text) <= LONGEST
        assert phrase.text.isprintable()
        assert not phrase.text.endswith(".")


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Sobre tu pedido\nBcc: todos@correo.example", "subject"),
        ("Un asunto que nadie ha aprobado", "subject"),
        ("Sobre tu pedido" * 6, "subject"),
        ("Fue culpa nuestra", "guilt"),
        ("Tienes una alergia", "diagnosis_or_dosage"),
        ("Dinos tu DNI y tu teléfono", "data_request_public"),
        ("Llega en 3 días", "unknown_fact"),
        ("Acuda a su pedido", "treatment"),
    ],
)
def test_the_verifier_reads_the_subject(drafter: Drafter, text: str, rule: str) -> None:
    asked = mail()
    (draft,) = drafter.draft(asked).drafts
    assert draft.subject is not None
    context = drafter.verifier.context(asked, Visibility.PRIVATE)
    assert drafter.verifier.verify(draft, context) == ()
    broken = replace(draft, subject=Sentence(text, draft.subject.source, PURPOSE))
    assert rule in {violation.rule for violation in drafter.verifier.verify(broken, context)}


def test_a_subject_off_email_and_a_sentence_in_its_place_are_refused(drafter: Drafter) -> None:
    asked = request(channel="web", decided=decision(audiences=PRIVATE))
    (draft,) = drafter.draft(asked).drafts
    context = drafter.verifier.context(asked, Visibility.PRIVATE)
    subject = next(p for p in phrases(drafter) if p.text == "Sobre tu pedido")
    sentence = Sentence(subject.text, subject.source, PURPOSE)
    found = drafter.verifier.verify(replace(draft, subject=sentence), context)
    assert [violation.rule for violation in found] == ["subject"]
    opening = replace(draft.sentences[0], role=PURPOSE)
    letter = mail()
    in_mail = replace(drafter.draft(letter).drafts[0], subject=opening)
    rules = {
        v.rule for v in drafter.verifier.verify(in_mail, drafter.verifier.context(letter, Visibility.PRIVATE))
    }
    assert "subject" in rules


def test_the_numbers_of_the_country_are_those_said(drafter: Drafter) -> None:
    decided = decision("urgent_referral", flags=("emergency",), audiences=PRIVATE, queue="medical")
    asked = mail("no respira", intents=("medical_advice",), decided=decided,
                 numbers=NUMBERS | {"numero_emergencias": "911"})  # fmt: skip
    assert subject_of(drafter, asked) == "Llama ahora al 911"
