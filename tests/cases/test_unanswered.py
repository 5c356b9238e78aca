"""Which stored questions show that an answer is missing."""

from typing import Any

import pytest

from cases.case import CaseEvidence, ScoredCode
from cases.decisions import Verb
from cases.records import Records
from cases.unanswered import Cause, Wanted, unanswered
from policies.vocabulary import Disposition
from tests.cases.samples import case, decision, record
from tests.cases.test_citations import PLAZO

ASKED: dict[str, Any] = {
    "intents": (ScoredCode(code="product_information", score=0.9),),
    "redacted_text": "¿Tenéis tienda en Vigo, [PERSONA_1]?",
}
WANTED = Wanted(dispositions=("draft", "acknowledge"), intents=("product_information",), edit_distance=0.4)


def found(records: Records, wanted: Wanted = WANTED) -> list[tuple[Cause, str]]:
    with records.database.read() as session:
        return [(one.cause, one.text) for one in unanswered(session, wanted)]


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({}, True),
        ({"abstained": False}, False),
        ({"disposition": Disposition.URGENT_REFERRAL}, False),
        ({"intents": (ScoredCode(code="praise", score=0.9),)}, False),
        ({"redacted_text": "  "}, False),
    ],
)
def test_abstained_on(records: Records, changes: dict[str, Any], counts: bool) -> None:
    record(records, case(**{**ASKED, **changes}))
    assert found(records) == ([(Cause.ABSTAINED, ASKED["redacted_text"])] if counts else [])


@pytest.mark.parametrize(
    ("verb", "sent", "cause"),
    [
        (Verb.EDIT, "Nada que ver con lo que decía el borrador, todo escrito de nuevo.", Cause.EDITED),
        (Verb.EDIT, "Hola. Tiene 30 días!", None),
        (Verb.RESPOND, "Otra respuesta.", Cause.EDITED),
        (Verb.ACCEPT, None, None),
        (Verb.IGNORE, None, None),
    ],
)
def test_drafts_that_were_rewritten(
    records: Records, verb: Verb, sent: str | None, cause: Cause | None
) -> None:
    evidence = (CaseEvidence(answer_id="plazo", version=2, score=0.9, title="Plazo", quote="Tiene 30 días."),)
    made = record(records, case(**ASKED, abstained=False, evidence=evidence, drafts=(PLAZO,))).stored.case
    records.store.decide(made.id, decision(verb, sent=sent), account="demo")
    assert [one for one, _ in found(records)] == ([cause] if cause else [])


def test_account_and_number_and_the_newest_first(records: Records) -> None:
    made = [record(records, case(**ASKED)).stored.case.id for _ in range(3)]
    record(records, case(**ASKED), account="otra")
    with records.database.read() as session:
        of_demo = unanswered(session, Wanted(("acknowledge",), (), 0.4, account="demo", most=2))
    assert [one.case_id for one in of_demo] == made[::-1][:2]
