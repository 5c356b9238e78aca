"""What a report is read from: places in the text, earlier turns, the product's own name."""

from pathlib import Path

import pytest
import yaml

from models.spans import Span
from models.understanding.adverse_events import Known, OwnTurn, ReportReader, ReportText, Said
from models.understanding.lexicon import Lexicon
from models.understanding.report import Criterion, Report, Seriousness, Situation, Source

LEXICONS = Path(__file__).parents[3] / "policies" / "lexicons"
OWN_TURNS = yaml.safe_load((LEXICONS / "report_words.cases.yaml").read_text(encoding="utf-8"))["own_turns"]


@pytest.fixture(scope="module")
def reader() -> ReportReader:
    return ReportReader.load(Lexicon.load(LEXICONS), LEXICONS)


def read(reader: ReportReader, text: str, *turns: tuple[str, str], **known: object) -> Report:
    return reader.read(ReportText.of(text, turns, "es", Known(**known)))


def words(report: Report, code: Criterion, text: str) -> set[str]:
    return {text[m.start : m.end] for m in report.criteria.get(code, ()) if m.source == Source.TEXT}


def test_each_criterion_has_the_words_that_support_it(reader: ReportReader) -> None:
    text = "A mi madre  le salieron RONCHAS con la crema Velarina."
    report = read(reader, text, product_names=("velarina",))
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
        ("llevo semanas con las gotas y no me hacen nada", set()),  # lack of effect is what happened
        ("me tomo las gotas y la tos igual que antes", set()),
        ("ya me tomé dos sobres y el dolor no jala", {Criterion.PRODUCT}),
        ("quiero las gotas, que no me llegan", {Criterion.REACTION}),
        ("voy con 80 años encima y me pica", {Criterion.PRODUCT}),  # "con 80" is no national code
        ("hola", {Criterion.PATIENT, Criterion.PRODUCT, Criterion.REACTION}),
        ("", {Criterion.PATIENT, Criterion.PRODUCT, Criterion.REACTION}),
    ],
)
def test_missing(reader: ReportReader, text: str, missing: set[Criterion]) -> None:
    assert set(read(reader, text).missing) == missing


def test_earlier_turns_count_without_places(reader: ReportReader) -> None:
    report = read(reader, "¿y ahora qué hago?", ("customer", "la crema me dio ronchas y acabé ingresada"))
    assert not report.missing
    assert Seriousness.HOSPITALISATION in report.seriousness
    mentions = [m for found in report.criteria.values() for m in found if m.source == Source.THREAD]
    assert mentions
    assert all((m.start, m.end) == (0, 0) for m in mentions)


def test_the_field_of_the_message_names_the_product(reader: ReportReader) -> None:
    report = read(reader, "me dio ronchas", product_given=True)
    assert report.product_named
    assert report.met(Criterion.PRODUCT)


def test_part_of_a_word_is_no_product(reader: ReportReader) -> None:
    report = read(reader, "me dio ronchas anoche", product_names=("anoch", " "))
    assert not report.met(Criterion.PRODUCT)


def test_several_situations_at_once(reader: ReportReader) -> None:
    text = "estoy embarazada y me tomé por error el doble de pastillas"
    found = read(reader, text).situations
    assert {Situation.OVERDOSE, Situation.MEDICATION_ERROR, Situation.PREGNANCY_EXPOSURE} <= set(found)
    assert all(text[m.start : m.end].strip() for mentions in found.values() for m in mentions)


def test_a_name_is_known_from_the_text_the_thread_and_our_own_turn(reader: ReportReader) -> None:
    assert read(reader, "me dio ronchas el Velarina").product_named
    assert read(reader, "y ahora qué", ("customer", "La faja térmica Velarina me dejó ronchas")).product_named
    thanked = read(reader, "de diez, vomité en el tren", ("agent", "¡Gracias por probar el Velarina!"))
    assert thanked.product_named
    assert {m.source for m in thanked.criteria[Criterion.PRODUCT]} == {Source.THREAD}
    kinds = read(reader, "la crema me dio ronchas", ("agent", "Lamentamos lo de la crema."))
    assert not kinds.product_named


@pytest.mark.parametrize("case", OWN_TURNS, ids=lambda case: f"{case['ours'][:30]} - {case['reply'][:20]}")
def test_our_own_turn_names_what_the_customer_bears_out(reader: ReportReader, case: dict) -> None:
    told = ReportText.of(case["reply"], [("agent", case["ours"])], case.get("language", "es"), Known())
    assert reader.read(told).product_named == case["named"]


def test_an_own_turn_is_borne_out_by_the_answer_to_it(reader: ReportReader) -> None:
    asked, other = ("agent", "¿Ha sido con el Velarina?"), ("agent", "¿Y dónde te lo pusiste?")
    assert read(reader, "en la cara, ronchas", asked, ("customer", "sí"), other).product_named
    assert not read(reader, "sí, con ronchas", asked, ("customer", "no sé"), other).product_named
    assert read(reader, "sí, con ronchas", asked, ("agent", "Nos ayuda saberlo.")).product_named
    offered = ("agent", "Tenemos el Velarina y el Velarina forte en oferta.")
    assert not read(reader, "sí, con ronchas", ("customer", "hola"), offered).met(Criterion.PRODUCT)


def test_a_product_of_the_account_in_our_own_turn_is_no_report_of_it(reader: ReportReader) -> None:
    names = ("Albaderm Hidra Crema",)
    signed = ("agent", "Un saludo, el equipo de Albaderm Hidra Crema")
    assert not read(reader, "me dio ronchas", signed, product_names=names).met(Criterion.PRODUCT)
    thanked = ("agent", "Gracias por comprar Albaderm Hidra Crema.")
    assert read(reader, "me dio ronchas", thanked, product_names=names).product_named


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Albaderm me dio ronchas", False),  # one of several: which one is still to be asked
        ("Tosalia me dio ronchas", True),
        ("Albaderm Agua Micelar me dio ronchas", True),
    ],
)
def test_a_brand_names_a_product_where_it_has_one(reader: ReportReader, text: str, named: bool) -> None:
    products = ("Albaderm Agua Micelar", "Albaderm Hidra Crema", "Tosalia Jarabe")
    report = read(reader, text, product_names=products, brands=("Albaderm", "Tosalia"))
    assert report.met(Criterion.PRODUCT)
    assert report.product_named == named


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("la Albaderm me dio ronchas", False),  # marked or not, a brand of several says only whose it is
        ("la Tosalia me dio ronchas", True),
        ("la Albaderm Calmisol me dio ronchas", True),
        ("la Velarina me dio ronchas", True),
    ],
)
def test_a_marked_brand_is_a_brand(reader: ReportReader, text: str, named: bool) -> None:
    products = ("Albaderm Agua Micelar", "Albaderm Hidra Crema", "Tosalia Jarabe")
    spans = [Span("MEDICATION", 0, text.index(" me"), 0.6)]
    report = read(reader, text, spans=spans, product_names=products, brands=("Albaderm", "Tosalia"))
    assert report.met(Criterion.PRODUCT)
    assert report.product_named == named


def test_what_the_redactor_marked_has_its_place(reader: ReportReader) -> None:
    text = "tomo dos Norvagrisal y el niño anda dormilón"
    spans = [Span("MEDICATION", 5, 20, 0.6), Span("SYMPTOM", 23, len(text), 0.6)]
    report = read(reader, text, spans=spans)
    assert {"dos Norvagrisal", "Norvagrisal"} <= words(report, Criterion.PRODUCT, text)
    assert "el niño anda dormilón" in words(report, Criterion.REACTION, text)
    assert report.product_named


def test_turns_keep_their_spans_where_redaction_has_fewer() -> None:
    span = Span("SYMPTOM", 0, 4, 0.6)
    turns = [("customer", "pica"), ("agent", "¿sí?"), ("customer", "mucho")]
    given = ReportText.of("hola", turns, "es", Known(turn_spans=[[span]]))
    assert list(given.earlier) == [Said("pica", [span]), Said("mucho")]
    assert list(given.ours) == [OwnTurn(Said("¿sí?"), "mucho")]


@pytest.mark.parametrize(
    "text",
    [
        "quiero la crema para los picores",
        "compré la crema para los picores y llegó rota",
        "uso el jarabe para la tos",
        "si me sale un sarpullido con la crema, ¿la dejo?",
        "llevo las gotas por si le da diarrea",
        "cero picores con la crema que uso",
        "vaig comprar la crema per a la picor",
        "merquei a crema para o proído",
        "comprei o creme para a coceira",
        "azkuraren aurkako krema erosi dut",
        "I used the cream for burns",
    ],
)
def test_what_a_product_is_for_and_what_may_come_are_no_reactions(reader: ReportReader, text: str) -> None:
    assert not read(reader, text).met(Criterion.REACTION)


@pytest.mark.parametrize(
    "text",
    [
        "me puse la crema para los picores y me salió un sarpullido",
        "uso el jarabe para la tos y vomito",
        "la crema per a la picor m'ha fet una erupció",
        "o creme para a coceira deu-me bolhas",
        "the cream for burns gave me a rash",
    ],
)
def test_a_reaction_beside_what_the_product_is_for(reader: ReportReader, text: str) -> None:
    assert read(reader, text).met(Criterion.REACTION)
