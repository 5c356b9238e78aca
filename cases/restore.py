"""Putting a backup in a store's place: everything is checked beside it first, and the store before is kept."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cases.audit import Action, utc_now
from cases.backup import DATABASE, KEY_FILES, check_keys, sqlite_file, unpack
from cases.canonical import Json
from cases.erasure import Eraser
from cases.erasures import erased_before
from cases.errors import BackupError, CaseNotFoundError
from cases.reading import ALL_ACCOUNTS
from cases.records import Records
from cases.retention import RETENTION_FILE, load_retention
from cases.secret_keys import AUDIT_VARIABLE, VAULT_VARIABLE, load_keys


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did."""

    rows: int
    head: str
    erased_again: int
    """Cases erased since the backup was made: it had brought them back."""
    kept: Path | None
    """The store that was there before."""
    keys: tuple[str, ...]


def restore_backup(
    url: str,
    data_dir: Path,
    file: Path,
    *,
    actor: str,
    replace: bool,
    environment: Mapping[str, str] | None = None,
    retention_file: Path = RETENTION_FILE,
    now: Callable[[], datetime] = utc_now,
) -> Restored:
    """Restore a backup. Until every check has passed, the store that is there is not touched.

    Raises:
        BackupError: damaged; needs keys that are not at hand; a store is there and ``replace`` is false, or a
            service is using it; the restored record does not verify.
        StoreUnavailableError: made by a newer version.
    """
    target = sqlite_file(url)
    if target.exists() and not replace:
        raise BackupError(
            f"{target}: a store is there: --replace puts the backup in its place and keeps it beside"
        )
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Beside the target: the last step is then a rename, not a copy that can stop half-way.
    folder = Path(tempfile.mkdtemp(prefix=".restore-", dir=target.parent))
    try:
        manifest = unpack(file, folder)
        keys = _keys(manifest, folder, data_dir, os.environ if environment is None else environment)
        rows, head, erased = _prepare(folder, manifest, data_dir, actor, environment, retention_file, now)
        kept = _set_aside(target, now()) if target.exists() else None
        for name in keys:
            os.rename(folder / name, data_dir / name)
        os.rename(folder / DATABASE, target)
        _sync(target.parent)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return Restored(rows, head, erased, kept, keys)


def _keys(
    manifest: Mapping[str, Any], folder: Path, data_dir: Path, environment: Mapping[str, str]
) -> tuple[str, ...]:
    """Which key files to put in place; those that are at hand already must be the backup's."""
    for name, variable in (("vault.key", VAULT_VARIABLE), ("audit.key", AUDIT_VARIABLE)):
        given = environment.get(variable, "").strip() or (data_dir / name).exists()
        if not given and name not in manifest["keys"]:
            raise BackupError(f"{data_dir / name}: missing, and the backup has none: put the key back first")
    wanted = tuple(name for name in KEY_FILES if name in manifest["keys"] and not (data_dir / name).exists())
    places = {name: folder if name in wanted else data_dir for name in KEY_FILES}
    check_keys(
        manifest,
        load_keys(VAULT_VARIABLE, places["vault.key"] / "vault.key", environment),
        load_keys(AUDIT_VARIABLE, places["audit.key"] / "audit.key", environment),
    )
    return wanted


def _prepare(
    folder: Path,
    manifest: Mapping[str, Any],
    data_dir: Path,
    actor: str,
    environment: Mapping[str, str] | None,
    retention_file: Path,
    now: Callable[[], datetime],
) -> tuple[int, str, int]:
    """Bring the copy up to date, verify it, erase again, and note the restore; gives rows, head, erased again."""
    for name in ("vault.key", "audit.key"):
        if not (folder / name).exists() and (data_dir / name).exists():
            shutil.copyfile(data_dir / name, folder / name)
            os.chmod(folder / name, 0o600)
    records = Records.open(
        f"sqlite:///{folder / DATABASE}",
        folder,
        environment=environment,
        retention_file=retention_file,
        now=now,
    )
    try:
        report = records.verify(noted_head=manifest["head"])
        if not report.ok:
            raise BackupError(f"the backup does not verify: {report.problem}")
        retention = load_retention(retention_file)
        eraser = Eraser(records.database, records.sealer, records.audit, retention, now)
        erased = sum(_erase_again(eraser, case_id, actor) for case_id in erased_before(data_dir))
        with records.database.write() as session:
            payload: dict[str, Json] = {"head": report.head, "rows": report.rows, "erased_again": erased}
            records.audit.append(session, Action.STORE_RESTORED, actor=actor, payload=payload)
        after = records.verify(noted_head=report.head)
        if not after.ok:
            raise BackupError(f"the restored record does not verify: {after.problem}")
    finally:
        records.close()
    close_log(folder / DATABASE)
    return after.rows, after.head, erased


def _erase_again(eraser: Eraser, case_id: str, actor: str) -> bool:
    try:
        return eraser.erase(case_id, account=ALL_ACCOUNTS, actor=actor).erased
    except CaseNotFoundError:
        return False  # recorded after the backup was made


def close_log(file: Path) -> None:
    """Bring a database into one file, which only works while nobody else has it open.

    Raises:
        BackupError: a service is using it.
    """
    try:
        with closing(sqlite3.connect(file, timeout=2)) as connection:
            mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
    except sqlite3.Error:
        mode = "in use"
    if mode != "delete":
        raise BackupError(f"{file}: a service is using the store: stop it first")


def _set_aside(target: Path, at: datetime) -> Path:
    close_log(target)
    kept = target.with_name(f"{target.name}.before-{at:%Y%m%dT%H%M%S}")
    if kept.exists():
        raise BackupError(f"{kept}: exists already: move it away")
    os.rename(target, kept)
    return kept


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
