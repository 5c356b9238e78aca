"""What was given is told by placeholders alone, and is not asked for again."""

from collections.abc import Sequence

import pytest

from drafting.composer import Composer
from drafting.draft import Sentence
from drafting.drafter import Drafter
from drafting.given import Given, given
from drafting.packing import Place, Room, pack
from drafting.selection import Choice
from tests.drafting.builders import decision, request

NAMES = {Given.REFERENCE: ["REFERENCIA"], Given.ACCOUNT: ["IBAN", "CUENTA"], Given.CARD: ["TARJETA"]}


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("mi pedido [REFERENCIA_1] no llega", {"reference"}),
        ("a la [CUENTA_2], no a la [IBAN_1]", {"account"}),
        ("[TARJETA_SANITARIA_1]", set()),
        ("[REFERENCIA] y REFERENCIA_1 y [referencia_1]", set()),
        ("", set()),
    ],
)
def test_kinds_are_read_from_placeholders(text: str, kinds: set[str]) -> None:
    assert given(text, NAMES) == kinds


def sources(drafter: Drafter, text: str) -> list[str]:
    asked = request(
        text,
        intents=("order_or_delivery",),
        emotion="worried",
        decided=decision("acknowledge", audiences=("private",), queue="orders"),
        channel="whatsapp",
    )
    (draft,) = drafter.draft(asked).drafts
    return [sentence.source for sentence in draft.sentences]


def test_a_number_that_was_given_is_not_asked_for(drafter: Drafter) -> None:
    without = sources(drafter, "mi pedido no llega")
    assert any(".secure." in source for source in without)
    with_it = sources(drafter, "mi pedido [REFERENCIA_1] no llega")
    assert not any(".secure." in source for source in with_it)
    assert any(".given." in source for source in with_it)


def choice(text: str, words: str = "", places: str = "", score: float = 1.0) -> Choice:
    return Choice(
        Sentence(text, "bank:x", "next_step"), score, frozenset(words.split()), frozenset(places.split())
    )


def length(sentences: Sequence[Sentence]) -> int:
    return sum(len(sentence.text) for sentence in sentences)


def test_an_address_is_named_once_and_nothing_is_said_twice() -> None:
    places = [
        Place("must", [choice("Lee la ficha en la web.", "lee ficha web", "enlace_prospecto")]),
        Place("may", [choice("Mira el prospecto.", "mira prospecto", "enlace_prospecto")]),
        Place("may", [choice("La ficha, en la web.", "ficha web"), choice("Pregunta.", "pregunta")]),
    ]
    packed = pack(places, Room(500, 9, length))
    assert packed is not None
    assert [sentence.text for sentence in packed] == ["Lee la ficha en la web.", "Pregunta."]


def test_what_must_be_said_is_said_shorter_to_make_room_for_what_should() -> None:
    places = [
        Place(
            "must", [choice("Una frase larga, larga y larga.", score=2.0), choice("Una corta.", score=1.0)]
        ),
        Place("should", [choice("Y por privado, para cuidarte.")]),
    ]
    packed = pack(places, Room(42, 9, length))
    assert packed is not None
    assert [sentence.text for sentence in packed] == ["Una corta.", "Y por privado, para cuidarte."]


def test_a_word_of_the_tags_does_not_stand_for_a_death(drafter: Drafter) -> None:
    composer: Composer = drafter.composer
    topics = composer.topics
    assert topics.tagged(frozenset({"wrong_item", "child"}), "es") == {"child"}
    assert topics.tagged(frozenset({"wrong_item"}), "eu") == {"wrong_item"}
