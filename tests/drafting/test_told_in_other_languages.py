"""What is told in ca, gl, eu, pt and en, and of whom: the wording follows it, and each case has a near miss."""

from dataclasses import replace
from pathlib import Path

import pytest

from drafting.drafter import Drafter
from drafting.request import ComposeRequest
from policies.safety_numbers import SafetyNumbers
from tests.drafting.builders import account, answer, decision, request, retrieval

NUMBERS = SafetyNumbers.load(Path(__file__).parents[2] / "policies" / "safety_numbers.yaml")

TOLD = [
    ("worried_for_other", "ca", "el meu cosí diu que se'n vol acomiadar i no respon", True),
    ("worried_for_other", "ca", "el meu cosí diu que la crema va bé", False),
    ("worried_for_other", "gl", "a miña curmá dixo que ía acabar con todo", True),
    ("worried_for_other", "gl", "meu tío di que todo ten amaño e eu non lle vexo saída", False),
    ("worried_for_other", "gl", "á miña cuñada [SINTOMA_1], deixo de estorbar", False),
    ("worried_for_other", "ca", "a la meva cosina [SINTOMA_1], ja no molesto", False),
    ("worried_for_other", "eu", "auzokoak agur esan du eta ez du atea irekitzen, hil nahi duela dio", True),
    ("worried_for_other", "eu", "auzokoak esan dit botika itxita dagoela", False),
    ("worried_for_other", "pt", "a minha colega escreveu que vai desaparecer", True),
    ("worried_for_other", "pt", "a minha colega disse que o creme é bom", False),
    ("worried_for_other", "en", "my cousin texted us goodbye and switched the phone off", True),
    ("worried_for_other", "en", "my cousin says your app is great", False),
    ("other_person", "ca", "la meva sogra s'ha desmaiat", True),
    ("other_person", "ca", "la meva pell està seca", False),
    ("other_person", "gl", "á miña cuñada saíronlle ronchas", True),
    ("other_person", "eu", "amamak ez du hitz egiten", True),
    ("other_person", "eu", "haurra ondo dago, nik galdera bat", False),
    ("other_person", "pt", "o meu sogro ficou tonto", True),
    ("other_person", "pt", "minha primeira compra chegou", False),
    ("other_person", "en", "my flatmate took six of them", True),
    ("choking", "gl", "comeu unha améndoa enteira e non traga", True),
    ("choking", "pt", "engoliu água na piscina", True),
    ("choking", "en", "he swallowed a mouthful of shampoo", False),
    ("fumes", "pt", "misturei lixívia com amoníaco na casa de banho", True),
    ("fumes", "en", "can I mix the serum with my cream?", False),
    ("chemical_eye", "ca", "m'ha saltat lleixiu a l'ull", True),
    ("chemical_eye", "en", "alcohol free, is it?", False),
    ("in_eye", "eu", "begian sartu zait", True),
    ("in_eye", "eu", "mesedez begiratu eskaera", False),
    ("solved", "eu", "paketea bustita iritsi da", False),
    ("solved", "eu", "azkenean iritsi da, eskerrik asko", True),
    ("on_skin", "eu", "gauean lotan ibili naiz oinez", False),
    ("bereavement", "gl", "finou meu pai o luns", True),
    ("bereavement", "gl", "afinou o piano", False),
    ("change_order", "en", "I gave you the wrong address", True),
    ("change_order", "en", "what is your address?", False),
    ("reorder", "en", "can I reorder the cream?", True),
    ("reorder", "en", "where is my order?", False),
    ("wrong_chat", "pt", "desculpem, mensagem errada", True),
    ("wrong_chat", "pt", "o produto veio errado", False),
    ("teaching_material", "ca", "sóc mestra, teniu material per a l'aula?", True),
    ("teaching_material", "ca", "quin material porta la funda?", False),
    ("data_of_other", "ca", "m'heu donat la targeta d'un altre senyor", True),
    ("data_of_other", "ca", "he perdut la targeta", False),
    ("refund_wanted", "ca", "em vau cobrar de més, els vull de tornada", True),
    ("refund_wanted", "ca", "quant triga una devolució?", False),
    ("general_question", "en", "ok, do you ship to Malta?", True),
    ("general_question", "en", "I hope you ship it soon", False),
    ("own_case", "pt", "quanto demora a minha encomenda?", True),
    ("own_case", "pt", "quanto demora uma encomenda?", False),
    ("reporting_professional", "gl", "son enfermeira e aviso dun caso", True),
    ("reporting_professional", "en", "I am a vet in Cork", True),
    ("reporting_professional", "en", "I am a customer of yours", False),
    ("chasing", "ca", "i la meva comanda?", True),
    ("chasing", "ca", "em va bé la crema i la pomada", False),
    ("chasing", "gl", "veño por unha caixa e o de sempre", False),
    ("price", "pt", "30 euros um verniz?", True),
    ("price", "pt", "paguei 30 euros ontem", False),
    ("data_of_other", "eu", "Koldo delako batenak ere ageri dira hor", True),
    ("wrong_intake", "en", "I forgot two tablets on the trip", True),
    ("wrong_intake", "en", "I forgot my password", False),
    ("appointment", "pt", "queria marcar para sexta", True),
    ("price", "en", "£40 for a lipstick?!", True),
    ("price", "en", "my order of £40 is late", False),
    ("lot_given", "pt", "o lote é o C0917", True),
    ("lot_given", "pt", "onde vejo o lote?", False),
]


@pytest.mark.parametrize(("topic", "language", "text", "told"), TOLD)
def test_topics_of_other_languages(
    drafter: Drafter, topic: str, language: str, text: str, told: bool
) -> None:
    assert (topic in drafter.composer.topics.find(text, language)) is told


def texts(drafter: Drafter, asked: ComposeRequest, seeds: int = 8) -> list[str]:
    found: list[str] = []
    for n in range(seeds):
        result = drafter.draft(replace(asked, seed=f"m-{n}"))
        assert result.drafter == "composer", result.violations_by_rejected_candidate
        found.extend(draft.text for draft in result.drafts)
    return found


def in_danger(text: str, language: str, country: str, kind: str = "helpline") -> ComposeRequest:
    flag = "self_harm" if kind == "helpline" else "emergency"
    decided = decision("urgent_referral", flags=(flag,), audiences=("private",), referral=kind)
    company = account("tu").model_copy(update={"country": country})
    return request(text, decided=decided, intents=("medical_advice",), language=language,
                   numbers=NUMBERS.slots(country), company=company)  # fmt: skip


@pytest.mark.parametrize(
    ("country", "kind", "said", "unsaid"),
    [
        ("BR", "helpline", "188", ("024", "1411", "112")),
        ("BR", "emergency", "192", ("112", "061")),
        ("PT", "helpline", "1411", ("024", "188")),
        ("PT", "emergency", "112", ("192",)),
        ("ES", "helpline", "024", ("188", "1411")),
    ],
)
def test_the_number_is_of_the_account_s_country(
    drafter: Drafter, country: str, kind: str, said: str, unsaid: tuple[str, ...]
) -> None:
    found = texts(drafter, in_danger("não aguento mais", "pt", country, kind))
    assert any(said in text for text in found)
    assert not any(number in text for text in found for number in unsaid), found


@pytest.mark.parametrize(("country", "line"), [("PT", True), ("BR", False), ("ES", False)])
def test_a_line_for_advice_is_named_where_there_is_one(drafter: Drafter, country: str, line: bool) -> None:
    company = account("tu").model_copy(update={"country": country})
    asked = request("posso tomar isto com café?", decided=decision(audiences=("private",)), language="pt",
                    intents=("medical_advice",), numbers=NUMBERS.slots(country), company=company)  # fmt: skip
    assert any("808 24 24 24" in text for text in texts(drafter, asked)) is line


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("I am a vet in Cork: a dog in my care had a fit after your drops", "Your report has reached us"),
        ("my dog had a fit after your drops", "your pet"),
    ],
)
def test_whoever_treats_is_not_sent_to_a_professional(drafter: Drafter, text: str, reported: str) -> None:
    decided = decision(flags=("adverse_event",), audiences=("private",), constraints=("no_thanks",))
    asked = request(text, decided=decided, language="en", intents=("adverse_event",))
    assert all(reported in found for found in texts(drafter, asked))


@pytest.mark.parametrize(
    ("language", "mine", "other", "theirs"),
    [
        ("ca", "vull acabar amb tot", "el meu cosí diu que vol morir", "aquesta persona"),
        ("gl", "quero acabar con todo", "meu curmán dixo que quere morrer", "outra persoa"),
        ("eu", "dena amaitu nahi dut", "nire lagunak hil nahi duela esan du", "pertsona"),
        ("pt", "quero acabar com tudo", "a minha amiga disse que quer morrer", "essa pessoa"),
        ("en", "I want to end it", "my friend says she wants to die", "they"),
    ],
)
def test_who_is_in_danger(drafter: Drafter, language: str, mine: str, other: str, theirs: str) -> None:
    closing = {"ca": "amb tu", "gl": "contigo", "eu": "zurekin", "pt": "consigo", "en": "with you"}[language]
    assert any(closing in text for text in texts(drafter, in_danger(mine, language, "ES")))
    found = texts(drafter, in_danger(other, language, "ES"))
    assert not any(closing in text for text in found), found
    assert any(theirs in text for text in found)


def test_no_approved_answer_on_something_else_for_who_wants_the_money_back(drafter: Drafter) -> None:
    near = retrieval(answer("L'enviament costa 3,95 €.", "Costa 3,95 €.", language="ca"))
    decided = decision("draft", audiences=("private",))
    asked = request("això no entrava, vull els diners", decided=decided, found=near, language="ca",
                    intents=("complaint",), emotion="frustrated")  # fmt: skip
    assert not any("3,95" in text for text in texts(drafter, asked))
    told = request("no m'ho vau explicar bé, quant costa l'enviament?", decided=decided, found=near, language="ca",
                   intents=("complaint",), emotion="frustrated")  # fmt: skip
    assert all("3,95" in text for text in texts(drafter, told))
