"""A message that asks several things: taken apart by the cases beside the data, each found its own answer."""

from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.asks import Asks, search_each
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.evidence import Query, Retrieval
from knowledge_base.loader import KnowledgeBase
from knowledge_base.retriever import Retriever
from tests.knowledge_base.fakes import CONFIG, ROLES, TODAY, HashingEncoder, shop

FILE = Path(__file__).parents[2] / "policies" / "asks.yaml"
CASES = yaml.safe_load(FILE.with_name("asks.cases.yaml").read_text(encoding="utf-8"))["cases"]
SHIPPED = Asks.load(FILE)
TWO = "¿Cuánto tarda el envío a Canarias? ¿Y a qué hora abrís la tienda?"


def found(text: str, asks: Sequence[str], least_score: float = 0.5, k: int = 5) -> Retrieval:
    retriever = Retriever.build(KnowledgeBase.of(shop()), HashingEncoder(), CONFIG, required_roles=ROLES)
    return search_each(retriever, Query(text, on=TODAY), asks, least_score, k)


def ids(retrieval: Retrieval) -> list[str]:
    return [item.answer.id for item in retrieval.evidence]


@pytest.mark.parametrize("case", CASES, ids=[case["text"][:40] for case in CASES])
def test_the_cases_beside_the_data(case: dict[str, object]) -> None:
    assert list(SHIPPED.of(str(case["text"]), str(case["language"]))) == case["asks"]


@given(st.text(max_size=300), st.sampled_from([*SHIPPED.breaks, "und"]))
def test_questions_are_parts_of_the_message_in_its_order(text: str, language: str) -> None:
    place = 0
    for ask in SHIPPED.of(text, language):
        place = text.index(ask, place) + len(ask)
    assert len(SHIPPED.of(text, language)) <= SHIPPED.most


def test_each_question_gets_its_answer_in_the_order_asked() -> None:
    asks = SHIPPED.of(TWO, "es")
    retrieval = found(TWO, asks)
    assert ids(retrieval)[:2] == ["envio-plazo", "horario"]
    assert retrieval.quoted == 2
    assert not retrieval.abstained
    assert len(set(ids(retrieval))) == len(ids(retrieval)) == 5
    assert retrieval.fingerprint


@pytest.mark.parametrize(
    "text",
    [
        "¿Cuánto tarda el envío a Canarias?",
        "¿Cuánto tarda el envío a Canarias? ¿A cómo está el kilo de tomate?",
        "¿Cuánto tarda el envío a Canarias? ¿Cuántos días tarda un envío a Canarias?",
    ],
    ids=["one question", "one without an answer", "both the same answer"],
)
def test_otherwise_the_message_is_searched_as_a_whole(text: str) -> None:
    retrieval = found(text, SHIPPED.of(text, "es"))
    assert retrieval == found(text, ())
    assert retrieval.quoted == 1


def test_an_answer_that_is_not_sure_enough_is_not_laid_beside_another() -> None:
    assert found(TWO, SHIPPED.of(TWO, "es"), least_score=1.0) == found(TWO, ())


def test_no_more_than_asked_for_unless_more_is_quoted() -> None:
    assert len(found(TWO, SHIPPED.of(TWO, "es"), k=1).evidence) == 2


@pytest.mark.parametrize(
    ("right", "wrong", "field"), [("most: 3", "most: 9", "most"), ('es: ["y", ', 'es: ["(y", ', "joins")]
)
def test_a_wrong_file_is_refused_with_its_field(tmp_path: Path, right: str, wrong: str, field: str) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert right in text
    file = tmp_path / "asks.yaml"
    file.write_text(text.replace(right, wrong), encoding="utf-8")
    with pytest.raises(KnowledgeBaseError, match=field):
        Asks.load(file)
