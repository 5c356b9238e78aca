"""A case that is erased while its delivery is worked on: nothing comes back, nothing is counted as failed."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from cases.erasure import Eraser
from cases.records import Records
from cases.retention import load_retention
from cases.webhooks.endpoints import Kind
from cases.webhooks.inbox import SETTLE, InboundState, Task
from cases.webhooks.promised import promised_case
from policies.vocabulary import Disposition
from tests.cases.samples import Clock
from tests.cases.webhooks.senders import recorded
from tests.cases.webhooks.test_aftermath import again, agent, customer, send
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
    case = office.handle(task.work.message, office.desk.endpoint("chatwoot"), promised_case(task.id))
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


@pytest.mark.parametrize("waits", ["new", "put off", "given up"])
@pytest.mark.parametrize("told", ["chatwoot_agent_reply", "chatwoot_status_changed"])
def test_what_an_agent_did_is_forgotten_with_the_case_that_it_waits_to_be_recorded_on(
    office: Office, waits: str, told: str
):
    one = customer(office)
    send(office, told)
    if waits != "new":
        office.clock.at += SETTLE
        task = taken(office, InboundState.RECEIVED)
        if waits == "put off":
            office.inbox.again(task.id, after=timedelta(seconds=5), error="vault_error")
        else:
            office.inbox.failed(task.id, error="vault_error")
    erase(office, one.case.id)
    assert kept(office) == 0
    assert office.inbox.retry_failed() == 0
    office.clock.at += timedelta(hours=3)
    office.work()
    assert again(office, one).decisions == ()


def test_what_waits_of_another_conversation_outlives_an_erasure(office: Office):
    one = customer(office)
    send(office, "chatwoot_message_created", id=201, conversation__id=11, conversation__messages=[])
    office.work()
    send(office, "chatwoot_agent_reply", conversation__id=11)
    erase(office, one.case.id)
    assert kept(office) == 1
    office.work()
    assert len(office.desk.latest_case("chatwoot", "11", account="demo").decisions) == 1


def test_a_message_that_waits_makes_its_own_case_after_the_erasure_of_an_earlier_one(office: Office):
    """It may tell of what cannot wait, or of what the law wants kept: nobody has read it yet."""
    one = customer(office)
    send(office, "chatwoot_message_created", id=119, conversation__messages=[])
    erase(office, one.case.id)
    office.work()
    assert len(office.handled) == 2


def test_a_case_whose_attempt_was_cut_short_does_not_come_back_once_it_is_erased(office: Office):
    office.receive(recorded(Kind.CHATWOOT))
    task = taken(office, InboundState.RECEIVED)
    assert task.work.message is not None
    # Recorded; then the process ends, before the inbox hears of it.
    one = office.handle(task.work.message, office.desk.endpoint("chatwoot"), promised_case(task.id))
    erase(office, one.id)
    assert left(office) == ("done", None)
    office.clock.at += timedelta(hours=3)
    office.work()
    assert len(office.handled) == 1
    assert office.inbox.cases_of(task.conversation_key) == (one.id,)


def test_the_helpdesks_thread_does_not_bring_an_erased_case_back(office: Office):
    erase(office, customer(office).case.id)
    earlier = {"id": 118, "content": "Soy Remedios, mi piel se irrita.", "message_type": 0, "private": False}
    send(office, "chatwoot_message_created", id=119, conversation__messages=[earlier] * 3)
    office.work()
    assert office.handled[-1].thread == ()


def kept(office: Office) -> int:
    with office.records.database.read() as session:
        return session.execute(text("SELECT count(ciphertext) FROM inbound")).scalar_one()
