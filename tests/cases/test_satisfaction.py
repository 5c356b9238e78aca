"""A customer's grade: once, of what was answered, on the audit log, its comment gone when the case is erased."""

import json

import pytest
from sqlalchemy import select, text

from cases.cipher import Cipher
from cases.decisions import Verb
from cases.erasure import Eraser
from cases.errors import CaseNotFoundError
from cases.records import Records
from cases.retention import RETENTION_FILE, load_retention
from cases.satisfaction import Satisfaction, SatisfactionError, figures_of, satisfaction_figures
from cases.secret_keys import VAULT_VARIABLE, load_keys
from cases.subjects import Subjects
from cases.tables import AuditRow
from models.text import RedactedText
from tests.cases.learning.history import decided, recorded

SAID = RedactedText("Muy amables, [PERSONA_1] me ayudó.")


@pytest.fixture
def grades(records: Records) -> Satisfaction:
    return Satisfaction(records.database, records.sealer, records.audit, records.now)


def rate(
    grades: Satisfaction, case_id: str, score: int = 5, comment: RedactedText | None = SAID, **changes: str
):  # type: ignore[no-untyped-def]
    return grades.record(
        case_id, score, comment=comment, **{"account": "demo", "actor": "key_desk", **changes}
    )


def test_a_grade_is_kept_and_on_the_audit_log(records: Records, grades: Satisfaction) -> None:
    case_id = decided(records, Verb.ACCEPT)
    assert grades.of(case_id, account="demo") is None
    made, new = rate(grades, case_id)
    assert new
    assert grades.of(case_id, account="demo") == made
    with records.database.read() as session:
        row = session.scalars(select(AuditRow).where(AuditRow.action == "satisfaction.recorded")).one()
    assert (row.actor, row.case_id, json.loads(row.payload)["score"]) == ("key_desk", case_id, 5)
    assert "amables" not in row.payload
    assert records.verify().ok


def test_the_same_again_changes_nothing_and_another_is_refused(
    records: Records, grades: Satisfaction
) -> None:
    case_id = decided(records, Verb.ACCEPT)
    first, _ = rate(grades, case_id)
    assert rate(grades, case_id, actor="key_other") == (first, False)
    for score, comment in ((4, SAID), (5, None), (5, RedactedText("Otra cosa"))):
        with pytest.raises(SatisfactionError, match="first one stands"):
            rate(grades, case_id, score, comment)
    with records.database.read() as session:
        assert (
            len(session.scalars(select(AuditRow).where(AuditRow.action == "satisfaction.recorded")).all())
            == 1
        )


@pytest.mark.parametrize("verb", [Verb.IGNORE, Verb.ESCALATE, None])
def test_what_was_not_answered_has_no_grade(
    records: Records, grades: Satisfaction, verb: Verb | None
) -> None:
    case_id = recorded(records) if verb is None else decided(records, verb)
    with pytest.raises(SatisfactionError, match="nothing was sent"):
        rate(grades, case_id)


@pytest.mark.parametrize("score", [0, 6, -1])
def test_a_grade_off_the_scale_is_refused(records: Records, grades: Satisfaction, score: int) -> None:
    with pytest.raises(ValueError, match="from 1 to 5"):
        rate(grades, decided(records, Verb.ACCEPT), score)


def test_another_company_s_case_is_not_there(records: Records, grades: Satisfaction) -> None:
    case_id = decided(records, Verb.ACCEPT)
    with pytest.raises(CaseNotFoundError):
        rate(grades, case_id, account="otra")
    with pytest.raises(CaseNotFoundError):
        grades.of(case_id, account="otra")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("UPDATE satisfaction SET score = 5", "was changed"),
        ("UPDATE satisfaction SET comment = NULL", "was changed"),
        ("UPDATE satisfaction SET comment = 'Genial'", "was changed"),
        ("DELETE FROM satisfaction", "was removed"),
        ("UPDATE satisfaction SET audit_seq = 1", "was removed"),
    ],
)
def test_a_changed_grade_is_found(records: Records, grades: Satisfaction, change: str, problem: str) -> None:
    rate(grades, decided(records, Verb.ACCEPT), 1)
    assert records.verify().ok
    with records.database.write() as session:
        session.execute(text(change))
    report = records.verify()
    assert not report.ok
    assert problem in str(report.problem)


def test_a_grade_past_the_log_is_found(records: Records, grades: Satisfaction) -> None:
    rate(grades, decided(records, Verb.ACCEPT))
    other = decided(records, Verb.ACCEPT)
    with records.database.write() as session:
        session.execute(
            text(
                "INSERT INTO satisfaction (case_id, score, comment, recorded_by, recorded_at, audit_seq) "
                f"SELECT '{other}', 5, NULL, recorded_by, recorded_at, 1 FROM satisfaction"
            )
        )
    assert "no row in the audit log" in str(records.verify().problem)


def test_an_erasure_takes_the_comment_and_leaves_the_grade(records: Records, grades: Satisfaction) -> None:
    case_id = decided(records, Verb.ACCEPT)
    rate(grades, case_id, 2)
    eraser = Eraser(
        records.database, records.sealer, records.audit, load_retention(RETENTION_FILE), records.now
    )
    assert eraser.erase(case_id, account="demo", actor="dpo").erased
    kept = grades.of(case_id, account="demo")
    assert kept is not None
    assert (kept.score, kept.comment) == (2, None)
    assert records.verify().ok
    with records.database.write() as session:
        session.execute(text("UPDATE satisfaction SET score = 5"))
    assert not records.verify().ok


def test_a_person_gets_their_grade_with_their_data(records: Records, grades: Satisfaction, tmp_path) -> None:  # type: ignore[no-untyped-def]
    rated, silent = decided(records, Verb.ACCEPT), decided(records, Verb.ACCEPT)
    rate(grades, rated, 4)
    cipher = Cipher(load_keys(VAULT_VARIABLE, tmp_path / "keys" / "vault.key", {}))
    subjects = Subjects(records, cipher, load_retention(RETENTION_FILE))
    told = subjects.access([rated, silent], actor="dpo")["cases"]
    assert told[0]["satisfaction"]["score"] == 4
    assert told[0]["satisfaction"]["comment"] == SAID.value
    assert told[1]["satisfaction"] is None


def test_the_figures(records: Records, grades: Satisfaction) -> None:
    for score in (5, 5, 4, 1):
        rate(grades, decided(records, Verb.ACCEPT), score, None)
    decided(records, Verb.EDIT, "Hola, gracias.")
    decided(records, Verb.IGNORE)
    with records.database.read() as session:
        found = satisfaction_figures(session, ())
    assert (found.answered, found.rated, found.mean, found.counts) == (5, 4, 3.75, (1, 0, 0, 1, 2))
    assert found.response_rate == 0.8
    assert found.satisfied == 0.75
    assert found.interval is not None
    assert found.interval[0] < 3.75 < found.interval[1]


def test_no_grades_no_figures() -> None:
    found = figures_of((0, 0, 0, 0, 0), answered=0)
    assert (found.mean, found.interval, found.response_rate, found.satisfied) == (None, None, None, None)
