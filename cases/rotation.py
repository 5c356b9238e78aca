"""Changing the vault's key: a new key first, then every original under it, then the old key away.

The old key is never dropped while anything in the database needs it, and a rotation cut short is taken up again.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, inspect, select, text
from sqlalchemy.orm import Session

from cases.audit import Action
from cases.canonical import Json
from cases.cipher import Cipher
from cases.errors import SecretKeyError
from cases.records import Records
from cases.secret_keys import VAULT_VARIABLE, SecretKey, load_keys, write_keys
from cases.tables import VaultRow

BATCH = 500
"""Entries in one transaction: other writers wait that long, some tens of milliseconds."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """How far a rotation came."""

    current: str
    """Id of the key in use."""
    entries: int
    """Originals that were encrypted anew."""
    old_keys: tuple[str, ...]
    """Ids of older keys that are still there."""
    waiting: int
    """Messages in queues still under an older key: their work must be done first."""
    dropped: tuple[str, ...] = ()


def rotate(
    records: Records,
    data_dir: Path,
    *,
    actor: str,
    finish: bool,
    environment: Mapping[str, str] | None = None,
) -> Rotation:
    """Make a new key and encrypt the vault anew under it; with ``finish`` drop the older keys instead.

    A service that runs holds the old key: it goes on writing under it until it is restarted. So the first
    call keeps the old key, and ``finish``, after the restart, takes up what was written meanwhile.
    Keys in ``BORRADOR_VAULT_KEY`` are the operator's to change (new one first): only the vault is done here.

    Raises:
        VaultError: an entry opens with no key at hand; what was done before stays done.
        SecretKeyError: the keys cannot be read or written.
    """
    file = data_dir / "vault.key"
    given = bool((os.environ if environment is None else environment).get(VAULT_VARIABLE, "").strip())
    keys = load_keys(VAULT_VARIABLE, file, environment)
    if not given and not finish and _under(records, keys[0].id) == _all(records):
        # Else an earlier rotation was cut short: it is taken up with its own key.
        keys = (SecretKey(secrets.token_bytes(32)), *keys)
        write_keys(file, keys)
    entries = _encrypt_anew(records, Cipher(keys), actor)
    waiting = _waiting(records, keys[0].id)
    dropped: tuple[str, ...] = ()
    if finish and not waiting and len(keys) > 1:
        if given:
            raise SecretKeyError(f"{VAULT_VARIABLE}: all is under the first key now: take the others away")
        dropped = tuple(key.id for key in keys[1:])
        write_keys(file, keys[:1])
        keys = keys[:1]
    return Rotation(keys[0].id, entries, tuple(key.id for key in keys[1:]), waiting, dropped)


def _encrypt_anew(records: Records, cipher: Cipher, actor: str) -> int:
    done = 0
    while True:
        with records.database.write() as session:
            rows = session.scalars(
                select(VaultRow)
                .where(VaultRow.key_id != cipher.current)
                .order_by(VaultRow.case_id, VaultRow.placeholder)
                .limit(BATCH)
            ).all()
            for row in rows:
                original = cipher.decrypt(row)
                row.nonce, row.ciphertext = cipher.encrypt(row.case_id, row.placeholder, original)
                row.key_id = cipher.current
            if rows:
                payload: dict[str, Json] = {"key": cipher.current, "entries": len(rows)}
                records.audit.append(session, Action.VAULT_ROTATED, actor=actor, payload=payload)
        if not rows:
            break
        done += len(rows)
    if done:
        records.database.forget_deleted()
    return done


def _under(records: Records, key_id: str) -> int:
    with records.database.read() as session:
        query = select(func.count()).select_from(VaultRow).where(VaultRow.key_id == key_id)
        return session.execute(query).scalar_one()


def _all(records: Records) -> int:
    with records.database.read() as session:
        return session.execute(select(func.count()).select_from(VaultRow)).scalar_one()


def _waiting(records: Records, key_id: str) -> int:
    """Messages in any queue, encrypted under another key: found by the tables' columns, whoever made them."""
    with records.database.read() as session:
        return sum(_count(session, table, key_id) for table in _queues(session))


def _queues(session: Session) -> list[str]:
    there = inspect(session.connection())
    names = [name for name in there.get_table_names() if name != VaultRow.__tablename__]
    wanted = {"key_id", "ciphertext"}
    return [name for name in names if wanted <= {column["name"] for column in there.get_columns(name)}]


def _count(session: Session, table: str, key_id: str) -> int:
    # The name comes from the database's own catalogue, not from outside.
    query = f"SELECT count(*) FROM {table} WHERE key_id IS NOT NULL AND key_id <> :key"
    return int(session.execute(text(query), {"key": key_id}).scalar_one())
