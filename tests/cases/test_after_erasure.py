"""What comes to a case after its erasure leaves no words there: a second erasure would find nothing to do."""

from pathlib import Path

import pytest

from cases.decisions import Verb
from cases.erasure import Eraser
from cases.expert_answers import ExpertAnswerError, ExpertAnswers
from cases.records import Records
from cases.retention import load_retention
from cases.satisfaction import Satisfaction
from models.text import RedactedText
from tests.cases.samples import decision, open_records, record

SAID = RedactedText("Escribí tres veces por lo de mi madre.")


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return open_records(f"sqlite:///{tmp_path / 'b.sqlite3'}", tmp_path)


def erased(records: Records, *verbs: Verb) -> str:
    case_id = record(records).stored.case.id
    for verb in verbs:
        records.store.decide(case_id, decision(verb), account="demo")
    eraser = Eraser(records.database, records.sealer, records.audit, load_retention(), records.now)
    assert eraser.erase(case_id, account="demo", actor="dpo").erased
    return case_id


def test_a_grade_is_kept_without_its_comment(records: Records) -> None:
    case_id = erased(records, Verb.ACCEPT)
    grades = Satisfaction(records.database, records.sealer, records.audit, records.now)
    kept, new = grades.record(case_id, 2, comment=SAID, account="demo", actor="key_a")
    assert (kept.score, kept.comment, new) == (2, None, True)
    assert grades.record(case_id, 2, comment=SAID, account="demo", actor="key_a") == (kept, False)
    assert records.verify().ok


def test_a_decision_is_kept_without_its_note(records: Records) -> None:
    case_id = erased(records)
    made = records.store.decide(case_id, decision(Verb.IGNORE, note=SAID), account="demo")
    assert made.note is None
    assert records.store.get(case_id, account="demo").decisions == (made,)
    assert records.verify().ok


def test_an_expert_has_nothing_left_to_answer(records: Records) -> None:
    case_id = erased(records, Verb.ESCALATE)
    experts = ExpertAnswers(records.database, records.sealer, records.audit, records.now)
    with pytest.raises(ExpertAnswerError, match="erased"):
        experts.record(case_id, SAID.value, account="demo", actor="key_e", proposed_as=None)
