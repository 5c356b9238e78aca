"""Backups of an SQLite installation: one ZIP, checked when it is made and again before it takes a store's place."""

import hashlib
import json
import os
import secrets
import sqlite3
import zipfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from cases.errors import BackupError
from cases.secret_keys import AUDIT_VARIABLE, VAULT_VARIABLE, SecretKey, load_keys

FORMAT = "borrador-backup/1"
DATABASE = "borrador.sqlite3"
MANIFEST = "manifest.json"
KEY_FILES = ("vault.key", "audit.key", "evidence.key", "session.key")
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup file."""

    file: Path
    bytes: int
    keys: tuple[str, ...]
    """Key files inside; none unless asked for."""
    head: str


def sqlite_file(url: str) -> Path:
    """The file of an SQLite store.

    Raises:
        BackupError: it is PostgreSQL, which has tools of its own.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        raise BackupError(
            "this store is on PostgreSQL: back it up with `pg_dump -Fc` and restore with `pg_restore`"
        )
    return Path(parsed.database or "")


def make_backup(
    url: str,
    data_dir: Path,
    file: Path,
    *,
    head: str,
    rows: int,
    created_at: datetime,
    with_keys: bool,
    environment: Mapping[str, str] | None = None,
) -> Backup:
    """Copy a store that may be at work, by SQLite's own backup, into a ZIP for its owner's eyes only.

    Args:
        head: last hash of the audit log, found intact just before.
        with_keys: put the key files in too: then whoever has the file can read every original.

    Raises:
        BackupError: PostgreSQL, the file exists, the copy is damaged, or no keys are there to put in.
        OSError: it cannot be written; nothing is left of it.
    """
    source = sqlite_file(url)
    if file.exists():
        raise BackupError(f"{file}: exists already: backups are not overwritten")
    names = tuple(name for name in KEY_FILES if (data_dir / name).exists()) if with_keys else ()
    if with_keys and not names:
        raise BackupError(
            f"{data_dir}: no key files (the keys are in the environment): back them up where they are"
        )
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    copy = draft.with_name(draft.name + ".sqlite3")
    try:
        _copy(source, copy)
        manifest = {
            "format": FORMAT,
            "created_at": created_at.isoformat(timespec="seconds"),
            "database_sha256": _sha256(copy),
            "head": head,
            "rows": rows,
            "vault_keys": [key.id for key in load_keys(VAULT_VARIABLE, data_dir / "vault.key", environment)],
            "audit_key": load_keys(AUDIT_VARIABLE, data_dir / "audit.key", environment)[0].id,
            "keys": list(names),
        }
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
                archive.write(copy, DATABASE)
                for name in names:
                    archive.write(data_dir / name, f"keys/{name}")
                archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
            stream.flush()
            os.fsync(stream.fileno())
        os.rename(draft, file)
    finally:
        copy.unlink(missing_ok=True)
        draft.unlink(missing_ok=True)
    return Backup(file, file.stat().st_size, names, head)


def unpack(file: Path, folder: Path) -> dict[str, Any]:
    """Unpack a backup into an empty folder and check it against its manifest; gives the manifest.

    Raises:
        BackupError: no backup of ours, or damaged.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
            if manifest.get("format") != FORMAT:
                raise BackupError(f"{file}: not a backup of format {FORMAT}")
            names = [str(name) for name in manifest["keys"]]
            if not set(names) <= set(KEY_FILES):
                raise BackupError(f"{file}: holds files that are no keys of ours")
            _extract(archive, DATABASE, folder / DATABASE)
            for name in names:
                _extract(archive, f"keys/{name}", folder / name)
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, EOFError) as error:
        raise BackupError(f"{file}: damaged, or no backup ({type(error).__name__})") from None
    if _sha256(folder / DATABASE) != manifest["database_sha256"]:
        raise BackupError(f"{file}: damaged: the database is not the one that was backed up")
    check_integrity(folder / DATABASE)
    return manifest


def check_integrity(file: Path) -> None:
    """Ask SQLite whether a file is whole. Raises BackupError."""
    try:
        with closing(sqlite3.connect(file)) as connection:
            answer = connection.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise BackupError(f"{file.name}: no sound database ({type(error).__name__})") from None
    if answer != "ok":
        raise BackupError(f"{file.name}: SQLite finds it damaged")


def check_keys(
    manifest: Mapping[str, Any], vault: tuple[SecretKey, ...], audit: tuple[SecretKey, ...]
) -> None:
    """Refuse a backup whose keys are not at hand: it would be unreadable. Raises BackupError."""
    if manifest["audit_key"] not in {key.id for key in audit}:
        raise BackupError(f"the backup needs audit key {manifest['audit_key']}: put audit.key back first")
    missing = set(manifest["vault_keys"]) - {key.id for key in vault}
    if missing:
        raise BackupError(
            f"the backup needs vault key {', '.join(sorted(missing))}: add it to vault.key first"
        )


def _copy(source: Path, target: Path) -> None:
    if not source.exists():
        raise BackupError(f"{source}: no store here")
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(sqlite3.connect(source)) as reading, closing(sqlite3.connect(target)) as writing:
        reading.backup(writing)
        # One file: no log beside it, and nothing of ours left in a page that was freed.
        writing.execute("PRAGMA journal_mode = DELETE")
    check_integrity(target)


def _extract(archive: zipfile.ZipFile, name: str, target: Path) -> None:
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream, archive.open(name) as source:
        while chunk := source.read(_CHUNK):
            stream.write(chunk)
        stream.flush()
        os.fsync(stream.fileno())


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
