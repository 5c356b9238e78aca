"""What experts answer: once, to what was asked, on the audit log, gone when the case is erased."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from cases.decisions import Verb
from cases.errors import CaseNotFoundError
from cases.expert_answers import ExpertAnswerError, ExpertAnswers
from cases.records import Records
from cases.tables import AuditRow
from tests.cases.samples import case, decision, open_records, record


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return open_records(f"sqlite:///{tmp_path / 'experts.sqlite3'}", tmp_path)


@pytest.fixture
def experts(records: Records) -> ExpertAnswers:
    return ExpertAnswers(records.database, records.sealer, records.audit, records.now)


def asked(records: Records) -> str:
    made = case()
    record(records, made)
    records.store.decide(made.id, decision(Verb.ESCALATE), account="demo")
    return made.id


def test_an_answer_is_kept_and_on_the_audit_log(records: Records, experts: ExpertAnswers):
    case_id = asked(records)
    made = experts.record(case_id, "Una semana.", account="demo", actor="key_e", proposed_as="peeling")
    assert experts.of(case_id, account="demo") == (made,)
    assert experts.answered([case_id, "cas_other"]) == {case_id}
    with records.database.read() as session:
        row = session.scalars(select(AuditRow).where(AuditRow.action == "expert.answered")).one()
    payload = json.loads(row.payload)
    assert (row.actor, payload["number"], payload["proposed_as"]) == ("key_e", 1, "peeling")
    assert "Una semana" not in row.payload
    assert records.verify().ok


def test_once_is_enough(records: Records, experts: ExpertAnswers):
    case_id = asked(records)
    experts.record(case_id, "Sí.", account="demo", actor="key_e", proposed_as=None)
    with pytest.raises(ExpertAnswerError, match="already"):
        experts.record(case_id, "No.", account="demo", actor="key_e", proposed_as=None)
    with pytest.raises(ExpertAnswerError, match="already"):
        experts.check(case_id, account="demo")


def test_what_nobody_asked_is_refused(records: Records, experts: ExpertAnswers):
    made = case()
    record(records, made)
    with pytest.raises(ExpertAnswerError, match="not escalated"):
        experts.record(made.id, "Sí.", account="demo", actor="key_e", proposed_as=None)


def test_another_company_sees_no_answer(records: Records, experts: ExpertAnswers):
    case_id = asked(records)
    with pytest.raises(CaseNotFoundError):
        experts.of(case_id, account="otra")
    with pytest.raises(CaseNotFoundError):
        experts.record(case_id, "Sí.", account="otra", actor="key_e", proposed_as=None)
