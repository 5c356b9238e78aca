"""Answers that people give again and again: suggested, and as drafts that nothing retrieves."""

from datetime import date
from pathlib import Path

from api.settings import ROOT
from cases.case import CaseDraft, CaseSentence
from cases.decisions import Verb
from cases.learning.answers import Questions, SuggestedAnswer, open_questions, suggested_answers
from cases.learning.judged import Span
from cases.learning.phrases import Approved
from cases.records import Records
from knowledge_base.governance import Governance, in_force
from knowledge_base.loader import load_directory
from knowledge_base.proposals import Proposal, Proposals
from policies.vocabulary import Disposition, Flag, Visibility
from tests.cases.learning.history import DRAFT, POLICY, decided
from tests.cases.samples import RECEIVED, flag
from tests.knowledge_base.fakes import HashingEncoder

GOVERNANCE = Governance.load(ROOT / "policies" / "knowledge_base.yaml")
SHOP = ("¿Tenéis tienda en Vigo?", "¿Tenéis alguna tienda en Vigo?", "Hola, ¿tenéis tienda física en Vigo?")
PLACE = "Sí, estamos en la calle del Príncipe, en el centro de Vigo."
HOURS = "Abrimos de lunes a sábado de 10 a 20 horas."


def ask(records: Records, *replies: str, by: str = "ana", **changes):  # type: ignore[no-untyped-def]
    for number, said in enumerate(replies):
        asked = {"redacted_text": SHOP[number % 3], "disposition": Disposition.DRAFT, "drafts": (), **changes}
        decided(records, Verb.RESPOND, said, by=f"key_{by}_{number % 2}", **asked)


def found(
    records: Records, approved: Approved | None = None, span: Span | None = None
) -> tuple[SuggestedAnswer, ...]:
    with records.database.read() as session:
        asked = open_questions(session, span or Span(), GOVERNANCE.gaps)
        how = Questions(HashingEncoder(), (), GOVERNANCE.gaps)
        return suggested_answers(session, asked, how, POLICY, approved)


def test_the_sentences_that_replies_share_become_one_answer(records: Records) -> None:
    ask(
        records,
        f"¡Hola, [PERSONA_1]! {PLACE} {HOURS} Un abrazo de Eva y de todo el equipo.",
        f"Hola. {PLACE} {HOURS}",
        f"{PLACE} {HOURS} Te esperamos con los brazos abiertos.",
    )
    (one,) = found(records)
    assert one.text == f"{PLACE} {HOURS}"
    assert (one.account, one.language, one.questions, one.replies, one.people) == ("demo", "es", 3, 3, 2)
    assert one.question in SHOP
    assert one.title == one.question


def test_different_numbers_are_no_agreement(records: Records) -> None:
    ask(records, *(f"Abrimos de lunes a sábado de 10 a {hour} horas." for hour in (19, 20, 21)))
    assert found(records) == ()


def test_too_few_replies_or_one_person_suggest_nothing(records: Records) -> None:
    ask(records, PLACE, PLACE)
    assert found(records) == ()


def test_what_is_answered_already_is_not_suggested(records: Records) -> None:
    ask(records, *[f"{PLACE} {HOURS}"] * 3)
    (one,) = found(records, Approved([("es", PLACE)]))
    assert one.text == HOURS
    assert found(records, Approved([("es", PLACE), ("es", HOURS)])) == ()
    assert found(records, Approved((), lambda _text, _language: True)) == ()


def test_companies_flags_and_days_are_kept_apart(records: Records) -> None:
    ask(records, PLACE)
    ask(records, PLACE, PLACE, account="otra")
    ask(records, PLACE, PLACE, PLACE, flags=(flag(Flag.ADVERSE_EVENT),), account="tercera")
    assert found(records) == ()
    ask(records, PLACE, account="otra")
    assert [one.account for one in found(records)] == ["otra"]
    assert found(records, span=Span(first=date(2026, 12, 1))) == ()
    assert found(records, span=Span(last=date(2026, 1, 1))) == ()


def test_a_proposed_answer_is_a_draft_that_may_not_be_used(records: Records, tmp_path: Path) -> None:
    ask(records, *[f"{PLACE} {HOURS}"] * 3)
    (one,) = found(records)
    answers = tmp_path / "answers"
    answers.mkdir()
    proposal = Proposal(one.title, one.question, one.text, "es", one.account, "borrador learn")
    made = Proposals(answers).add(proposal, at=RECEIVED)
    (kept,) = load_directory(answers).answers
    assert kept.approvals == ()
    assert kept.accounts == ("demo",)
    refusal = in_force(kept, RECEIVED.date(), GOVERNANCE.required_roles)
    assert refusal is not None
    assert refusal.answer_id == made.id


def test_the_machine_s_own_words_are_no_agreement(records: Records) -> None:
    answer = CaseSentence(text=DRAFT, source="answer:devolver@1#full")
    said = (CaseDraft(audience=Visibility.PUBLIC, text=DRAFT, length=9, limit=500, sentences=(answer,)),)
    ask(records, *[f"{DRAFT} {PLACE} {HOURS}"] * 3, drafts=said)
    (one,) = found(records)
    assert one.text == f"{PLACE} {HOURS}"
