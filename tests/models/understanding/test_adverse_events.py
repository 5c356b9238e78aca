"""What a report is read from: places in the text, earlier turns, the product's own name."""

from pathlib import Path

import pytest

from models.understanding.adverse_events import ReportText, read_report
from models.understanding.lexicon import Lexicon
from models.understanding.report import Criterion, Report, Seriousness, Situation, Source

LEXICONS = Path(__file__).parents[3] / "policies" / "lexicons"


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon.load(LEXICONS)


def words(report: Report, code: Criterion, text: str) -> set[str]:
    return {text[m.start : m.end] for m in report.criteria.get(code, ()) if m.source == Source.TEXT}


def test_each_criterion_has_the_words_that_support_it(lexicon: Lexicon) -> None:
    text = "A mi madre  le salieron RONCHAS con la crema Velarina."
    report = read_report(lexicon, ReportText(text, product_names=("velarina",)))
    assert "madre" in words(report, Criterion.PATIENT, text)
    assert {"crema", "Velarina"} <= words(report, Criterion.PRODUCT, text)
    assert "RONCHAS" in words(report, Criterion.REACTION, text)
    assert report.product_named
    assert not report.missing


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("me ha salido un sarpullido", {Criterion.PRODUCT}),
        ("vuestra crema da urticaria", {Criterion.PATIENT}),
        ("le di el doble de jarabe a mi hija por error", {Criterion.REACTION}),
        ("llevo semanas con las gotas y no me hacen nada", {Criterion.REACTION}),
        ("hola", {Criterion.PATIENT, Criterion.PRODUCT, Criterion.REACTION}),
        ("", {Criterion.PATIENT, Criterion.PRODUCT, Criterion.REACTION}),
    ],
)
def test_missing(lexicon: Lexicon, text: str, missing: set[Criterion]) -> None:
    assert set(read_report(lexicon, ReportText(text)).missing) == missing


def test_earlier_turns_count_without_places(lexicon: Lexicon) -> None:
    report = read_report(
        lexicon, ReportText("¿y ahora qué hago?", "la crema me dio ronchas y acabé ingresada")
    )
    assert not report.missing
    assert Seriousness.HOSPITALISATION in report.seriousness
    mentions = [m for found in report.criteria.values() for m in found if m.source == Source.THREAD]
    assert mentions
    assert all((m.start, m.end) == (0, 0) for m in mentions)


def test_the_field_of_the_message_names_the_product(lexicon: Lexicon) -> None:
    report = read_report(lexicon, ReportText("me dio ronchas", product_given=True))
    assert report.product_named
    assert report.met(Criterion.PRODUCT)


def test_part_of_a_word_is_no_product(lexicon: Lexicon) -> None:
    report = read_report(lexicon, ReportText("me dio ronchas anoche", product_names=("anoch", " ")))
    assert not report.met(Criterion.PRODUCT)


def test_several_situations_at_once(lexicon: Lexicon) -> None:
    text = "estoy embarazada y me tomé por error el doble de pastillas"
    found = read_report(lexicon, ReportText(text)).situations
    assert {Situation.OVERDOSE, Situation.MEDICATION_ERROR, Situation.PREGNANCY_EXPOSURE} <= set(found)
    assert all(text[m.start : m.end].strip() for mentions in found.values() for m in mentions)
