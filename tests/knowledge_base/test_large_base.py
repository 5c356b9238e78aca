"""The retriever over inverted lists, and what was made faster gives the very same numbers."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from knowledge_base import analysis
from knowledge_base.answer import Approval, ApprovedAnswer, Role
from knowledge_base.config import DenseConfig, RetrievalConfig
from knowledge_base.evidence import Query, Retrieval
from knowledge_base.features import _best, gather
from knowledge_base.index import Filter, Index
from knowledge_base.ivf import IvfNear
from knowledge_base.lexical import LexicalIndex, LexicalQuery, _bag
from knowledge_base.loader import KnowledgeBase, load_directory
from knowledge_base.near import ExactNear
from knowledge_base.retriever import Retriever
from knowledge_base.vector_cache import VectorCache
from tests.knowledge_base.fakes import CONFIG, ROLES, TODAY, HashingEncoder, answer, shop

LARGE = CONFIG.model_copy(update={"dense": DenseConfig(kind="ivf", from_passages=1)})
QUESTIONS = (
    "¿cuánto tarda el envío a Canarias?",
    "cuanto tardda el envioo a canariass",
    "estoy embarazada, puedo usar la crema solar y devolver el pedido si me pica la piel?",
    "quant triga l'enviament?",
    "xyzzy",
    "😂",
    "",
)


@pytest.fixture(scope="module")
def demo() -> KnowledgeBase:
    return load_directory(Path("knowledge_base/answers"))


def large(folder: Path, *answers: ApprovedAnswer, encoder: HashingEncoder | None = None) -> Retriever:
    base = KnowledgeBase.of(answers)
    return Retriever.build(base, encoder or HashingEncoder(), LARGE, required_roles=ROLES, cache_dir=folder)


def ids(found: Retrieval) -> list[str]:
    return [item.answer.id for item in found.evidence]


def test_inverted_lists_serve_the_demo_base_as_exact_search_does(demo: KnowledgeBase, tmp_path: Path) -> None:
    exact = Retriever.build(demo, HashingEncoder(), CONFIG, required_roles=ROLES)
    listed = Retriever.build(demo, HashingEncoder(), LARGE, required_roles=ROLES, cache_dir=tmp_path)
    assert list(tmp_path.glob("near-*/manifest.json"))
    for text in QUESTIONS[:4]:
        one, other = (each.search(Query(text, on=TODAY)) for each in (exact, listed))
        assert ids(one)[:5] == ids(other)[:5]
        assert [item.score for item in one.evidence] == pytest.approx(
            [item.score for item in other.evidence], abs=0.01
        )


def test_exact_is_the_default_and_old_files_load(tmp_path: Path) -> None:
    assert CONFIG.dense == DenseConfig(kind="exact", from_passages=50_000, lists=None, probes=64)
    old = RetrievalConfig.model_validate(CONFIG.model_dump(exclude={"dense"}))
    assert old == CONFIG
    Retriever.build(
        KnowledgeBase.of(shop()), HashingEncoder(), CONFIG, required_roles=ROLES, cache_dir=tmp_path
    )
    assert [file.suffix for file in tmp_path.iterdir()] == [".npz"]


@pytest.mark.parametrize(
    ("config", "directory", "expected"),
    [
        (DenseConfig(kind="ivf", from_passages=1), True, IvfNear),
        (DenseConfig(kind="ivf", from_passages=1), False, ExactNear),
        (DenseConfig(kind="ivf", from_passages=10_000), True, ExactNear),
        (DenseConfig(kind="exact", from_passages=1), True, ExactNear),
    ],
)
def test_lists_only_for_large_bases_that_have_a_folder(
    config: DenseConfig, directory: bool, expected: type, tmp_path: Path
) -> None:
    cache = VectorCache(HashingEncoder(), tmp_path if directory else None)
    built = Index.build(KnowledgeBase.of(shop()), ROLES, CONFIG.lexical, cache, config)
    assert isinstance(built.dense, expected)


@pytest.mark.parametrize(
    "fields", [{"kind": "hnsw"}, {"probes": 0}, {"lists": 0}, {"from_passages": 0}, {"x": 1}]
)
def test_settings_that_make_no_sense_are_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        DenseConfig.model_validate(fields)


def test_a_new_answer_is_encoded_alone_and_a_withdrawn_one_is_gone_at_once(tmp_path: Path) -> None:
    encoder = HashingEncoder()
    built = large(tmp_path, *shop(), encoder=encoder)
    before = encoder.encoded
    new = answer(
        "regalo", "Envolver para regalo", "Envolvemos sin coste.", questions=("¿Envolvéis regalos?",)
    )
    built.replace(KnowledgeBase.of([*shop(), new]))
    query = Query("¿envolvéis para regalo?", on=TODAY)
    assert encoder.encoded == before + 3
    assert ids(built.search(query))[0] == "regalo"
    built.withdraw(["regalo"])
    assert "regalo" not in ids(built.search(query))
    built.replace(KnowledgeBase.of([*shop(), new]))
    assert "regalo" not in ids(built.search(query))


def test_a_deleted_answer_is_gone_and_the_next_start_encodes_nothing(tmp_path: Path) -> None:
    built = large(tmp_path, *shop())
    built.replace(KnowledgeBase.of(shop()[1:]))
    assert shop()[0].id not in ids(built.search(Query("plazo para devolver un pedido", on=TODAY)))
    encoder = HashingEncoder()
    large(tmp_path, *shop(), encoder=encoder)
    assert encoder.encoded == 0


def coverage_of_all(index: LexicalIndex, bags: list[frozenset[str]], query: LexicalQuery) -> np.ndarray:
    """Every answer looked at in turn, as the definition says."""
    found, mass = np.zeros(len(bags), dtype=np.float32), 0.0
    for alternatives in query.words:
        weight = max(index.idf.get(stem, index._rarest) for stem in alternatives)
        mass += weight
        known = [stem for stem in alternatives if stem in index.idf]
        if known:
            found += weight * np.array([not bag.isdisjoint(known) for bag in bags], dtype=np.float32)
    return found / np.float32(max(mass, 1e-6))


@pytest.mark.parametrize("text", QUESTIONS)
def test_coverage_of_candidates_is_bit_for_bit_that_of_all_answers(demo: KnowledgeBase, text: str) -> None:
    index = Index.build(demo, ROLES, CONFIG.lexical, VectorCache(HashingEncoder(), None))
    bags = [frozenset(_bag(item, CONFIG.lexical.title_weight, analysis.terms)) for item in index.answers]
    everything = np.ones(len(index.answers), dtype=bool)
    vector = HashingEncoder().encode([text], kind="query")[0]
    found = gather(index, text, "es", vector, everything, CONFIG)
    expected = coverage_of_all(index.lexical, bags, index.lexical.prepare(text, "es"))
    assert len(bags) > 100
    assert found.features["coverage"].tobytes() == expected[found.positions].tobytes()


def test_coverage_of_no_answer() -> None:
    index = LexicalIndex(shop(), CONFIG.lexical)
    query = index.prepare("envío", "es")
    assert index.coverage(query, np.zeros(0, dtype=np.int64)).shape == (0,)
    empty = LexicalIndex((), CONFIG.lexical)
    assert empty.coverage(empty.prepare("envío", "es"), np.zeros(0, dtype=np.int64)).shape == (0,)


def test_cosines_are_those_of_the_closest_passage_of_each_kind(demo: KnowledgeBase) -> None:
    encoder = HashingEncoder()
    index = Index.build(demo, ROLES, CONFIG.lexical, VectorCache(encoder, None))
    vector = encoder.encode([QUESTIONS[0]], kind="query")[0]
    everything = np.ones(len(index.answers), dtype=bool)
    found = gather(index, QUESTIONS[0], "es", vector, everything, CONFIG)
    for place, position in enumerate(found.positions):
        item = index.answers[position].text_for("es")
        titled = encoder.encode([f"{item.title}. {item.full}"], kind="passage")[0] @ vector
        assert found.features["full"][place] >= titled - 1e-5
        rows = np.flatnonzero((index.owners == position) & (index.kinds == 0))
        assert found.features["full"][place] == pytest.approx(
            index.dense.cosines(rows, vector).max(), abs=1e-6
        )


@pytest.mark.parametrize("count", [1, 3, 30, 1000])
@pytest.mark.parametrize("values", [1, 3, 1000])
def test_the_best_are_those_of_a_full_stable_sort(count: int, values: int) -> None:
    scores = np.random.default_rng(3).integers(-values, values + 1, size=500).astype(np.float32)
    order = np.argsort(-scores, kind="stable")[:count]
    assert _best(scores, count).tolist() == order[scores[order] > 0].tolist()


def varied() -> list[ApprovedAnswer]:
    """Answers that differ in every limit, each kind twice."""
    early, late = (
        Approval(role=Role.COMMUNICATIONS, name="Lucía Ferrer", date=day)
        for day in (date(2026, 1, 1), date(2026, 7, 1))
    )
    legal = Approval(role=Role.LEGAL, name="Pol Riu", date=date(2026, 2, 1))
    base = shop()[0]
    sealed = early.model_copy(update={"content": base.seal})
    broken = early.model_copy(update={"content": "0" * 16})
    limits: list[dict[str, object]] = [
        {},
        {"withdrawn": True},
        {"approvals": (late,)},
        {"approvals": (sealed,)},
        {"approvals": (broken,)},
        {"approvals": (legal,)},
        {"tags": ("data_rights",)},
        {"tags": ("data_rights",), "approvals": (early, legal)},
        {"valid_from": date(2026, 6, 15)},
        {"valid_until": date(2026, 5, 1)},
        {"accounts": ("demo",)},
        {"accounts": ("demo", "otra")},
        {"channels": ("x",)},
        {"audience": "private"},
        {"products": ("Solea 50",)},
        {"products": ("Solea 30",)},
    ]
    found = []
    for number, fields in enumerate(limits * 2):
        found.append(base.model_copy(update={**fields, "id": f"a{number}"}))
    # The seal does not hold for another id or text: one that was approved under its own name.
    own = base.model_copy(update={"id": "propio"})
    return [*found, own.model_copy(update={"approvals": (early.model_copy(update={"content": own.seal}),)})]


def test_answers_of_a_kind_are_admitted_as_each_would_be_alone() -> None:
    answers = varied()
    cache = VectorCache(HashingEncoder(), None)
    index = Index.build(KnowledgeBase.of(answers), ROLES, CONFIG.lexical, cache)
    filters = [
        Filter(on, account, channel, audience, product)
        for on in (date(2025, 1, 1), date(2026, 4, 1), TODAY, date(2026, 8, 1))
        for account in (None, "demo")
        for channel in (None, "x", "email")
        for audience in (None, "public", "private")
        for product in (None, "solea-50")
    ]
    seen = set()
    for wanted in filters:
        expected = [wanted.admits(item, ROLES) for item in index.answers]
        assert index.allowed(wanted).tolist() == expected
        seen.add(tuple(expected))
    assert len(seen) > 20


def test_what_is_gone_is_never_in_a_shared_mask() -> None:
    index = Index.build(KnowledgeBase.of(shop()), ROLES, CONFIG.lexical, VectorCache(HashingEncoder(), None))
    wanted = Filter.of(Query("x", on=TODAY))
    gone = index.allowed(wanted, frozenset({"horario", "no-existe"}))
    assert [item.id for item, left in zip(index.answers, gone, strict=True) if not left] == ["horario"]
    assert index.allowed(wanted).all()
    with pytest.raises(ValueError, match="read-only"):
        gone[0] = True


def test_nearest_answers_change_with_the_filter() -> None:
    encoder = HashingEncoder()
    built = Retriever.build(KnowledgeBase.of(shop()), encoder, CONFIG, required_roles=ROLES)
    query = Query("¿cuánto tarda el envío a Canarias?", on=TODAY)
    first = ids(built.search(query))
    assert "solar-embarazo" in first
    assert "solar-embarazo" not in ids(built.search(replace(query, product="otro")))
    assert ids(built.search(query)) == first
