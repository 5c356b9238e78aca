"""Evidence, requests of subjects, key rotation, backup and doctor as an operator calls them."""

import json
import os
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from api.doctor_checks import (
    LEAST_FREE,
    Finding,
    data_folder,
    disk,
    keys,
    knowledge_base,
    policies,
    port_check,
    store,
    weights,
)
from api.settings import ROOT, Settings
from tests.cases.samples import RAW_TEXT, case, open_records, record

BORRADOR = [sys.executable, "-m", "api.cli"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with two cases of an invented person."""
    data = tmp_path / "data"
    records = open_records(f"sqlite:///{data / 'borrador.sqlite3'}", data)
    record(records, case(redacted_text="marca-4711"))
    record(records)
    records.close()
    return data


@pytest.fixture
def borrador(folder: Path):
    def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*BORRADOR, *arguments],
            cwd=ROOT,
            env={**os.environ, "BORRADOR_DATA_DIR": str(folder)},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=180,
        )

    return run


def test_evidence_leaves_and_is_verified_elsewhere(borrador, folder: Path, tmp_path: Path):
    pack = tmp_path / "pack.zip"
    done = borrador("audit", "export", "--from", "2026-11-18", "--to", "2026-11-18", "--out", str(pack))
    assert done.returncode == 0, done.stderr
    assert "2 cases" in done.stdout
    assert "the text of policy health@1 is not kept" in done.stdout
    fingerprint = borrador("audit", "public-key").stdout.split()[1]
    unpack = f"import zipfile; zipfile.ZipFile({str(pack)!r}).extractall({str(tmp_path / 'p')!r})"
    subprocess.run([sys.executable, "-c", unpack], check=True)
    verified = subprocess.run(
        [sys.executable, "-I", "-S", tmp_path / "p" / "verify.py", pack, "--key", fingerprint],
        capture_output=True, text=True,
    )  # fmt: skip
    assert (verified.returncode, verified.stdout[:3]) == (0, "OK\n"), verified.stdout
    assert borrador("audit", "verify").returncode == 0
    for wrong, says in (
        (("--case", "cas_x"), "no such case"),
        ((), "name a case"),
        (("--from", "2026-11-18"), "name a case"),
        (("--case", "x", "--to", "2026-11-18"), "stands alone"),
    ):
        failed = borrador("audit", "export", *wrong, "--out", str(tmp_path / "n.zip"))
        assert (failed.returncode, says in failed.stderr) == (2, True), failed.stderr


def test_a_person_gets_a_copy_and_then_is_forgotten(borrador, folder: Path, tmp_path: Path):
    out = tmp_path / "copy.json"
    done = borrador("subject", "access", "--identifier", "--out", str(out), stdin="612345879\n")
    assert (done.returncode, "2 cases" in done.stdout) == (0, True), done.stderr
    assert RAW_TEXT in json.dumps(json.loads(out.read_text()), ensure_ascii=False)
    assert out.stat().st_mode & 0o077 == 0
    listed = borrador("subject", "erase", "--identifier", stdin="612345879\n")
    assert "nothing was erased" in listed.stdout
    erased = borrador("subject", "erase", "--identifier", "--yes", stdin="612345879\n")
    assert "2 of 2 cases erased" in erased.stdout, erased.stderr
    assert b"marca-4711" not in (folder / "borrador.sqlite3").read_bytes()
    assert borrador("audit", "verify").returncode == 0
    assert "0 cases" in borrador("subject", "erase", "--identifier", stdin="612345879\n").stdout
    assert borrador("subject", "erase", "--pseudonym", "[PERSONA_1]").returncode == 2


def test_key_backup_and_restore(borrador, folder: Path, tmp_path: Path):
    assert "2 cases" not in borrador("backup", str(tmp_path / "b.zip")).stdout
    rotated = borrador("vault", "rotate")
    assert "8 originals encrypted anew" in rotated.stdout, rotated.stderr
    assert "restart the service" in rotated.stdout
    assert "old key" in borrador("vault", "rotate", "--finish").stdout
    refused = borrador("restore", str(tmp_path / "b.zip"), "--replace")
    assert (refused.returncode, "needs vault key" in refused.stderr) == (2, True)
    assert borrador("backup", str(tmp_path / "c.zip"), "--with-keys").returncode == 0
    restored = borrador("restore", str(tmp_path / "c.zip"), "--replace")
    assert "restored and verified" in restored.stdout, restored.stderr
    assert borrador("audit", "verify").returncode == 0


# doctor: each check first on a sound installation, then on a broken one


def settings_of(folder: Path, **changes: object) -> Settings:
    return Settings.model_validate({"data_dir": folder, **changes})


def wrong(findings: list[Finding]) -> str:
    return "\n".join(
        f"{finding.name}: {finding.told} -> {finding.remedy}" for finding in findings if finding.remedy
    )


def test_doctor_finds_data_keys_and_store_sound_and_then_each_fault(folder: Path):
    sound = settings_of(folder)
    for check in (data_folder, keys, store):
        assert wrong(list(check(sound))) == ""
    key = folder / "audit.key"
    key.chmod(0o644)
    assert f"chmod 600 {key}" in wrong(list(data_folder(sound)))
    assert "chmod 600" in wrong(list(keys(sound)))
    key.chmod(0o600)
    moved = key.rename(folder / "elsewhere")
    assert "audit.key: missing" in wrong(list(keys(sound)))
    assert "put audit.key back" in wrong(list(store(sound)))
    assert not key.exists()  # looking makes no new one
    moved.rename(key)
    folder.chmod(0o777)
    assert f"chmod 700 {folder}" in wrong(list(data_folder(sound)))
    folder.chmod(0o700)
    assert "mkdir" in wrong(list(data_folder(settings_of(folder / "none"))))
    assert "is missing" in wrong(list(store(settings_of(folder / "none"))))
    assert not (folder / "none").exists()


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE alembic_version SET version_num = '0001'", "tables of version 0001"),
        ("UPDATE cases SET queue = 'bin'", "was changed after it was recorded"),
        ("UPDATE audit_log SET at = '2999-01-01T00:00:00.000000+00:00'", "still to come"),
        ("DELETE FROM audit_head", "sealed head is missing"),
    ],
)
def test_doctor_finds_a_store_that_was_changed(folder: Path, statement: str, says: str):
    import sqlite3

    assert wrong(list(store(settings_of(folder)))) == ""
    with closing(sqlite3.connect(folder / "borrador.sqlite3")) as database, database:
        database.execute(statement)
    assert says in wrong(list(store(settings_of(folder))))


def test_doctor_finds_damaged_weights_and_broken_texts(folder: Path, tmp_path: Path):
    sound = settings_of(folder)
    for check in (weights, policies, knowledge_base):
        assert wrong(list(check(sound))) == ""
    heads = tmp_path / "heads"
    heads.mkdir()
    for file in (ROOT / "models" / "artifacts" / "heads").iterdir():
        (heads / file.name).write_bytes(file.read_bytes())
    (heads / "heads.npz").write_bytes(b"x")
    assert "heads: damaged" in wrong(list(weights(settings_of(folder, heads_dir=heads))))
    assert "no manifest" in wrong(list(weights(settings_of(folder, heads_dir=tmp_path / "no"))))
    assert "cannot be read" in wrong(list(policies(settings_of(folder, policies_dir=tmp_path))))
    assert "no account x" in wrong(list(policies(settings_of(folder, account="x"))))
    (tmp_path / "kb").mkdir()
    empty = settings_of(folder, knowledge_base_dir=tmp_path / "kb")
    assert "approve answers" in wrong(list(knowledge_base(empty)))
    (tmp_path / "kb" / "a.md").write_text("no answer")
    assert "1 files broken" in wrong(list(knowledge_base(empty)))


def test_doctor_tells_whose_the_port_is(folder: Path):
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        assert "taken by something else" in wrong(list(port_check(number)(settings_of(folder))))
    assert wrong(list(port_check(number)(settings_of(folder)))) == ""


def test_doctor_looks_at_the_disk(folder: Path):
    free = int(next(disk(settings_of(folder))).told.split()[0]) << 20
    assert (wrong(list(disk(settings_of(folder)))) == "") is (free >= LEAST_FREE)


def test_doctor_ends_with_1_when_something_is_wrong(borrador, folder: Path):
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        number = str(probe.getsockname()[1])
    sound = borrador("doctor", "--port", number)
    assert (sound.returncode, "all is well" in sound.stdout) == (0, True), sound.stdout
    (folder / "vault.key").write_text("secret-rubbish")
    broken = borrador("doctor", "--port", number)
    assert broken.returncode == 1
    assert "WRONG  key vault.key" in broken.stdout
    assert "secret-rubbish" not in broken.stdout + broken.stderr
