"""Accepted work on each kind of database: kept before it is acknowledged, handed out once, never given up."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from cases.accepted import (
    LEASE,
    PAUSES,
    AcceptedWork,
    Sender,
    TooMuchWaitsError,
    WorkNotFoundError,
    WorkState,
)
from cases.erasure import Eraser
from cases.identifiers import new_case_id
from cases.message import Message, Turn
from cases.progress import Step, StepTaken
from cases.records import Records
from cases.request_tables import AcceptedRow
from cases.retention import load_retention
from tests.cases.acceptor import open_work
from tests.cases.samples import RAW_TEXT, Clock, case, open_records, record

MESSAGE = Message(text=RAW_TEXT, account="demo", id="m-1", thread=(Turn(role="agent", text="Dinos."),))
SENDER = Sender("demo", "key_a", "0" * 32)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def work(records: Records, tmp_path: Path) -> AcceptedWork:
    return open_work(records, tmp_path / "keys", max_waiting=5)


def accept(work: AcceptedWork, sender: Sender = SENDER) -> str:
    return work.accept(MESSAGE, sender, case_id=new_case_id()).id


def test_what_is_accepted_is_handed_out_whole_and_once(work: AcceptedWork, clock: Clock) -> None:
    accepted = work.accept(MESSAGE, SENDER, case_id="cas_01jd8z6k3v9q4t7m2x5b8n1r0c")
    task = work.claim()
    assert task is not None
    assert (task.id, task.case_id, task.message) == (accepted.id, accepted.case_id, MESSAGE)
    assert (task.account, task.actor, task.request_id) == (SENDER.account, SENDER.actor, SENDER.request_id)
    assert (task.attempts, task.accepted_at) == (1, clock())
    assert work.claim() is None
    assert work.status(task.id, account="demo").state is WorkState.WORKING


def test_the_oldest_comes_first(work: AcceptedWork) -> None:
    ids = [accept(work) for _ in range(3)]
    assert [task and task.id for task in (work.claim() for _ in range(3))] == ids


def test_the_same_case_id_is_the_same_work(work: AcceptedWork) -> None:
    case_id = new_case_id()
    assert work.accept(MESSAGE, SENDER, case_id=case_id) == work.accept(MESSAGE, SENDER, case_id=case_id)
    assert work.waiting() == 1


def test_only_so_much_may_wait(work: AcceptedWork) -> None:
    for _ in range(5):
        accept(work)
    with pytest.raises(TooMuchWaitsError):
        accept(work)
    task = work.claim()
    assert task is not None
    work.done(task.id, case_id=task.case_id, steps=())
    accept(work)


def test_work_of_a_process_that_died_is_taken_up_when_its_lease_ends(
    work: AcceptedWork, clock: Clock
) -> None:
    accept(work)
    first = work.claim()
    clock.at += LEASE - timedelta(seconds=1)
    assert work.claim() is None
    clock.move(seconds=1)
    again = work.claim()
    assert first is not None
    assert again is not None
    assert (again.id, again.case_id, again.attempts) == (first.id, first.case_id, 2)


def test_a_failure_is_put_off_ever_longer_and_never_given_up(work: AcceptedWork, clock: Clock) -> None:
    accept(work)
    for pause in (*PAUSES, PAUSES[-1], PAUSES[-1]):
        task = work.claim()
        assert task is not None
        work.again(task, error="internal_error")
        assert work.status(task.id, account="demo").error == "internal_error"
        clock.at += pause - timedelta(seconds=1)
        assert pause == PAUSES[0] or work.claim() is None
        clock.move(seconds=1)


def test_done_work_keeps_its_steps_and_not_its_message(
    work: AcceptedWork, records: Records, clock: Clock
) -> None:
    accept(work)
    task = work.claim()
    assert task is not None
    steps = (
        StepTaken(Step.REDACTED, clock(), {"entities": {"PERSON": 1}}),
        StepTaken(Step.DECIDED, clock(), {}),
    )
    work.done(task.id, case_id="cas_01jd8z6k3v9q4t7m2x5b8n1r0c", steps=steps)
    status = work.status(task.id, account="demo")
    assert (status.state, status.steps, status.finished_at) == (WorkState.DONE, steps, clock())
    assert status.case_id == "cas_01jd8z6k3v9q4t7m2x5b8n1r0c"
    found = work.of_case(task.case_id, account="demo")
    assert found == status
    with records.database.read() as session:
        row = session.get_one(AcceptedRow, task.id)
        assert (row.ciphertext, row.nonce, row.key_id) == (None, None, None)
    clock.move(hours=25)
    accept(work)
    with pytest.raises(WorkNotFoundError):
        work.status(task.id, account="demo")


def test_work_that_is_done_is_not_put_off(work: AcceptedWork, clock: Clock) -> None:
    accept(work)
    task = work.claim()
    assert task is not None
    work.done(task.id, case_id=task.case_id, steps=())
    done = work.status(task.id, account="demo")
    work.again(task, error="store_unavailable")  # what came after the record failed: the log was not emptied
    clock.move(hours=2)
    assert work.claim() is None
    assert work.status(task.id, account="demo") == done


def test_work_whose_case_was_erased_is_done(work: AcceptedWork, records: Records, clock: Clock) -> None:
    accept(work)
    task = work.claim()
    assert task is not None
    record(records, case(id=task.case_id))
    erased_at = clock()
    eraser = Eraser(records.database, records.sealer, records.audit, load_retention(), records.now)
    assert eraser.erase(task.case_id, account="demo", actor="dpo").erased
    clock.move(hours=2)
    # The worker that recorded the case hears of the erasure neither way.
    work.done(task.id, case_id=task.case_id, steps=(StepTaken(Step.DECIDED, clock(), {}),))
    work.again(task, error="internal_error")
    status = work.status(task.id, account="demo")
    assert (status.state, status.error, status.finished_at) == (WorkState.DONE, None, erased_at)
    assert (status.steps, work.claim(), work.waiting()) == ((), None, 0)


def test_a_message_is_encrypted_while_it_waits(work: AcceptedWork, records: Records) -> None:
    work_id = accept(work)
    with records.database.read() as session:
        row = session.get_one(AcceptedRow, work_id)
        assert row.ciphertext is not None
        assert b"Remedios" not in row.ciphertext


def test_one_that_cannot_be_opened_holds_up_nothing(work: AcceptedWork, records: Records) -> None:
    broken, good = accept(work), accept(work)
    with records.database.write() as session:
        session.get_one(AcceptedRow, broken).ciphertext = b"changed"
    task = work.claim()
    assert task is not None
    assert task.id == good
    status = work.status(broken, account="demo")
    assert (status.state, status.error) == (WorkState.ACCEPTED, "vault_unreadable")


def test_another_account_sees_nothing(work: AcceptedWork) -> None:
    accepted = work.accept(MESSAGE, SENDER, case_id=new_case_id())
    for account in ("otra", "", "DEMO"):
        with pytest.raises(WorkNotFoundError):
            work.status(accepted.id, account=account)
        assert work.of_case(accepted.case_id, account=account) is None
    assert work.status(accepted.id, account="*") == accepted


def test_many_workers_share_the_work_without_overlap(work: AcceptedWork) -> None:
    ids = {accept(work) for _ in range(5)}
    with ThreadPoolExecutor(4) as pool:
        claimed = [task.id for task in pool.map(lambda _: work.claim(), range(8)) if task is not None]
    assert sorted(claimed) == sorted(ids)


def test_nothing_acknowledged_is_lost_by_a_kill(database_url: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.cases.acceptor", database_url, str(tmp_path / "keys")]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    kept = []
    for line in process.stdout:
        if line.startswith("kept"):
            kept.append(line.split()[1])
        if len(kept) == 12:
            break
    process.kill()
    kept += [line.split()[1] for line in process.stdout if line.startswith("kept") and line.endswith("\n")]
    process.stdout.close()
    process.wait(10)
    records = open_records(database_url, tmp_path / "keys", Clock())
    work = open_work(records, tmp_path / "keys")
    records.database.ping()
    waiting = {work.status(work_id, account="demo").state for work_id in kept}
    assert waiting == {WorkState.ACCEPTED}
    assert work.waiting() - len(kept) in (0, 1)  # the one whose acknowledgement the kill cut off
    records.close()
