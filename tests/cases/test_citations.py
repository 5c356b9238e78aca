"""Who uses an answer, and that a draft of a withdrawn one is not sent any more."""

from typing import Any

import pytest

from cases.case import Case, CaseDraft, CaseSentence
from cases.citations import AnswerWithdrawnError, check_not_withdrawn, cited, uses
from cases.decisions import Verb
from cases.records import Records
from cases.withdrawn_answers import WithdrawnAnswers
from policies.vocabulary import Visibility
from tests.cases.samples import case, decision, draft, record


def quoting(*sources: tuple[str, str], audience: Visibility = Visibility.PRIVATE) -> CaseDraft:
    sentences = tuple(CaseSentence(text=text, source=source) for text, source in sources)
    text = " ".join(sentence.text for sentence in sentences)
    return CaseDraft(audience=audience, text=text, length=len(text), limit=500, sentences=sentences)


PLAZO = quoting(("Hola.", "bank:es-1"), ("Tiene 30 días.", "answer:plazo@2#es.short"))
GASTOS = quoting(("Cuesta 3 €.", "answer:gastos@1#es.full"), audience=Visibility.PUBLIC)
BOTH: Case = case(drafts=(PLAZO, GASTOS))


def test_cited_answers_of_a_draft() -> None:
    assert cited(PLAZO) == {("plazo", 2)}
    assert cited(draft()) == frozenset()


def test_uses_by_version_account_and_what_became_of_them(records: Records) -> None:
    sent = record(records, case(drafts=(PLAZO,))).stored.case
    records.store.decide(sent.id, decision(Verb.ACCEPT), account="demo")
    record(records, BOTH, account="otra")
    record(records, case(drafts=(quoting(("X.", "answer:plazo-largo@1#es.full")),)))
    with records.database.read() as session:
        found = list(uses(session, "plazo"))
        told = sorted((one.account, one.version, one.sent) for one in found)
        assert told == [("demo", 2, True), ("otra", 2, False)]
        assert [one.case_id for one in uses(session, "plazo", account="otra")] == [BOTH.id]
        assert [one.audience for one in uses(session, "gastos")] == ["public"]
        assert list(uses(session, "nada")) == []
        assert list(uses(session, "pla%")) == []


@pytest.mark.parametrize(
    ("withdrawn", "number", "text", "refused"),
    [
        ({"plazo"}, 0, None, True),
        ({"plazo"}, 1, None, False),  # the other draft does not quote it
        ({"otra"}, 0, None, False),
        ({"plazo"}, 0, "Hola, tiene 30  DÍAS. Hasta luego.", True),
        ({"plazo"}, 0, "Hola, tiene un mes.", False),  # another text
        ({"plazo"}, 0, "Hola. tiene 30 días. Un saludo.", True),
        ({"plazo"}, None, "Tiene 30 días.", True),
        ({"plazo"}, None, "Lo miramos y le decimos.", False),
        (set(), 0, None, False),
    ],
)
def test_what_may_still_be_sent(
    withdrawn: set[str], number: int | None, text: str | None, refused: bool
) -> None:
    if not refused:
        check_not_withdrawn(BOTH, withdrawn, draft=number, text=text)
        return
    with pytest.raises(AnswerWithdrawnError, match="plazo"):
        check_not_withdrawn(BOTH, withdrawn, draft=number, text=text)


def test_the_only_draft_needs_no_number() -> None:
    with pytest.raises(AnswerWithdrawnError):
        check_not_withdrawn(case(drafts=(PLAZO,)), {"plazo"}, draft=None, text=None)


def test_withdrawals_are_on_the_audit_log_and_heard_by_others(records: Records) -> None:
    mine, theirs = (WithdrawnAnswers(records.database, records.audit) for _ in range(2))
    first = theirs.since()
    assert first.ids == frozenset()
    mine.record("plazo", version=2, reason="wrong", actor="key_a")
    heard: Any = theirs.since(first.last)
    assert heard.ids == {"plazo"}
    assert theirs.since(heard.last).ids == frozenset()
    assert records.verify().ok
