"""Sentences that people add: from how many, from where, and never what must not be learned."""

import pytest

from cases.decisions import Verb
from cases.erasure import Eraser
from cases.learning.judged import Span
from cases.learning.phrases import Approved, LeftOut, Suggestions, suggested_phrases
from cases.records import Records
from cases.retention import RETENTION_FILE, load_retention
from policies.vocabulary import Disposition, Flag
from tests.cases.learning.history import DRAFT, POLICY, decided, drafts
from tests.cases.samples import REDACTED_TEXT, flag

ADDED = "Te avisamos en cuanto vuelva a estar disponible."
LIMITS = POLICY.phrases


def found(records: Records, account: str = "*", approved: Approved | None = None) -> Suggestions:
    with records.database.read() as session:
        return suggested_phrases(session, Span(account), LIMITS, approved)


def add(records: Records, times: int = LIMITS.least_cases, people: int = 2, text: str = ADDED, **changes):  # type: ignore[no-untyped-def]
    return [
        decided(records, Verb.EDIT, f"{DRAFT} {text}", by=f"key_{number % people}", **changes)
        for number in range(times)
    ]


def test_a_sentence_added_by_several_in_several_cases(records: Records) -> None:
    cases = add(records)
    (one,) = found(records).phrases
    assert (one.text, one.language, one.account, one.cases, one.people) == (
        ADDED,
        "es",
        "demo",
        len(cases),
        2,
    )
    assert one.id.startswith("phr_")
    assert set(one.case_ids) == set(cases)
    assert one.intents == {"product_information": len(cases)}
    assert one.dispositions == {"acknowledge": len(cases)}
    assert found(records) == found(records)


@pytest.mark.parametrize(("times", "people"), [(LIMITS.least_cases - 1, 2), (LIMITS.least_cases, 1)])
def test_too_few_cases_or_people_suggest_nothing(records: Records, times: int, people: int) -> None:
    add(records, times, people)
    assert found(records).phrases == ()


def test_the_wording_of_most_leads_and_others_count_with_it(records: Records) -> None:
    add(records, 3)
    add(records, 2, text="Te avisaremos en cuanto vuelva a estar disponible.", people=1)
    (one,) = found(records).phrases
    assert (one.text, one.cases) == (ADDED, 5)
    assert one.others == ("Te avisaremos en cuanto vuelva a estar disponible.",)


def test_what_the_draft_said_is_not_added(records: Records) -> None:
    said = ("Hola, gracias por tu mensaje.", "Lo estamos mirando con el equipo de producto.")
    add(records, drafts=drafts(*said, ADDED))
    assert found(records).phrases == ()


def test_own_replies_count_as_edits_do(records: Records) -> None:
    for number in range(LIMITS.least_cases):
        decided(records, Verb.RESPOND, ADDED, by=f"key_{number}", drafts=())
    assert [one.text for one in found(records).phrases] == [ADDED]


def test_companies_do_not_learn_of_each_other(records: Records) -> None:
    add(records, LIMITS.least_cases - 1)
    add(records, LIMITS.least_cases - 1, account="otra")
    assert found(records).phrases == ()
    add(records, 1, account="otra")
    assert [(one.account, one.cases) for one in found(records).phrases] == [("otra", LIMITS.least_cases)]
    assert found(records, "demo").phrases == ()


@pytest.mark.parametrize("code", [Flag.EMERGENCY, Flag.SELF_HARM, Flag.ADVERSE_EVENT, Flag.CRISIS_RISK])
def test_nothing_is_learned_where_words_do_most_harm(records: Records, code: Flag) -> None:
    add(records, flags=(flag(code),))
    add(records, disposition=Disposition.URGENT_REFERRAL)
    assert found(records).phrases == ()
    assert found(records).replies == 0


def test_other_flags_and_unknown_languages(records: Records) -> None:
    add(records, language="fr")
    assert found(records).replies == 0
    add(records, flags=(flag(Flag.MINOR), flag(Flag.HEALTH_DATA)))
    assert len(found(records).phrases) == 1


def test_a_sentence_about_somebody_is_never_suggested(records: Records) -> None:
    add(records, text="Para tu [SALUD_1], [PERSONA_1], hay otra crema más suave.")
    told = found(records)
    assert told.phrases == ()
    assert told.left_out[LeftOut.PERSON] == LIMITS.least_cases
    assert REDACTED_TEXT not in repr(told)


def test_what_is_approved_or_settled_is_not_suggested_again(records: Records) -> None:
    add(records)
    told = found(records, approved=Approved([("es", "Te avisaremos en cuanto vuelva a estar disponible")]))
    assert told.phrases == ()
    assert told.left_out == {LeftOut.KNOWN: LIMITS.least_cases}
    assert found(records, approved=Approved([("pt", ADDED)])).phrases != ()


def test_what_breaks_a_rule_is_not_suggested(records: Records) -> None:
    add(records)
    assert found(records, approved=Approved((), lambda text, language: "avisamos" in text)).phrases == ()


def test_one_case_counts_once_and_an_erased_one_not_at_all(records: Records) -> None:
    cases = add(records, text=f"{ADDED} {ADDED}")
    (one,) = found(records).phrases
    assert one.cases == LIMITS.least_cases
    eraser = Eraser(
        records.database, records.sealer, records.audit, load_retention(RETENTION_FILE), records.now
    )
    eraser.erase(cases[0], account="demo", actor="dpo")
    assert found(records).phrases == ()
