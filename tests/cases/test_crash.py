"""Killed at any moment, with several writers: what was acknowledged is there, whole, and the chain verifies."""

import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from cases.decisions import CaseStatus
from cases.records import Records
from tests.cases.samples import ORIGINALS, open_records, record

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 3
WRITERS = 2


def start(url: str, folder: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.cases.recorder", url, str(folder)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def kill_while_writing(url: str, folder: Path) -> list[str]:
    """Let writers run for a moment, kill them, and give what they had acknowledged."""
    writers = [start(url, folder) for _ in range(WRITERS)]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    time.sleep(random.uniform(0.1, 0.5))
    said: list[str] = []
    for writer in writers:
        writer.send_signal(signal.SIGKILL)
    for writer in writers:
        output, _ = writer.communicate()
        # A last line without its end was cut off by the kill.
        said += [line for line in output.splitlines(keepends=True) if line.endswith("\n")]
        assert writer.returncode == -signal.SIGKILL
    return said


def one_of_each(records: Records) -> None:
    """Every case has its audit row, its originals and its event; nothing is there without its case."""
    with records.database.read() as session:
        (total,) = session.execute(text("SELECT count(*) FROM cases")).one()
        counts = {
            name: session.execute(text(f"SELECT count(*) FROM {source}")).scalar_one()
            for name, source in {
                "audit rows": "audit_log WHERE action = 'case.recorded'",
                "events": "outbox WHERE type = 'draft.ready'",
                "messages": "vault WHERE placeholder = 'MESSAGE'",
                "originals": "(SELECT DISTINCT case_id FROM vault WHERE placeholder = '[PERSONA_1]') v",
            }.items()
        }
    assert set(counts.values()) == {total}, counts


def test_nothing_acknowledged_is_lost_and_nothing_is_half_there(database_url: str, tmp_path: Path):
    open_records(database_url, tmp_path).close()
    said: list[str] = []
    for _ in range(ROUNDS):
        said += kill_while_writing(database_url, tmp_path)
        records = open_records(database_url, tmp_path)
        report = records.verify()
        assert report.ok, report.problem
        one_of_each(records)
        records.close()
    records = open_records(database_url, tmp_path)
    recorded = [line.split()[1] for line in said if line.startswith("case ")]
    sent = {line.split()[1] for line in said if line.startswith("sent ")}
    assert len(recorded) == len(set(recorded)) >= ROUNDS
    for case_id in recorded:
        stored = records.store.get(case_id, account="demo")
        assert case_id not in sent or stored.status is CaseStatus.SENT
    original = records.vault.reveal(recorded[-1], "[PERSONA_1]", actor="a", account="demo")
    assert original == ORIGINALS["[PERSONA_1]"]
    records.close()


@pytest.mark.parametrize(("threads", "each"), [(4, 25)])
def test_writers_in_threads_make_one_chain(records: Records, threads: int, each: int):
    made: list[str] = []
    failed: list[BaseException] = []
    gate = threading.Barrier(threads)

    def write() -> None:
        try:
            gate.wait()
            for _ in range(each):
                made.append(record(records).stored.case.id)
                records.store.list(account="demo", limit=3)
        except BaseException as error:
            failed.append(error)

    workers = [threading.Thread(target=write) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failed == []
    assert len(set(made)) == threads * each
    report = records.verify()
    assert (report.ok, report.rows, report.problem) == (True, threads * each, None)
    one_of_each(records)
