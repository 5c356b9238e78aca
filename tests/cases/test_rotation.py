"""A new vault key: everything opens before and after, nothing needs the old key at the end, no step loses any."""

from pathlib import Path

import pytest
from sqlalchemy import text

from cases.errors import SecretKeyError, VaultError
from cases.records import Records
from cases.rotation import rotate
from cases.secret_keys import load_keys
from cases.tables import InboundRow
from models.text import RawText
from tests.cases.samples import ORIGINALS, RAW_TEXT, RECEIVED, open_records, record


def key_ids(records: Records) -> set[str]:
    with records.database.read() as session:
        return set(session.execute(text("SELECT DISTINCT key_id FROM vault")).scalars())


def test_rotation_encrypts_everything_anew_and_then_drops_the_old_key(
    records: Records, database_url: str, tmp_path: Path
):
    folder = tmp_path / "keys"
    made = record(records).stored.case
    old = load_keys("NONE", folder / "vault.key", {})[0]
    done = rotate(records, folder, actor="cli", finish=False, environment={})
    assert (done.entries, done.old_keys, done.waiting) == (len(ORIGINALS), (old.id,), 0)
    assert key_ids(records) == {done.current} != {old.id}
    # The running service knows the old key alone: it still writes, and says what it lacks.
    late = record(records).stored.case
    with pytest.raises(VaultError, match=f"needs vault key {done.current}"):
        records.vault.reveal(made.id, "MESSAGE", actor="a", account="demo")
    records.close()
    restarted = open_records(database_url, folder)
    for case_id in (made.id, late.id):
        assert restarted.vault.reveal(case_id, "MESSAGE", actor="a", account="demo") == RawText(RAW_TEXT)
    finished = rotate(restarted, folder, actor="cli", finish=True, environment={})
    assert (finished.entries, finished.dropped, finished.old_keys) == (len(ORIGINALS), (old.id,), ())
    assert [key.id for key in load_keys("NONE", folder / "vault.key", {})] == [done.current]
    assert (folder / "vault.key").stat().st_mode & 0o077 == 0
    assert restarted.verify().ok
    restarted.close()
    again = open_records(database_url, folder)
    for case_id in (made.id, late.id):
        assert again.vault.reveal(case_id, "MESSAGE", actor="a", account="demo") == RawText(RAW_TEXT)
    again.close()


def test_a_rotation_cut_short_goes_on_with_its_own_key(
    records: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = tmp_path / "keys"
    record(records)
    record(records)
    monkeypatch.setattr("cases.rotation.BATCH", 3)
    with records.database.write() as session:
        session.execute(text("UPDATE vault SET nonce = ciphertext WHERE placeholder = 'MESSAGE'"))
    with pytest.raises(VaultError, match="changed or moved"):
        rotate(records, folder, actor="cli", finish=False, environment={})
    keys = load_keys("NONE", folder / "vault.key", {})
    with records.database.write() as session:
        session.execute(text("DELETE FROM vault WHERE placeholder = 'MESSAGE'"))
    done = rotate(records, folder, actor="cli", finish=False, environment={})
    assert (len(keys), done.current, key_ids(records)) == (2, keys[0].id, {keys[0].id})


def test_a_message_in_a_queue_keeps_the_old_key_alive(records: Records, tmp_path: Path):
    folder = tmp_path / "keys"
    old = load_keys("NONE", folder / "vault.key", {})[0]
    with records.database.write() as session:
        session.add(
            InboundRow(
                id="inb_1", endpoint="e", account="demo", delivery_key="d", message_key="m",
                conversation_key="c", state="received", case_id=None, key_id=old.id, nonce=b"n",
                ciphertext=b"c", attempts=0, due_at=RECEIVED, error=None, received_at=RECEIVED,
            )
        )  # fmt: skip
    rotate(records, folder, actor="cli", finish=False, environment={})
    waiting = rotate(records, folder, actor="cli", finish=True, environment={})
    assert (waiting.waiting, waiting.old_keys, waiting.dropped) == (1, (old.id,), ())
    with records.database.write() as session:
        session.execute(text("UPDATE inbound SET key_id = NULL"))
    assert rotate(records, folder, actor="cli", finish=True, environment={}).dropped == (old.id,)


def test_keys_of_the_environment_are_the_operator_s(records: Records, tmp_path: Path):
    folder = tmp_path / "keys"
    record(records)
    old = (folder / "vault.key").read_text().strip()
    new = "A" * 43 + "="
    given = {"BORRADOR_VAULT_KEY": f"{new},{old}"}
    done = rotate(records, folder, actor="cli", finish=False, environment=given)
    assert (done.entries, key_ids(records)) == (len(ORIGINALS), {done.current})
    with pytest.raises(SecretKeyError, match="take the others away"):
        rotate(records, folder, actor="cli", finish=True, environment=given)
    assert (folder / "vault.key").read_text().strip() == old
    alone = {"BORRADOR_VAULT_KEY": new}
    assert rotate(records, folder, actor="cli", finish=True, environment=alone).old_keys == ()
