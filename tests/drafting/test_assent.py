"""A bare "sí": it takes in what we said, or it answers what we asked, and then the thread goes on."""

from collections.abc import Sequence

import pytest

from drafting.drafter import Drafter
from drafting.request import ComposeRequest
from tests.drafting.builders import decision, request

ASKED = ["Hola, ¿te sigue picando la zona donde te pusiste la crema?"]


def said_back(text: str, sent: Sequence[str], disposition: str, language: str = "es") -> ComposeRequest:
    decided = decision(disposition, audiences=("private",), queue="orders")
    return request(text, decided=decided, channel="whatsapp", language=language, agent_texts=sent)


def is_closed(drafter: Drafter, asked: ComposeRequest) -> bool:
    """Whether the draft says no more than that we are here."""
    result = drafter.draft(asked)
    assert result.drafter == "composer", result.violations_by_rejected_candidate
    return any(".welcome." in one.source for draft in result.drafts for one in draft.sentences)


@pytest.mark.parametrize("disposition", ["acknowledge", "draft"])
@pytest.mark.parametrize(
    ("text", "sent", "language"),
    [
        ("sí", ASKED, "es"),
        ("Si.", ASKED, "es"),
        ("vale", ASKED, "es"),
        ("👍", ["¿Quieres que anulemos el pedido? Dinos y lo hacemos."], "es"),
        ("sí", ["Tu pedido llega mañana.", *ASKED], "es"),
        ("val", ["Vols que anul·lem la comanda?"], "ca"),
        ("sure", ["Shall we cancel the order?"], "en"),
    ],
)
def test_an_answer_to_our_question_is_more_than_assent(
    drafter: Drafter, text: str, sent: list[str], language: str, disposition: str
) -> None:
    assert not is_closed(drafter, said_back(text, sent, disposition, language))


@pytest.mark.parametrize("disposition", ["acknowledge", "draft"])
@pytest.mark.parametrize(
    ("text", "sent", "language"),
    [
        ("sí", ["Tu pedido llega mañana."], "es"),
        ("vale", [*ASKED, "Gracias. Entonces déjalo unos días y consulta en tu farmacia."], "es"),
        ("👍", ["Está todo en https://alborea.example/ayuda?tema=envios"], "es"),
        ("val", ["La comanda arriba demà."], "ca"),
        ("sure", ["Your order arrives tomorrow."], "en"),
    ],
)
def test_assent_to_what_we_said_is_closed(
    drafter: Drafter, text: str, sent: list[str], language: str, disposition: str
) -> None:
    assert is_closed(drafter, said_back(text, sent, disposition, language))


def test_an_answer_of_more_than_assent_is_read_as_before(drafter: Drafter) -> None:
    for text in ("vale, pero sigue roto", "muchas gracias"):
        asked, told = (said_back(text, sent, "acknowledge") for sent in (ASKED, ["Llega mañana."]))
        assert is_closed(drafter, asked) == is_closed(drafter, told)


OFFERED = ["Tenemos hueco el jueves por la tarde. ¿Se lo apuntamos?"]
MORE = ["Ya está anulado. ¿Podemos ayudarle en algo más?"]


@pytest.mark.parametrize("disposition", ["acknowledge", "draft"])
@pytest.mark.parametrize("text", ["sí, gracias", "Claro, muchas gracias!", "vale gracias"])
def test_a_yes_with_thanks_to_our_question_goes_on(drafter: Drafter, text: str, disposition: str) -> None:
    assert not is_closed(drafter, said_back(text, OFFERED, disposition))


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("vale, gracias", MORE),
        ("gracias", OFFERED),
        ("sí, gracias", ["Queda apuntado el jueves."]),
    ],
)
def test_thanks_that_answer_nothing_close(drafter: Drafter, text: str, sent: list[str]) -> None:
    assert is_closed(drafter, said_back(text, sent, "acknowledge"))
