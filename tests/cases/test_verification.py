"""Every way to tamper with the audit log and the records is found; what was not tampered with passes."""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cases.audit import GENESIS, Action, row_hash
from cases.database import Database
from cases.decisions import Verb
from cases.errors import AuditError
from cases.records import Records
from cases.tables import AuditRow
from models.text import RawText
from tests.cases.samples import case, decision, open_records, record


@pytest.fixture
def filled(records: Records) -> Records:
    """Ten rows: six cases, one superseded, two decisions, one look into the vault."""
    made = [record(records, case(message_id=f"m-{number}")).stored.case for number in range(5)]
    record(records, case(message_id="m-4"), vault_entries={"MESSAGE": RawText("Otra cosa")})
    records.store.decide(made[0].id, decision(Verb.ESCALATE), account="demo")
    records.store.decide(made[0].id, decision(Verb.ACCEPT), account="demo")
    records.vault.reveal(made[1].id, "MESSAGE", actor="key_auditor", account="demo")
    assert records.verify().ok
    return records


def run(session: Session, *statements: str) -> None:
    for statement in statements:
        session.execute(text(statement))


def hash_again(session: Session, first: int) -> None:
    """Do what a clever forger does: set hashes right from a row to the end."""
    rows = session.query(AuditRow).filter(AuditRow.seq >= first - 1).order_by(AuditRow.seq).all()
    before = rows[0].hash if first > 1 else GENESIS
    for row in rows[1 if first > 1 else 0 :]:
        row.prev_hash = before
        row.hash = before = row_hash(row)
    session.flush()


def changed(session: Session) -> None:
    run(session, "UPDATE audit_log SET actor = 'nobody' WHERE seq = 4")


def payload_changed(session: Session) -> None:
    run(session, "UPDATE audit_log SET payload = '{}' WHERE seq = 4")


def time_changed(session: Session) -> None:
    run(session, "UPDATE audit_log SET at = '2020-01-01T00:00:00.000000+00:00' WHERE seq = 4")


def case_id_changed(session: Session) -> None:
    run(session, "UPDATE audit_log SET case_id = NULL WHERE seq = 4")


def changed_and_hashed(session: Session) -> None:
    run(session, "UPDATE audit_log SET actor = 'nobody' WHERE seq = 4")
    row = session.get(AuditRow, 4)
    assert row is not None
    row.hash = row_hash(row)


def changed_and_all_hashed(session: Session) -> None:
    run(session, "UPDATE audit_log SET actor = 'nobody' WHERE seq = 4")
    hash_again(session, 4)


def removed(session: Session) -> None:
    run(session, "DELETE FROM audit_log WHERE seq = 4")


def first_removed(session: Session) -> None:
    run(session, "DELETE FROM audit_log WHERE seq = 1")


def removed_and_closed_up(session: Session) -> None:
    run(session, "DELETE FROM audit_log WHERE seq = 4")
    for seq in range(5, 11):
        run(session, f"UPDATE audit_log SET seq = {seq - 1} WHERE seq = {seq}")
    hash_again(session, 4)


def inserted_at_the_end(session: Session) -> None:
    run(
        session,
        "INSERT INTO audit_log SELECT 11, at, actor, action, case_id, payload, hash, hash"
        " FROM audit_log WHERE seq = 10",
    )
    hash_again(session, 11)


def inserted_before_the_first(session: Session) -> None:
    run(
        session,
        "INSERT INTO audit_log SELECT 0, at, actor, action, case_id, payload, hash, hash"
        " FROM audit_log WHERE seq = 1",
    )


def reordered(session: Session) -> None:
    run(
        session,
        "UPDATE audit_log SET seq = 99 WHERE seq = 4",
        "UPDATE audit_log SET seq = 4 WHERE seq = 5",
        "UPDATE audit_log SET seq = 5 WHERE seq = 99",
    )


def reordered_and_hashed(session: Session) -> None:
    reordered(session)
    hash_again(session, 4)


def tail_cut_off(session: Session) -> None:
    run(session, "DELETE FROM audit_log WHERE seq > 7")


def last_cut_off_and_head_set_back(session: Session) -> None:
    run(
        session,
        "DELETE FROM audit_log WHERE seq > 9",
        "UPDATE audit_head SET seq = 9, hash = (SELECT hash FROM audit_log WHERE seq = 9)",
    )


def head_removed(session: Session) -> None:
    run(session, "DELETE FROM audit_head")


def all_removed(session: Session) -> None:
    run(session, "DELETE FROM audit_log", "DELETE FROM audit_head")


def case_changed(session: Session) -> None:
    run(session, "UPDATE cases SET body = replace(body, 'audit', 'audit') || ' ' WHERE audit_seq = 3")


def case_moved_to_another_queue(session: Session) -> None:
    run(session, "UPDATE cases SET queue = 'bin' WHERE audit_seq = 3")


def case_given_to_another_account(session: Session) -> None:
    run(session, "UPDATE cases SET account = 'other' WHERE audit_seq = 3")


def deadline_changed(session: Session) -> None:
    run(session, "UPDATE cases SET answer_by = NULL WHERE audit_seq = 3")


def case_removed(session: Session) -> None:
    ids = "(SELECT id FROM cases WHERE audit_seq = 3)"
    run(session, f"DELETE FROM vault WHERE case_id IN {ids}", f"DELETE FROM outbox WHERE case_id IN {ids}")
    run(session, "DELETE FROM cases WHERE audit_seq = 3")


def case_without_a_row(session: Session) -> None:
    run(session, "UPDATE cases SET audit_seq = 9 WHERE audit_seq = 3")


def decision_changed(session: Session) -> None:
    run(session, "UPDATE decisions SET decided_by = 'nobody' WHERE number = 2")


def decision_removed(session: Session) -> None:
    run(session, "DELETE FROM decisions WHERE number = 2")


def case_quietly_closed(session: Session) -> None:
    run(session, "UPDATE cases SET status = 'ignored' WHERE audit_seq = 3")


def case_quietly_superseded(session: Session) -> None:
    run(session, "UPDATE cases SET superseded_by = id WHERE audit_seq = 3")


def superseding_undone(session: Session) -> None:
    run(session, "UPDATE cases SET superseded_by = NULL WHERE superseded_by IS NOT NULL")


@pytest.mark.parametrize(
    ("tamper", "first_bad_seq", "problem"),
    [
        (changed, 4, "row 4 was changed"),
        (payload_changed, 4, "row 4 was changed"),
        (time_changed, 4, "row 4 was changed"),
        (case_id_changed, 4, "row 4 was changed"),
        (changed_and_hashed, 5, "row 5 does not follow row 4"),
        (changed_and_all_hashed, None, "replaced and hashed again"),
        (removed, 4, "row 4 is missing"),
        (first_removed, 1, "row 1 is missing"),
        (removed_and_closed_up, 10, "rows 10 to 10 are missing"),
        (inserted_at_the_end, 11, "row 11 was added past the head"),
        (inserted_before_the_first, 0, "row 0 was inserted"),
        (reordered, 4, "row 4 was changed or moved"),
        (reordered_and_hashed, None, "replaced and hashed again"),
        (tail_cut_off, 8, "rows 8 to 10 are missing"),
        (last_cut_off_and_head_set_back, None, "the seal of the head is wrong"),
        (head_removed, None, "head is missing"),
        (all_removed, None, "has no row in the audit log"),
        (case_changed, 3, "was changed after it was recorded"),
        (case_moved_to_another_queue, 3, "was changed after it was recorded"),
        (case_given_to_another_account, 3, "was changed after it was recorded"),
        (deadline_changed, 3, "was changed after it was recorded"),
        (case_removed, 3, "was removed"),
        (case_without_a_row, 3, "was removed"),
        (decision_changed, 9, "decision 2 on case"),
        (decision_removed, 9, "a decision on case .* was removed"),
        (case_quietly_closed, 3, "is marked ignored"),
        (case_quietly_superseded, None, "what supersedes it was changed"),
        (superseding_undone, None, "what supersedes it was changed"),
    ],
)
def test_tampering_is_found(
    filled: Records, tamper: Callable[[Session], None], first_bad_seq: int | None, problem: str
):
    assert filled.verify().rows == 10
    with filled.database.write() as session:
        tamper(session)
    report = filled.verify()
    assert not report.ok
    assert report.first_bad_seq == first_bad_seq
    assert report.problem is not None
    assert re.search(problem, report.problem), report.problem


def test_an_empty_log_passes_and_a_filled_one_tells_its_head(records: Records):
    empty = records.verify()
    assert (empty.ok, empty.rows, empty.head) == (True, 0, GENESIS)
    record(records)
    report = records.verify(noted_head=empty.head)
    assert (report.ok, report.rows, report.first_bad_seq, report.problem) == (True, 1, None, None)
    assert len(report.head) == len(hashlib.sha256().hexdigest())


def test_an_older_state_put_back_is_found_by_a_noted_head(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'b.db'}"
    records = open_records(url, tmp_path)
    record(records)
    with records.database.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql(f"VACUUM INTO '{tmp_path / 'old.db'}'")
        connection.exec_driver_sql("BEGIN")
    record(records)
    noted = records.verify().head
    record(records)
    assert records.verify(noted_head=noted).ok
    records.close()
    old = open_records(f"sqlite:///{tmp_path / 'old.db'}", tmp_path)
    assert old.verify().ok
    report = old.verify(noted_head=noted)
    assert not report.ok
    assert report.problem == "the noted head is not in the chain: an older state was put back"
    old.close()


def test_another_key_neither_verifies_nor_writes(database_url: str, tmp_path: Path):
    records = open_records(database_url, tmp_path / "one")
    record(records)
    records.close()
    stranger = open_records(database_url, tmp_path / "two")
    assert (
        stranger.verify().problem
        == "the seal of the head is wrong: it was changed, or another audit key is in use"
    )
    with pytest.raises(AuditError, match="another audit key is in use"):
        record(stranger)
    stranger.close()
    records = open_records(database_url, tmp_path / "one")
    assert records.verify().ok
    assert records.verify().rows == 1
    records.close()


def test_nothing_is_added_to_a_log_without_its_head(filled: Records):
    with filled.database.write() as session:
        head_removed(session)
    with pytest.raises(AuditError, match="head of the audit log is missing"):
        record(filled)


def test_a_log_longer_than_one_read_passes(database: Database, tmp_path: Path, database_url: str):
    records = open_records(database_url, tmp_path)
    with records.database.write() as session:
        for number in range(1200):
            records.audit.append(session, Action.VAULT_PURGED, actor="system", payload={"entries": number})
    assert records.verify().rows == 1200
    assert records.verify().ok
    records.close()
