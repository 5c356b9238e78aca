"""The vault: originals, encrypted before they reach the database; every look at one is on the audit log."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, delete, exists, select, update
from sqlalchemy.orm import Session

from cases.audit import Action, AuditLog, utc_now
from cases.canonical import Json
from cases.cipher import Cipher
from cases.database import Database
from cases.decisions import WAITING
from cases.errors import OriginalsGoneError, VaultError
from cases.reading import row_of
from cases.retention import EntryKind, Retention
from cases.tables import CaseRow, VaultRow
from models.text import RawText
from policies.vocabulary import Flag

MESSAGE = "MESSAGE"
"""Name of the entry that holds the whole message; placeholders stand in brackets, so none is called so."""
NAME = "NAME"
"""Name of the entry that holds the customer's own first name, where they gave one."""
_AT_ONCE = 500
"""Ids in one statement."""
_MORE_NAMES = re.compile(r"(TURN|SENT):\d{1,4}\Z")


def turn_name(number: int) -> str:
    """Name of the entry that holds an earlier turn, counted from 0."""
    return f"TURN:{number}"


def sent_name(number: int) -> str:
    """Name of the entry that holds what was sent with the decision of this number."""
    return f"SENT:{number}"


def kind_of(name: str) -> EntryKind:
    """What an entry is, by its name.

    Raises:
        ValueError: the name is none of ours.
    """
    if name in (MESSAGE, NAME):
        return EntryKind(name.lower())
    if _MORE_NAMES.match(name):
        return EntryKind(name.split(":")[0].lower())
    if name.startswith("[") and name.endswith("]") and len(name) <= 100:
        return EntryKind.PLACEHOLDER
    raise ValueError("an entry of the vault is named MESSAGE, NAME, TURN:n, SENT:n or by its placeholder")


class Vault:
    """Stores originals in the caller's transaction; gives them back one by one, on the record."""

    def __init__(
        self,
        database: Database,
        cipher: Cipher,
        retention: Retention,
        audit: AuditLog,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._cipher = cipher
        self._retention = retention
        self._audit = audit
        self._now = now

    def store(
        self, session: Session, case_id: str, entries: Mapping[str, RawText], flags: Collection[Flag]
    ) -> None:
        """Encrypt and add entries, each with its time to live.

        Raises:
            ValueError: an entry's name is none of ours.
        """
        for name, original in entries.items():
            nonce, ciphertext = self._cipher.encrypt(case_id, name, original)
            session.add(
                VaultRow(
                    case_id=case_id,
                    placeholder=name,
                    key_id=self._cipher.current,
                    nonce=nonce,
                    ciphertext=ciphertext,
                    expires_at=self._retention.expires_at(kind_of(name), flags, self._now()),
                )
            )

    def reveal(self, case_id: str, placeholder: str, *, actor: str, account: str) -> RawText:
        """Give one original back. The look is on the audit log before it happens.

        Raises:
            CaseNotFoundError: no such case in this account.
            VaultError: no such entry (any more), or it cannot be opened.
        """
        with self._database.write() as session:
            rows = self._rows(session, case_id, account, [placeholder])
            # A name that is none of the case's may be anything that the caller typed: it is not repeated.
            payload: dict[str, Json] = {"placeholder": placeholder if rows else None}
            self._audit.append(session, Action.VAULT_REVEALED, actor=actor, payload=payload, case_id=case_id)
        if not rows:
            raise VaultError(f"{case_id}: the vault has no such entry: it never did, or its time has passed")
        return self._cipher.decrypt(rows[0])

    def customer_name(self, case_id: str, *, actor: str, account: str) -> RawText | None:
        """The customer's first name; None where they gave none. The look is on the audit log before it happens.

        Raises:
            CaseNotFoundError: no such case in this account.
            OriginalsGoneError: the case's originals were erased, or their time has passed.
            VaultError: the entry cannot be opened.
        """
        with self._database.write() as session:
            rows = {row.placeholder: row for row in self._rows(session, case_id, account, [MESSAGE, NAME])}
            self._audit.append(
                session, Action.VAULT_REVEALED, actor=actor, payload={"placeholder": NAME}, case_id=case_id
            )
        if not rows:
            raise OriginalsGoneError(
                f"{case_id}: its originals are no longer in the vault: erased, or their time has passed"
            )
        return self._cipher.decrypt(rows[NAME]) if NAME in rows else None

    def _rows(self, session: Session, case_id: str, account: str, names: Iterable[str]) -> list[VaultRow]:
        row_of(session, case_id, account)
        query = select(VaultRow).where(VaultRow.case_id == case_id, VaultRow.placeholder.in_(list(names)))
        rows = list(session.scalars(query.order_by(VaultRow.placeholder)))
        alive = [row for row in rows if row.expires_at is None or row.expires_at > self._now()]
        for row in alive:
            session.expunge(row)  # readable after the commit
        return alive

    def purge(self, *, actor: str) -> int:
        """Delete for good what has outlived its time; give the number of entries.

        What earlier deletions had to leave in the database's log goes with it.
        """
        now = self._now()
        with self._database.write() as session:
            ending = list(
                session.scalars(select(VaultRow.case_id).distinct().where(VaultRow.expires_at <= now))
            )
            result = session.execute(delete(VaultRow).where(VaultRow.expires_at <= now))
            purged = cast(CursorResult[Any], result).rowcount
            for some in range(0, len(ending), _AT_ONCE):
                drop_marks(session, CaseRow.id.in_(ending[some : some + _AT_ONCE]))
            if purged:
                payload: dict[str, Json] = {"entries": purged, "until": now.isoformat(timespec="seconds")}
                self._audit.append(session, Action.VAULT_PURGED, actor=actor, payload=payload)
        self._database.forget_deleted()
        return purged


def drop_marks(session: Session, of: ColumnElement[bool]) -> None:
    """Forget the marks of names in cases that are closed and of which the vault holds nothing any more.

    Until then they keep the name out of what is written; after that they would only outlast it.
    """
    closed = CaseRow.status.not_in([one.value for one in WAITING]) | CaseRow.superseded_by.is_not(None)
    in_vault = exists().where(VaultRow.case_id == CaseRow.id)
    told = CaseRow.name_marks.is_not(None) & (CaseRow.name_marks != "")
    session.execute(update(CaseRow).where(of, closed, told, ~in_vault).values(name_marks=None))
