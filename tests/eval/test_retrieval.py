"""Retrieval metrics by hand-made rankings, and the fit on a small company."""

import json
from pathlib import Path

import numpy as np
import pytest
import yaml

from eval.fit_retrieval import fit
from eval.linear_fit import fit_choice, fit_logistic
from eval.retrieval import VARIANTS, rank, report, variant
from eval.retrieval_data import companies_in, load_company, measure
from eval.retrieval_metrics import (
    Run,
    abstain_auroc,
    auroc,
    bootstrap,
    matched_auroc,
    ndcg,
    ndcg_at_10,
    operating_point,
    success_at_1,
)
from knowledge_base.config import RetrievalConfig
from knowledge_base.vector_cache import VectorCache
from tests.knowledge_base.fakes import CONFIG, HashingEncoder, shop

RUN = Run(
    first=np.array([True, True, False, False, False]),
    ndcg=np.array([1.0, 1.0, 0.5, 0.0, 0.0]),
    answerable=np.array([True, True, True, False, False]),
    score=np.array([0.9, 0.4, 0.6, 0.5, 0.1]),
    words=np.array([6, 12, 6, 6, 12]),
)


def test_figures_by_hand() -> None:
    assert success_at_1(RUN) == pytest.approx(2 / 3)
    assert ndcg_at_10(RUN) == pytest.approx(2.5 / 3)
    assert abstain_auroc(RUN) == pytest.approx(5 / 6)
    assert matched_auroc(RUN) == pytest.approx(1.0)
    point = operating_point(RUN, 0.5)
    assert (point.coverage, point.right, point.false_answers, point.precision) == pytest.approx(
        (2 / 3, 1 / 3, 1 / 2, 1 / 3)
    )


@pytest.mark.parametrize(
    ("gains", "relevant", "expected"),
    [
        ([True, False], 1, 1.0),
        ([False, True], 1, 1 / np.log2(3)),
        ([False, False], 1, 0.0),
        ([True], 2, 1 / (1 + 1 / np.log2(3))),
        ([False] * 10 + [True], 1, 0.0),
        ([True], 0, 0.0),
    ],
)
def test_ndcg(gains: list[bool], relevant: int, expected: float) -> None:
    assert ndcg(gains, relevant) == pytest.approx(expected)


def test_auroc_of_ties_and_of_one_class() -> None:
    assert auroc([1, 1, 1, 1], np.array([True, False, True, False])) == pytest.approx(0.5)
    assert np.isnan(auroc([1, 2], np.array([True, True])))


def test_interval_holds_the_value() -> None:
    interval = bootstrap(RUN, ndcg_at_10, rounds=200)
    assert interval.low <= interval.value <= interval.high


def test_choice_finds_the_feature_that_tells_and_keeps_weights_positive() -> None:
    generator = np.random.default_rng(1)
    tables = []
    for _ in range(200):
        right = np.arange(8) == generator.integers(8)
        table = np.column_stack(
            [right + generator.normal(0, 0.5, 8), generator.normal(0, 1, 8), -1.0 * right]
        )
        tables.append((table, right))
    weights = fit_choice(tables)
    assert weights[0] > 5 * abs(weights[1])
    assert weights[2] == 0.0


def test_logistic_recovers_weights_and_respects_signs() -> None:
    generator = np.random.default_rng(2)
    table = generator.normal(0, 1, (4000, 2))
    target = generator.random(4000) < 1 / (1 + np.exp(-(0.5 + 2 * table[:, 0] - table[:, 1])))
    intercept, slopes = fit_logistic(table, target, np.ones(4000))
    assert (intercept, *slopes) == pytest.approx((0.5, 2.0, -1.0), abs=0.2)
    _, forced = fit_logistic(table, target, np.ones(4000), signs=np.array([1.0, 1.0]))
    assert forced[1] == 0.0


QUESTIONS = [
    ("q-1-es-ans", "cuánto tarda el envío", ["envio-plazo"]),
    ("q-2-es-ans", "cuántos días tengo para devolver una crema", ["devolucion-plazo"]),
    ("q-3-es-ans", "cuándo me devuelven el dinero del reembolso", ["devolucion-reembolso"]),
    ("q-4-es-ans", "a qué hora abrís", ["horario"]),
    ("q-5-pt-ans", "qual é o horário de atendimento", ["horario"]),
    ("q-6-es-ans", "dónde mando el currículum", ["empleo"]),
    ("q-7-es-out", "a cómo está el kilo de tomate", []),
    ("q-8-es-out", "receta del gazpacho", []),
    ("q9", "vendéis relojes de pulsera", []),
]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name in ("kb_a", "kb_b"):
        folder = tmp_path / name
        folder.mkdir()
        rows = [
            {"id": item.id, "tags": [], **item.text_for("es").model_dump(exclude={"full", "private"}),
             "answer": item.text_for("es").full}
            for item in shop()
        ]  # fmt: skip
        (folder / "answers.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        lines = [json.dumps({"id": name, "text": text, "relevant": found}) for name, text, found in QUESTIONS]
        (folder / "queries.jsonl").write_text("\n".join(lines))
    return tmp_path


def test_companies_are_read_with_their_languages(data: Path) -> None:
    assert companies_in(data) == ["kb_a", "kb_b"]
    company = load_company(data / "kb_a")
    assert [question.language for question in company.questions][4:6] == ["pt", "es"]
    assert company.questions[0].relevant == {"envio-plazo"}
    assert len(company.base.answers) == 6


def test_fit_gives_a_configuration_that_can_be_stored_and_orders_well(data: Path) -> None:
    encoder = HashingEncoder()
    cache = VectorCache(encoder, None)
    groups = {name: measure(load_company(data / name), encoder, CONFIG, cache) for name in companies_in(data)}
    fitted = fit(groups, CONFIG, "fake")
    stored = RetrievalConfig.model_validate(yaml.safe_load(yaml.safe_dump(fitted.model_dump(mode="json"))))
    assert stored == fitted
    assert (fitted.fitted.companies, fitted.fitted.queries) == (("kb_a", "kb_b"), 18)
    run = rank(groups["kb_a"], fitted, raw=False)
    assert success_at_1(run) == 1.0
    assert abstain_auroc(run) > 0.9
    text = report(groups["kb_a"], fitted)
    assert all(name in text for name in VARIANTS)
    assert "9 questions, 3 of them without an answer" in text


def test_variants_use_one_half_only(data: Path) -> None:
    assert variant(CONFIG, "bm25").fusion.weights == {"word": 1.0}
    assert variant(CONFIG, "reciprocal ranks").fusion.kind == "reciprocal_rank"
    assert variant(CONFIG, "learned") == CONFIG
