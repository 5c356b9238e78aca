"""Steps of approved answers on the audit log: who, which role, which text; with the step or not at all."""

import json
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event, select, text

from cases.answer_record import AnswerRecord, Content
from cases.audit import Action
from cases.errors import AuditError
from cases.records import Records
from cases.tables import AuditRow

FIRST = Content("spf-agua", 1, "aaaa")
SECOND = Content("spf-agua", 2, "bbbb")


@pytest.fixture
def record(records: Records) -> AnswerRecord:
    return AnswerRecord(records.database, records.audit)


def told(records: Records) -> list[tuple[str, str, Mapping[str, object]]]:
    with records.database.read() as session:
        rows = session.scalars(select(AuditRow).order_by(AuditRow.seq))
        return [(row.action, row.actor, json.loads(row.payload)) for row in rows]


def test_an_approval_tells_who_for_which_department_and_what(records: Records, record: AnswerRecord):
    with record.taking(Action.ANSWER_APPROVED, FIRST, actor="key_1", by="Carmen Olmedo", role="medical"):
        pass
    payload = {
        "answer": "spf-agua",
        "version": 1,
        "content": "aaaa",
        "by": "Carmen Olmedo",
        "role": "medical",
    }
    assert told(records) == [("answer.approved", "key_1", payload)]
    assert records.verify().ok


def test_what_was_not_done_is_not_recorded(records: Records, record: AnswerRecord):
    def refused() -> None:
        with record.taking(Action.ANSWER_APPROVED, FIRST, actor="key_1", by="Carmen", role="medical"):
            raise LookupError("that step is not allowed")

    with pytest.raises(LookupError):
        refused()
    assert told(records) == []
    assert records.verify().ok


def test_nothing_is_done_where_it_cannot_be_recorded(records: Records, record: AnswerRecord):
    record.edited([FIRST], actor="knowledge-base")
    with records.database.write() as session:
        session.execute(text("UPDATE audit_head SET hash = 'x'"))
    done = []

    def approve() -> None:
        with record.taking(Action.ANSWER_APPROVED, FIRST, actor="key_1", by="Carmen", role="medical"):
            done.append(1)

    with pytest.raises(AuditError):
        approve()
    assert done == []


def test_a_change_is_told_once_by_however_many_processes(records: Records, record: AnswerRecord):
    another = AnswerRecord(records.database, records.audit)
    assert record.edited([FIRST], actor="knowledge-base") == 1
    assert another.edited([FIRST], actor="knowledge-base") == 0
    assert another.edited([SECOND, Content("spf-agua-mar", 1, "aaaa")], actor="knowledge-base") == 2
    # Back to the first text: that is a change, too.
    assert record.edited([FIRST], actor="knowledge-base") == 1
    assert record.edited([Content("spf-agua", None, None)], actor="knowledge-base") == 1
    assert [row[0] for row in told(records)] == ["answer.edited"] * 5


def test_a_text_that_was_approved_as_it_is_was_not_changed(records: Records, record: AnswerRecord):
    with record.taking(Action.ANSWER_APPROVED, SECOND, actor="cli", by="Carmen", role="legal"):
        pass
    assert record.edited([SECOND], actor="knowledge-base") == 0
    assert record.edited([FIRST], actor="knowledge-base") == 1


def test_however_many_changed_the_log_is_read_twice(records: Records, record: AnswerRecord):
    """Once before the write, so that a long log keeps no writer waiting, and then what others added meanwhile."""
    record.edited([FIRST], actor="knowledge-base")
    statements: list[str] = []

    def noted(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(records.database.engine, "before_cursor_execute", noted)
    try:
        many = [Content(f"a-{number}", 1, "cccc") for number in range(50)]
        assert record.edited(many, actor="knowledge-base") == 50
    finally:
        event.remove(records.database.engine, "before_cursor_execute", noted)
    looks = [one for one in statements if "audit_log.payload" in one and "FROM audit_log" in one]
    assert len(looks) == 2
    assert not any("LIKE" in one for one in statements)


def test_names_that_differ_in_capitals_are_two_answers(records: Records, record: AnswerRecord):
    capitals = Content("SPF-Agua", 7, "cccc")
    assert record.edited([FIRST, capitals], actor="knowledge-base") == 2
    assert record.edited([FIRST, capitals], actor="knowledge-base") == 0


def test_the_log_is_read_as_often_for_many_answers_as_for_one(records: Records, record: AnswerRecord):
    many = [Content(f"spf-{number}", 1, "aaaa") for number in range(30)]
    record.edited(many, actor="knowledge-base")
    reads: list[str] = []

    def told(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "payload" in statement and statement.startswith("SELECT"):
            reads.append(statement)

    event.listen(records.database.engine, "before_cursor_execute", told)
    try:
        assert record.edited(many[:1], actor="knowledge-base") == 0
        for_one = len(reads)
        assert record.edited(many, actor="knowledge-base") == 0
    finally:
        event.remove(records.database.engine, "before_cursor_execute", told)
    assert len(reads) == 2 * for_one > 0


def test_processes_that_see_a_change_at_once_tell_it_once(records: Records):
    gate = threading.Barrier(4)

    def see(_: int) -> int:
        gate.wait()
        return AnswerRecord(records.database, records.audit).edited([FIRST], actor="knowledge-base")

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(see, range(4))) == [0, 0, 0, 1]
    assert records.verify().ok
