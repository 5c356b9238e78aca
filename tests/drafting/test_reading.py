"""Drafts where the decision or the thread says more than the main intent's score: what they must not say."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from drafting.draft import Draft
from drafting.drafter import Drafter
from drafting.joining import count
from drafting.request import LANGUAGES, ComposeRequest
from models.vocabulary import Intent
from tests.drafting.builders import answer, decision, request, retrieval

BOTH = ("public", "private")
PROMISE = "Sentimos la espera. Lo consultamos y te decimos mañana."


def drafts_of(drafter: Drafter, asked: ComposeRequest) -> tuple[Draft, ...]:
    result = drafter.draft(asked)
    assert result.drafter == "composer", result.violations_by_rejected_candidate
    return result.drafts


def texts(drafter: Drafter, asked: ComposeRequest, seeds: int = 12) -> list[str]:
    return [drafts_of(drafter, replace(asked, seed=f"m-{n}"))[0].text for n in range(seeds)]


def scored(asked: ComposeRequest, score: float) -> ComposeRequest:
    """The same request with a main intent that the model is unsure of."""
    intents = tuple((intent, score) for intent, _ in asked.understanding.intents)
    return replace(asked, understanding=replace(asked.understanding, intents=intents, abstained=True))


@pytest.mark.parametrize("main", ["off_topic", "abuse"])
def test_idle_messages_get_no_story(drafter: Drafter, main: str) -> None:
    asked = request("gana dinero desde casa, entra en mi cuenta", intents=(main, "account_or_app"))
    for text in texts(drafter, asked):
        assert "cuenta" not in text.replace("lo que cuentas", "")
        assert count(text) <= 2


def test_what_is_not_understood_gets_no_story(drafter: Drafter) -> None:
    asked = scored(request("??? pedido", intents=("complaint", "off_topic")), 0.39)
    for text in texts(drafter, asked):
        assert "malestar" not in text
        assert "pedido" not in text


def test_a_likely_intent_keeps_its_story(drafter: Drafter) -> None:
    asked = scored(request("mi pedido no llega", intents=("order_or_delivery",)), 0.73)
    assert all("pedido" in text or "envío" in text for text in texts(drafter, asked, 4))


@pytest.mark.parametrize(
    ("queue", "main", "said"),
    [
        ("data_protection", "off_topic", "protección de datos"),
        ("data_protection", "complaint", "protección de datos"),
        ("legal", "data_rights", "equipo jurídico"),
        ("quality", "off_topic", "calidad"),
        ("billing", "abuse", "facturación"),
        ("orders", "off_topic", "pedido"),
    ],
)
def test_the_queue_says_more_than_the_main_intent(drafter: Drafter, queue: str, main: str, said: str) -> None:
    intents = tuple(dict.fromkeys((main, "data_rights", "order_or_delivery")))
    asked = request("borrad mis datos", decided=decision(queue=queue), intents=intents)
    for text in texts(drafter, asked, 6):
        assert said in text
        assert "algo nuestro" not in text
    if queue == "legal":
        assert "datos personales" not in drafts_of(drafter, asked)[0].text


def test_an_adverse_event_is_not_taken_for_a_happy_end(drafter: Drafter) -> None:
    decided = decision(flags=("adverse_event", "minor"), queue="pharmacovigilance", audiences=("private",))
    asked = request("mi hija se ha bebido el champú entero", decided=decided, intents=("praise", "adverse_event"),
                    emotion="satisfied")  # fmt: skip
    assert not any("vaya bien" in text for text in texts(drafter, asked))
    fine = replace(asked, text=type(asked.text)("me picó un poco pero ya estoy genial, gracias"))
    assert any("vaya bien" in text for text in texts(drafter, fine))


@pytest.mark.parametrize(
    "text",
    [
        "muy mal con la dependienta, me trató fatal",
        "la crema que usaba mi madre fallecida ya no la encuentro",
        "he recibido la crema abierta",
        "SOIS UNA ESTAFA",
    ],
)
def test_praise_is_doubted_where_the_words_complain(drafter: Drafter, text: str) -> None:
    asked = request(text, decided=decision("draft"), intents=("praise",), emotion="satisfied")
    for said in texts(drafter, asked):
        assert "😊" not in said
        assert "alegr" not in said
        assert "dar las gracias" not in said


def test_praise_with_an_old_complaint_stays_praise(drafter: Drafter) -> None:
    asked = request("gracias, llegó roto y me lo cambiasteis", decided=decision("draft"), intents=("praise",))
    assert drafts_of(drafter, asked)[0].sentences[0].role == "thanks"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_promised_answer_is_owed_and_never_started_again(drafter: Drafter, language: str) -> None:
    asked = request("y el reembolso?", decided=decision(queue="billing"), intents=("billing_or_refund",),
                    emotion="frustrated", language=language, agent_texts=[PROMISE_IN[language]])  # fmt: skip
    for text in texts(drafter, asked):
        assert any(form in text for form in OWED_IN[language]), text


PROMISE_IN = {
    "es": PROMISE,
    "ca": "Ho mirem i et responem demà.",
    "gl": "Mirámolo e respondémosche mañá.",
    "eu": "Begiratuko dugu eta erantzungo dizugu.",
    "pt": "Vamos ver e respondemos amanhã.",
    "en": "We'll check and get back to you tomorrow.",
}
OWED_IN = {
    "es": ("respuesta",),
    "ca": ("resposta", "notícies nostres"),
    "gl": ("resposta", "noticias nosas"),
    "eu": ("zor", "berrien zain"),
    "pt": ("resposta", "notícias nossas"),
    "en": ("owed", "expecting to hear from us"),
}


def test_what_is_owed_is_named(drafter: Drafter) -> None:
    decided = decision(queue="billing", audiences=("private",))
    asked = request("y el reembolso?", decided=decided, intents=("billing_or_refund",), emotion="frustrated",
                    channel="whatsapp", agent_texts=[PROMISE])  # fmt: skip
    for text in texts(drafter, asked):
        assert "quieres devolver" not in text
        assert "si procede" not in text
        assert "reembolso" in text


def test_nothing_is_owed_without_a_promise_or_a_question(drafter: Drafter) -> None:
    answered = request("vale, lo dejo en el formulario", agent_texts=[PROMISE])
    other = request("¿y el pedido?", agent_texts=["Sí, tenemos tienda en Bilbao."])
    for asked in (answered, other):
        assert not any("debíamos" in text for text in texts(drafter, asked, 6))


def test_wanting_to_return_is_not_waiting_for_the_money(drafter: Drafter) -> None:
    asked = request("quiero devolver una crema, no la he abierto", decided=decision(queue="orders"))
    assert not any("en qué punto está tu devolución" in text for text in texts(drafter, asked))
    waiting = request("¿cuándo me devolvéis el dinero?", decided=decision(queue="billing"),
                      intents=("billing_or_refund",))  # fmt: skip
    assert not any("quieres devolverlo" in text or "procede" in text for text in texts(drafter, waiting))


@pytest.mark.parametrize(
    ("text", "said"),
    [("es la tercera vez que escribo", "tercera vez"), ("os he mandado 4 correos y nada", "veces")],
)
def test_a_repeated_contact_is_named(drafter: Drafter, text: str, said: str) -> None:
    asked = request(text, intents=("complaint", "order_or_delivery"), emotion="angry")
    assert all(said in draft for draft in texts(drafter, asked))


def test_a_pair_does_not_say_the_same_twice(drafter: Drafter) -> None:
    for number in range(20):
        decided = decision(flags=("adverse_event",), audiences=BOTH, queue="pharmacovigilance")
        asked = request("me pica la cara", decided=decided, intents=("adverse_event",), seed=f"p-{number}")
        public, private = drafts_of(drafter, asked)
        opener = ("empathy", "acknowledge")
        said = {sentence.text for sentence in public.sentences if sentence.role in opener}
        assert said.isdisjoint(sentence.text for sentence in private.sentences)


def test_nobody_is_asked_again_for_what_we_said_they_need_not_repeat(drafter: Drafter) -> None:
    asked = request("nadie me contesta", intents=("complaint",), emotion="frustrated")
    for text in texts(drafter, asked):
        assert not ("repetirlo" in text and "?" in text)
        assert "resumes" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_question_without_answer_is_not_taken_for_an_order(drafter: Drafter, language: str) -> None:
    other = retrieval(answer("Enviamos a Portugal.", "Sí.", language="eu"), cross_language=True)
    asked = request("do you ship to Portugal?", decided=decision("draft", audiences=("private",)), found=other,
                    intents=("order_or_delivery", "product_information"), language=language)  # fmt: skip
    (draft,) = drafts_of(drafter, asked)
    assert "https://" not in draft.text
    assert not any(".order." in sentence.source for sentence in draft.sentences)


@pytest.mark.parametrize("text", ["Vale, gracias!", "ok muchas gracias por todo", "Gracias"])
def test_a_closing_thanks_is_answered_shortly(drafter: Drafter, text: str) -> None:
    asked = request(text, decided=decision(audiences=("private",)), intents=("praise", "order_or_delivery"),
                    emotion="satisfied", channel="whatsapp", agent_texts=["Sí, en Gran Vía."])  # fmt: skip
    for said in texts(drafter, asked):
        assert "pedido" not in said
        assert count(said) <= 2


def test_a_greeting_alone_is_asked_what_for(drafter: Drafter) -> None:
    for said in texts(drafter, request("hola, buenas", intents=("off_topic",))):
        assert "ayudarte" in said


def test_a_letter_has_paragraphs(drafter: Drafter) -> None:
    asked = request("quiero anular el pedido", decided=decision(audiences=("private",), queue="orders"),
                    channel="email")  # fmt: skip
    (draft,) = drafts_of(drafter, asked)
    parts = draft.text.split("\n\n")
    assert len(parts) == 4
    assert parts[0].endswith(":")
    assert parts[-1].startswith("Un saludo")
    assert "anular" in parts[1]


HEALTH_WORDS = ("suicid", "autoles", "pastill", "sobredos", "alergi", "overdos", "pregnan", "morir", "cortar")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("channel", ["x", "facebook", "instagram"])
@pytest.mark.parametrize(
    ("flags", "kind"), [(("emergency",), "emergency"), (("self_harm",), "helpline"), ((), "poison_centre")]
)
def test_public_emergencies_are_two_sentences_number_first_and_no_health_detail(
    drafter: Drafter, language: str, channel: str, flags: Sequence[str], kind: str
) -> None:
    decided = decision("urgent_referral", flags=flags, referral=kind, queue="medical")
    for number in range(5):
        asked = request("no respira", decided=decided, intents=(str(Intent.MEDICAL_ADVICE),), channel=channel,
                        language=language, seed=f"u-{number}")  # fmt: skip
        (draft,) = drafts_of(drafter, asked)
        assert count(draft.text) <= 2
        first = draft.sentences[0].text
        assert any(given in first for given in ("112", "024", "91 562 04 20"))
        assert not any(word in draft.text.lower() for word in HEALTH_WORDS)


def test_asking_for_a_person_is_not_answered_with_a_text(drafter: Drafter) -> None:
    found = retrieval(answer("Qué bien leer algo así.", "Qué bien."))
    asked = request("quiero hablar con una persona", decided=decision("draft", audiences=("private",)),
                    intents=("opening_hours_or_contact",), found=found)  # fmt: skip
    for said in texts(drafter, asked):
        assert "Qué bien" not in said
        assert "persona" in said


def test_an_unopened_return_is_not_taken_for_damage(drafter: Drafter) -> None:
    asked = request("quiero devolver una crema, no la he abierto", decided=decision(queue="orders"))
    assert not any("salió en tu paquete" in said or "así" in said for said in texts(drafter, asked))


def test_the_team_that_handles_a_right_follows_the_request(drafter: Drafter) -> None:
    decided = decision(audiences=BOTH, queue="data_protection", constraints=("ask_delete_personal_data",))
    public, _ = drafts_of(drafter, request("borrad mis datos", decided=decided, intents=("data_rights",)))
    assert [sentence.role for sentence in public.sentences][:3] == ["acknowledge", "next_step", "safety"]


def test_a_childs_health_is_not_called_yours(drafter: Drafter) -> None:
    decided = decision(flags=("adverse_event", "minor"), audiences=BOTH, queue="pharmacovigilance")
    asked = request("a mi hijo le pica la cara", decided=decided, intents=("adverse_event",))
    assert not any("tu salud" in said for said in texts(drafter, asked))


@pytest.mark.parametrize("numbers", [None, {"numero_emergencias": "911"}])
def test_a_swallowed_cosmetic_is_for_toxicology(drafter: Drafter, numbers: dict[str, str] | None) -> None:
    decided = decision(flags=("adverse_event", "minor"), audiences=BOTH, queue="pharmacovigilance")
    asked = request("mi hija se ha bebido el champú entero", decided=decided, intents=("praise", "adverse_event"),
                    emotion="satisfied", channel="instagram", numbers=numbers)  # fmt: skip
    for said in texts(drafter, asked):
        assert ("91 562 04 20" in said) == (numbers is None)
    taken = request("he tomado dos pastillas y me pica", decided=decided, intents=("adverse_event",))
    assert not any("Toxicológica" in said for said in texts(drafter, taken, 4))


def test_a_likelier_intent_behind_an_idle_one_tells_the_story(drafter: Drafter) -> None:
    asked = request("¿dónde está mi pedido?", intents=("off_topic", "order_or_delivery"))
    intents = ((Intent.OFF_TOPIC, 0.42), (Intent.ORDER_OR_DELIVERY, 0.6))
    asked = replace(asked, understanding=replace(asked.understanding, intents=intents))
    assert not any("algo nuestro" in said for said in texts(drafter, asked))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pair_names_one_term(drafter: Drafter, language: str) -> None:
    decided = decision(flags=("adverse_event",), audiences=BOTH, queue="pharmacovigilance")
    for number in range(12):
        asked = request(
            "crema", decided=decided, intents=("adverse_event",), language=language, seed=f"t-{number}"
        )
        for draft in drafts_of(drafter, asked):
            terms = [sentence for sentence in draft.sentences if sentence.role == "time_estimate"]
            assert all("24" in sentence.text for sentence in terms)


def test_an_allergy_is_never_praise(drafter: Drafter) -> None:
    asked = request("La crema m'ha fet al·lèrgia", decided=decision("draft"), intents=("praise",), language="ca",
                    emotion="satisfied")  # fmt: skip
    assert not any("alegria" in said for said in texts(drafter, asked))


def test_somebody_elses_health_is_not_called_yours(drafter: Drafter) -> None:
    decided = decision(flags=("adverse_event",), audiences=BOTH, queue="pharmacovigilance")
    asked = request("mi abuela ha tomado el doble", decided=decided, intents=("adverse_event",))
    assert not any("tu salud es cosa tuya" in said for said in texts(drafter, asked))


def test_an_address_is_no_greeting(drafter: Drafter) -> None:
    found = retrieval(
        answer("Atendemos en hola@alborea.example de lunes a viernes.", "Atendemos en alborea.example.")
    )
    asked = request("qué asco, una hora al teléfono", decided=decision("draft"), found=found,
                    intents=("opening_hours_or_contact",), emotion="frustrated")  # fmt: skip
    assert drafts_of(drafter, asked)[0].sentences[0].role == "empathy"


def test_a_flagged_minor_goes_to_the_paediatrician(drafter: Drafter) -> None:
    decided = decision(flags=("adverse_event", "minor"), audiences=BOTH, queue="pharmacovigilance")
    asked = request("[SINTOMA_1] entero", decided=decided, intents=("adverse_event",), channel="instagram")
    assert all("pediatra" in said for said in texts(drafter, asked))
