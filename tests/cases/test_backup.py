"""A backup of a store at work can be restored, verifies, and is refused when anything about it is wrong."""

import json
import os
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from cases.backup import Backup, make_backup
from cases.cipher import Cipher
from cases.erasures import note_erased
from cases.errors import BackupError, VaultError
from cases.records import Records
from cases.restore import Restored, restore_backup
from cases.retention import load_retention
from cases.secret_keys import load_keys
from cases.subjects import Subjects
from models.text import RawText
from tests.cases.samples import RAW_TEXT, RECEIVED, Clock, case, open_records, record


def url_of(folder: Path) -> str:
    return f"sqlite:///{folder / 'borrador.sqlite3'}"


def back_up(records: Records, folder: Path, file: Path, *, with_keys: bool = False) -> Backup:
    report = records.verify()
    return make_backup(
        url_of(folder), folder, file, head=report.head, rows=report.rows, created_at=RECEIVED,
        with_keys=with_keys, environment={},
    )  # fmt: skip


def restore(folder: Path, file: Path, *, replace: bool = False) -> Restored:
    return restore_backup(
        url_of(folder), folder, file, actor="cli", replace=replace, environment={}, now=Clock()
    )


def keys_to(folder: Path, other: Path) -> None:
    other.mkdir(mode=0o700, exist_ok=True)
    for name in ("vault.key", "audit.key"):
        (other / name).write_bytes((folder / name).read_bytes())
        os.chmod(other / name, 0o600)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "one"


@pytest.fixture
def other(tmp_path: Path) -> Path:
    return tmp_path / "two"


def test_a_backup_of_a_store_at_work_is_restored_elsewhere(folder: Path, other: Path, tmp_path: Path):
    records = open_records(url_of(folder), folder)
    made = record(records).stored.case
    backup = back_up(records, folder, tmp_path / "b.zip")
    later = record(records).stored.case
    assert (backup.keys, backup.file.stat().st_mode & 0o077) == ((), 0)
    keys_to(folder, other)
    done = restore(other, backup.file)
    assert (done.rows, done.erased_again, done.kept, done.keys) == (2, 0, None, ())
    restored = open_records(url_of(other), other)
    assert restored.verify(noted_head=backup.head).ok
    assert restored.vault.reveal(made.id, "MESSAGE", actor="a", account="demo") == RawText(RAW_TEXT)
    assert restored.store.find_by_id(later.id, account="demo") is None
    assert (other / "borrador.sqlite3").stat().st_mode & 0o077 == 0
    assert list(other.glob(".restore-*")) == []
    restored.close()
    records.close()


def test_keys_are_inside_only_when_asked_for(folder: Path, other: Path, tmp_path: Path):
    records = open_records(url_of(folder), folder)
    made = record(records).stored.case
    without = back_up(records, folder, tmp_path / "without.zip")
    within = back_up(records, folder, tmp_path / "with.zip", with_keys=True)
    secret = (folder / "vault.key").read_bytes().strip()
    with zipfile.ZipFile(without.file) as archive:
        assert not any(secret in archive.read(name) for name in archive.namelist())
    with zipfile.ZipFile(within.file) as archive:
        assert archive.read("keys/vault.key").strip() == secret
    with pytest.raises(BackupError, match="put the key back first"):
        restore(other, without.file)
    assert not (other / "borrador.sqlite3").exists()
    assert set(restore(other, within.file).keys) == {"vault.key", "audit.key"}
    restored = open_records(url_of(other), other)
    assert restored.vault.reveal(made.id, "MESSAGE", actor="a", account="demo") == RawText(RAW_TEXT)
    restored.close()
    records.close()


def test_other_keys_are_refused_by_name(folder: Path, other: Path, tmp_path: Path):
    records = open_records(url_of(folder), folder)
    record(records)
    backup = back_up(records, folder, tmp_path / "b.zip", with_keys=True)
    open_records(url_of(other), other).close()
    for name, says in (("audit.key", "needs audit key"), ("vault.key", "needs vault key")):
        with pytest.raises(BackupError, match=says):
            restore(other, backup.file, replace=True)
        (other / name).write_bytes((folder / name).read_bytes())
    assert restore(other, backup.file, replace=True).rows == 2
    records.close()


def test_a_store_in_place_is_kept_and_only_replaced_when_told_and_idle(folder: Path, tmp_path: Path):
    records = open_records(url_of(folder), folder)
    record(records)
    backup = back_up(records, folder, tmp_path / "b.zip")
    late = record(records).stored.case
    with pytest.raises(BackupError, match="--replace"):
        restore(folder, backup.file)
    with pytest.raises(BackupError, match="a service is using the store"):
        restore(folder, backup.file, replace=True)
    assert records.store.get(late.id, account="demo").case == late
    records.close()
    done = restore(folder, backup.file, replace=True)
    assert done.kept is not None
    before = open_records(f"sqlite:///{done.kept}", folder)
    assert before.store.get(late.id, account="demo").case == late
    before.close()


def test_what_was_erased_since_is_erased_again(folder: Path, tmp_path: Path):
    records = open_records(url_of(folder), folder)
    theirs, other_s = (
        record(records, case(redacted_text="marca-4711")).stored.case,
        record(records).stored.case,
    )
    backup = back_up(records, folder, tmp_path / "b.zip")
    subjects = Subjects(records, Cipher(load_keys("NONE", folder / "vault.key", {})), load_retention())
    subjects.erase(theirs.id, actor="dpo")
    note_erased(folder, [theirs.id])
    records.close()
    assert restore(folder, backup.file, replace=True).erased_again == 1
    restored = open_records(url_of(folder), folder)
    assert restored.store.get(theirs.id, account="demo").case.redacted_text == ""
    with pytest.raises(VaultError):
        restored.vault.reveal(theirs.id, "MESSAGE", actor="a", account="demo")
    assert restored.vault.reveal(other_s.id, "MESSAGE", actor="a", account="demo") == RawText(RAW_TEXT)
    assert restored.verify().ok
    restored.close()
    assert b"marca-4711" not in (folder / "borrador.sqlite3").read_bytes()


def changed_database(files: dict[str, bytes]) -> dict[str, bytes]:
    return {**files, "borrador.sqlite3": files["borrador.sqlite3"][:-1] + b"\x01"}


def cut_database(files: dict[str, bytes]) -> dict[str, bytes]:
    return {**files, "borrador.sqlite3": files["borrador.sqlite3"][:5000]}


def other_head(files: dict[str, bytes]) -> dict[str, bytes]:
    manifest = json.loads(files["manifest.json"]) | {"head": "1" * 64}
    return {**files, "manifest.json": json.dumps(manifest).encode()}


def other_format(files: dict[str, bytes]) -> dict[str, bytes]:
    return {**files, "manifest.json": b'{"format": "x"}'}


def no_manifest(files: dict[str, bytes]) -> dict[str, bytes]:
    return {"borrador.sqlite3": files["borrador.sqlite3"]}


def foreign_file(files: dict[str, bytes]) -> dict[str, bytes]:
    manifest = json.loads(files["manifest.json"]) | {"keys": ["../../x"]}
    return {**files, "manifest.json": json.dumps(manifest).encode(), "keys/../../x": b"x"}


@pytest.mark.parametrize(
    ("tamper", "says"),
    [
        (changed_database, "damaged"),
        (cut_database, "damaged"),
        (other_head, "the noted head is not in the chain"),
        (other_format, "not a backup of format"),
        (no_manifest, "damaged, or no backup"),
        (foreign_file, "no keys of ours"),
    ],
)
def test_a_backup_that_was_changed_is_refused(folder: Path, tmp_path: Path, tamper, says: str):
    records = open_records(url_of(folder), folder)
    record(records)
    backup = back_up(records, folder, tmp_path / "b.zip")
    records.close()
    before = (folder / "borrador.sqlite3").read_bytes()
    with zipfile.ZipFile(backup.file) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for name, content in tamper(files).items():
            archive.writestr(name, content)
    with pytest.raises(BackupError, match=says):
        restore(folder, tmp_path / "x.zip", replace=True)
    assert (folder / "borrador.sqlite3").read_bytes() == before
    assert restore(folder, backup.file, replace=True).rows == 2


def test_a_tampered_record_inside_a_sound_file_is_refused(folder: Path, tmp_path: Path):
    records = open_records(url_of(folder), folder)
    record(records)
    report = records.verify()
    records.close()
    with closing(sqlite3.connect(folder / "borrador.sqlite3")) as database, database:
        database.execute("UPDATE cases SET queue = 'bin'")
    backup = make_backup(
        url_of(folder), folder, tmp_path / "b.zip", head=report.head, rows=1, created_at=RECEIVED,
        with_keys=False, environment={},
    )  # fmt: skip
    with pytest.raises(BackupError, match="was changed after it was recorded"):
        restore(folder, backup.file, replace=True)


def test_postgresql_is_told_of_its_own_tools(tmp_path: Path):
    url = "postgresql+psycopg://u:geheim@h/d"
    for call in (
        lambda: make_backup(
            url,
            tmp_path,
            tmp_path / "b",
            head="",
            rows=0,
            created_at=RECEIVED,
            with_keys=False,
            environment={},
        ),
        lambda: restore_backup(url, tmp_path, tmp_path / "b", actor="cli", replace=True, environment={}),
    ):
        with pytest.raises(BackupError, match="pg_dump") as error:
            call()
        assert "geheim" not in str(error.value)
        assert "\n" not in str(error.value)


def test_an_existing_file_is_not_overwritten(folder: Path, tmp_path: Path):
    records = open_records(url_of(folder), folder)
    (tmp_path / "b.zip").write_text("something else")
    with pytest.raises(BackupError, match="exists already"):
        back_up(records, folder, tmp_path / "b.zip")
    assert (tmp_path / "b.zip").read_text() == "something else"
    records.close()
