"""A case that is erased while its delivery is worked on: nothing comes back, nothing is counted as failed."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from cases.erasure import Eraser
from cases.records import Records
from cases.retention import load_retention
from cases.webhooks.endpoints import Kind
from cases.webhooks.inbox import InboundState, Task
from policies.vocabulary import Disposition
from tests.cases.samples import Clock
from tests.cases.webhooks.senders import recorded
from tests.cases.webhooks.test_aftermath import again, agent, customer
from tests.cases.webhooks.test_desk import Office


@pytest.fixture
def office(records: Records, tmp_path: Path, clock: Clock) -> Office:
    return Office(records, tmp_path, clock)


def erase(office: Office, case_id: str) -> None:
    records = office.records
    eraser = Eraser(records.database, records.sealer, records.audit, load_retention(), office.clock)
    assert eraser.erase(case_id, account="demo", actor="cli").erased


def taken(office: Office, state: InboundState) -> Task:
    task = office.inbox.claim(state)
    assert task is not None
    return task


def left(office: Office) -> tuple[str, bytes | None]:
    with office.records.database.read() as session:
        row = session.execute(text("SELECT state, ciphertext FROM inbound")).one()
    return row.state, row.ciphertext


@pytest.mark.parametrize("ends", ["put off", "given up", "done"])
def test_a_note_under_way_when_its_case_is_erased_leaves_no_failure(office: Office, ends: str):
    office.receive(recorded(Kind.CHATWOOT))
    office.desk.draft_next()
    task = taken(office, InboundState.RECORDED)
    erase(office, str(task.case_id))
    if ends == "put off":
        office.inbox.again(task.id, after=timedelta(seconds=5), error="note_refused")
    elif ends == "given up":
        office.inbox.failed(task.id, error="note_refused")
    else:
        office.inbox.done(task.id)
    assert left(office) == ("done", None)
    assert office.inbox.retry_failed() == 0


def test_a_case_erased_before_its_delivery_knew_of_it_takes_the_message_along(office: Office):
    office.receive(recorded(Kind.CHATWOOT))
    task = taken(office, InboundState.RECEIVED)
    assert task.work.message is not None
    case = office.handle(task.work.message, office.desk.endpoint("chatwoot"))
    erase(office, case.id)
    office.inbox.recorded(task.id, case.id)
    assert left(office) == ("done", None)
    assert office.inbox.cases_of(task.conversation_key) == (case.id,)
    office.work()
    assert office.notes.sent == []


def test_what_wants_no_note_is_never_up_for_one(office: Office, monkeypatch: pytest.MonkeyPatch):
    office.pipeline.changes = {"disposition": Disposition.NO_REPLY, "drafts": ()}
    office.receive(recorded(Kind.CHATWOOT))
    seen, done = [], office.inbox.done

    def watched(task_id: str, **values: str) -> None:
        seen.append(office.inbox.claim(InboundState.RECORDED))  # another thread looks for notes to write
        done(task_id, **values)

    monkeypatch.setattr(office.inbox, "done", watched)
    office.desk.draft_next()
    assert seen == [None]
    assert len(office.inbox.cases_of(_only_conversation(office))) == 1


def _only_conversation(office: Office) -> str:
    with office.records.database.read() as session:
        return session.execute(text("SELECT conversation_key FROM inbound")).scalar_one()


def test_a_reply_to_an_erased_case_is_not_kept_for_attempts_that_must_fail(office: Office):
    one = customer(office)
    erase(office, one.case.id)
    agent(office, "Ya hemos borrado sus datos, Remedios.")
    assert office.inbox.counts() == {"received": 0, "recorded": 0, "done": 2, "failed": 0}
    with office.records.database.read() as session:
        assert session.execute(text("SELECT count(ciphertext) FROM inbound")).scalar_one() == 0
    assert again(office, one).decisions == ()


def test_an_erased_case_is_no_turn_of_a_later_message(office: Office):
    erase(office, customer(office).case.id)
    customer(office, 119)
    assert office.handled[-1].thread == ()
