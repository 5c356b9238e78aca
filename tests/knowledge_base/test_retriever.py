"""Search over a small base: order, abstention, filters, withdrawal, languages, bad input."""

import threading
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from knowledge_base.config import RetrievalConfig
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.evidence import Query, Retrieval
from knowledge_base.loader import KnowledgeBase
from knowledge_base.retriever import Retriever
from tests.knowledge_base.fakes import CONFIG, ROLES, TODAY, HashingEncoder, answer, shop

SPANISH = Query("¿cuánto tarda el envío a Canarias?", on=TODAY)


def retriever(*answers: Any, config: RetrievalConfig = CONFIG) -> Retriever:
    return Retriever.build(KnowledgeBase.of(answers), HashingEncoder(), config, required_roles=ROLES)


def ids(found: Retrieval) -> list[str]:
    return [item.answer.id for item in found.evidence]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("¿cuánto tarda el envío a Canarias?", "envio-plazo"),
        ("CUANTO TARDA EL ENVIO A CANARIAS", "envio-plazo"),
        ("cuanto tardda el envioo a canariass", "envio-plazo"),
        ("cuántos días tengo para devolver la crema", "devolucion-plazo"),
        ("no me ha llegado el reembolso del dinero", "devolucion-reembolso"),
        ("a q hora abris??", "horario"),
        ("hola, soy [PERSON_1], a qué hora abrís? @tienda https://x.example/a", "horario"),
        ("estoy embarazada, puedo usar la crema solar", "solar-embarazo"),
    ],
)
def test_finds_the_answer_and_quotes_it_verbatim(text: str, expected: str) -> None:
    found = retriever(*shop()).search(Query(text, on=TODAY))
    assert ids(found)[0] == expected
    assert not found.abstained
    best = found.evidence[0]
    assert best.quote in best.answer.text_for("es").full
    scores = [item.score for item in found.evidence]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


@pytest.mark.parametrize(
    "text",
    [
        "¿a cómo está el kilo de tomate?",
        "pasadme la receta del gazpacho",
        "😂😂",
        "asdf qwer",
        "¿vendéis relojes?",
    ],
)
def test_abstains_when_the_base_has_no_answer(text: str) -> None:
    assert retriever(*shop()).search(Query(text, on=TODAY)).abstained


def test_quote_is_the_sentence_that_fits() -> None:
    found = retriever(*shop()).search(SPANISH)
    assert found.evidence[0].quote == "A Canarias tarda de 5 a 7 días."


@pytest.mark.parametrize("text", ["", "   ", "[PERSON_1]", "\n"])
def test_nothing_asked_gives_nothing_to_draft_from(text: str) -> None:
    assert retriever(*shop()).search(Query(text, on=TODAY)).abstained


def test_empty_base_abstains() -> None:
    assert retriever().search(SPANISH) == Retrieval((), abstained=True)


def test_at_most_k() -> None:
    assert len(retriever(*shop()).search(SPANISH, k=2).evidence) == 2
    with pytest.raises(ValueError, match="k must be at least 1"):
        retriever(*shop()).search(SPANISH, k=0)


ENVIO = shop()[2]


@pytest.mark.parametrize(
    ("fields", "query", "admitted"),
    [
        ({"accounts": ("demo",)}, {"account": "demo"}, True),
        ({"accounts": ("demo",)}, {"account": "otra"}, False),
        ({"accounts": ("demo",)}, {"account": None}, False),
        ({"channels": ("x",)}, {"channel": "x"}, True),
        ({"channels": ("x",)}, {"channel": "email"}, False),
        ({"channels": ("x",)}, {"channel": None}, True),
        ({"audience": "private"}, {"audience": "public"}, False),
        ({"audience": "private"}, {"audience": "private"}, True),
        ({"audience": "public"}, {"audience": "private"}, True),
        ({"products": ("Solea 50",)}, {"product": "solea-50"}, True),
        ({"products": ("Solea 50",)}, {"product": "Solea 30"}, False),
        ({"products": ("Solea 50",)}, {"product": None}, True),
        ({"products": ()}, {"product": "Solea 30"}, True),
        ({"valid_from": date(2026, 6, 2)}, {}, False),
        ({"valid_until": date(2026, 5, 31)}, {}, False),
        ({"valid_until": date(2026, 5, 31)}, {"on": date(2026, 5, 31)}, True),
        ({"withdrawn": True}, {}, False),
        ({"approvals": ()}, {}, False),
        ({"tags": ("composicion",)}, {}, False),
    ],
)
def test_filters(fields: dict[str, Any], query: dict[str, Any], admitted: bool) -> None:
    others = [item for item in shop() if item.id != ENVIO.id]
    found = retriever(*others, ENVIO.model_copy(update=fields)).search(replace(SPANISH, **query))
    assert (ENVIO.id in ids(found)) is admitted


def test_another_language_finds_the_spanish_answer_and_says_so() -> None:
    found = retriever(*shop()).search(Query("quant triga l'enviament a Canàries?", language="ca", on=TODAY))
    assert ids(found)[0] == "envio-plazo"
    assert found.evidence[0].cross_language
    assert found.evidence[0].quote in ENVIO.text_for("es").full


def test_variant_in_the_language_is_found_and_quoted() -> None:
    catalan = {"title": "Termini d'enviament", "full": "L'enviament triga 48 hores.", "short": "48 hores."}
    texts = {"es": ENVIO.text_for("es").model_dump(), "ca": catalan}
    both = type(ENVIO).model_validate({**ENVIO.model_dump(), "texts": texts})
    others = [item for item in shop() if item.id != ENVIO.id]
    found = retriever(*others, both).search(Query("quant triga l'enviament?", language="ca", on=TODAY))
    assert (ids(found)[0], found.evidence[0].cross_language) == ("envio-plazo", False)
    assert found.evidence[0].quote == "L'enviament triga 48 hores."


def test_vector_of_the_caller_is_used() -> None:
    encoder = HashingEncoder()
    built = Retriever.build(KnowledgeBase.of(shop()), encoder, CONFIG, required_roles=ROLES)
    vector = encoder.encode([SPANISH.text], kind="query")[0]
    before = encoder.encoded
    assert ids(built.search(replace(SPANISH, vector=vector)))[0] == "envio-plazo"
    assert encoder.encoded == before


@pytest.mark.parametrize("vector", [np.ones(3, np.float32), np.full(128, np.nan, np.float32)])
def test_a_vector_that_does_not_fit_is_refused(vector: np.ndarray) -> None:
    with pytest.raises(ValueError, match="128 dimensions"):
        retriever(*shop()).search(replace(SPANISH, vector=vector))


def test_replace_takes_the_new_base() -> None:
    built = retriever(*shop())
    base = KnowledgeBase.of([item for item in shop() if item.id != "horario"])
    built.replace(base)
    assert built.fingerprint == base.fingerprint
    assert "horario" not in ids(built.search(Query("a qué hora abrís", on=TODAY)))


def test_withdraw_takes_an_answer_out_at_once() -> None:
    built = retriever(*shop())
    built.withdraw(["envio-plazo"])
    assert "envio-plazo" not in ids(built.search(SPANISH))


class SlowEncoder(HashingEncoder):
    """Takes its time with passages, so that a replacement can be caught half-way."""

    def encode(self, texts: list[str], *, kind: Any) -> Any:
        if kind == "passage":
            time.sleep(0.2)
        return super().encode(texts, kind=kind)


def test_withdrawn_answer_never_appears_again_under_load() -> None:
    built = Retriever.build(KnowledgeBase.of(shop()), SlowEncoder(), CONFIG, required_roles=ROLES)
    without = [
        item.model_copy(update={"withdrawn": True}) if item.id == ENVIO.id else item for item in shop()
    ] + [answer("nueva", "Nueva", "Una respuesta nueva que aún no tiene vectores.")]
    withdrawn = threading.Event()
    late: list[str] = []

    def ask() -> None:
        for _ in range(400):
            after = withdrawn.is_set()
            if ENVIO.id in ids(built.search(SPANISH)) and after:
                late.append(ENVIO.id)

    def swap() -> None:
        built.replace(KnowledgeBase.of(without))

    askers = [threading.Thread(target=ask) for _ in range(4)]
    swapper = threading.Thread(target=swap)
    assert ids(built.search(SPANISH))[0] == ENVIO.id
    for thread in askers:
        thread.start()
    swapper.start()
    time.sleep(0.05)  # the new passages are still being encoded
    withdrawn.set()
    for thread in (*askers, swapper):
        thread.join()
    assert late == []
    assert "nueva" in ids(built.search(Query("una respuesta nueva con vectores", on=TODAY)))


def test_reciprocal_ranks_also_order() -> None:
    fusion = CONFIG.fusion.model_copy(update={"kind": "reciprocal_rank"})
    built = retriever(*shop(), config=CONFIG.model_copy(update={"fusion": fusion}))
    assert ids(built.search(SPANISH))[0] == "envio-plazo"


def test_long_message_is_quick_past_the_encoder() -> None:
    built = retriever(*shop(), *(answer(f"r{i}", f"Título {i}", f"Texto número {i}.") for i in range(200)))
    vector = HashingEncoder().encode(["x"], kind="query")[0]
    query = Query("el envío a Canarias tarda mucho " * 20_000, on=TODAY, vector=vector)
    built.search(query)
    started = time.perf_counter()
    built.search(query)
    assert time.perf_counter() - started < 0.5


def test_answers_without_words_do_not_break_the_index() -> None:
    assert (
        retriever(answer("a", "???", "…", short="!")).search(Query("hola", on=TODAY)).evidence[0].answer.id
        == "a"
    )


def test_shipped_configuration_loads() -> None:
    config = RetrievalConfig.load(Path(__file__).parents[2] / "policies" / "retrieval.yaml")
    assert config.fitted.queries > 1000
    assert config.fusion.kind == "learned"
    assert all(weight >= 0 for weight in config.fusion.weights.values())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("threshold: ", "threshold: 3", r"r\.yaml:\d+: abstain\.threshold"),
        (
            "  weights:\n    full",
            "  weights:\n    colour",
            r"r\.yaml:\d+: fusion\.weights: .*unknown feature colour",
        ),
    ],
)
def test_configuration_errors_name_file_line_and_field(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    text = (Path(__file__).parents[2] / "policies" / "retrieval.yaml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "r.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(KnowledgeBaseError, match=message):
        RetrievalConfig.load(tmp_path / "r.yaml")
