"""What a draft must not presume: small talk, a leaflet, a question in an idea, a person behind an animal."""

from dataclasses import replace

import pytest

from drafting.drafter import Drafter
from drafting.request import ComposeRequest
from models.vocabulary import Intent
from tests.drafting.builders import answer, decision, request, retrieval


def texts(drafter: Drafter, asked: ComposeRequest) -> str:
    result = drafter.draft(asked)
    assert result.drafter == "composer", result.violations_by_rejected_candidate
    return " ".join(draft.text for draft in result.drafts)


def scored(asked: ComposeRequest, score: float) -> ComposeRequest:
    """The same request with that score for its main intent."""
    main = Intent(asked.understanding.intents[0][0])
    known = replace(asked.understanding, intents=((main, score),))
    return replace(asked, understanding=known)


@pytest.mark.parametrize(("score", "idle"), [(0.8, True), (0.25, False)])
def test_small_talk_must_be_likely(drafter: Drafter, score: float, idle: bool) -> None:
    said = texts(drafter, scored(request("dilo delante de todas", intents=("abuse",)), score))
    assert ("día" in said) != idle  # a matter gets a time


def test_the_consumer_office_is_no_small_talk(drafter: Drafter) -> None:
    said = texts(drafter, scored(request("pasado mañana paso por la omic", intents=("off_topic",)), 0.9))
    assert "Te hemos leído." not in said
    assert "día" in said


@pytest.mark.parametrize(
    ("text", "leaflet"), [("¿dan charlas en institutos?", False), ("¿la crema de manos mancha?", True)]
)
def test_no_leaflet_where_no_product_is_named(drafter: Drafter, text: str, leaflet: bool) -> None:
    drafts = " ".join(
        texts(drafter, request(text, intents=("product_information",), seed=f"m-{seed}"))
        for seed in range(12)
    )
    assert ("prospecto" in drafts or "ficha" in drafts) == leaflet


@pytest.mark.parametrize(
    ("text", "quoted"),
    [("Pongan también un formulario, que no todos oímos.", False), ("¿Y un formulario, lo tienen?", True)],
)
def test_an_idea_that_asks_nothing_gets_no_approved_answer(drafter: Drafter, text: str, quoted: bool) -> None:
    found = retrieval(answer("Atendemos de lunes a viernes.", "De lunes a viernes."))
    asked = request(
        text,
        decided=decision("draft"),
        intents=("suggestion", "opening_hours_or_contact"),
        found=found,
    )
    assert ("lunes a viernes" in texts(drafter, asked)) == quoted


def test_an_animal_is_sent_to_its_vet_before_anything_is_tried(drafter: Drafter) -> None:
    said = texts(drafter, request("¿le puedo poner la loción a mi perro?", intents=("product_information",)))
    assert "veterinario" in said
