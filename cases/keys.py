"""API keys: shown once, kept as hashes, bound to an account and to scopes."""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cases.audit import Action, AuditLog, utc_now
from cases.database import Database
from cases.errors import ApiKeyError
from cases.identifiers import is_id, new_id
from cases.tables import ApiKeyRow

PREFIX = "bor_"
"""Tells scanners of leaked secrets, and people, whose key it is."""
_RANDOM_BYTES = 32
_LONGEST = 200
"""A longer text is no key of ours: it is not hashed."""
DEMO_SCOPES = ("agent", "auditor")


class Scope(StrEnum):
    """What a key may do."""

    AGENT = "agent"
    """Read cases, ask for drafts, decide."""
    PLUGIN = "plugin"
    """Send messages in and read what became of them: a helpdesk's side panel."""
    AUDITOR = "auditor"
    """Read cases, the audit log and, on the record, the vault."""
    CURATOR = "curator"
    """Withdraw approved answers."""
    ADMIN = "admin"
    """Everything, keys included."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key without its secret."""

    id: str
    name: str
    account: str
    """The account it works for; ``*`` for all, which only auditors and admins may have."""
    scopes: frozenset[Scope]
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made. ``secret`` is never to be had again; it stays out of ``repr``."""

    key: ApiKey
    secret: str = field(repr=False)


class KeyStore:
    """Makes, checks and revokes API keys."""

    def __init__(self, database: Database, audit: AuditLog, now: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._audit = audit
        self._now = now

    def create(self, *, name: str, account: str, scopes: Collection[Scope], actor: str) -> NewKey:
        """Make a key.

        Raises:
            ApiKeyError: no name, no scope, or all accounts for a key that is neither auditor's nor admin's.
        """
        _check(name, account, scopes)
        with self._database.write() as session:
            return self._insert(session, name, account, scopes, actor)

    def create_demo_key(self, account: str) -> NewKey | None:
        """Make the first key of an installation; None when there is, or ever was, one."""
        scopes = [Scope(scope) for scope in DEMO_SCOPES]
        _check("demo", account, scopes)
        with self._database.write() as session:
            if session.execute(select(func.count()).select_from(ApiKeyRow)).scalar_one():
                return None
            return self._insert(session, "demo", account, scopes, "system")

    def authenticate(self, secret: str) -> ApiKey | None:
        """The key of a secret; None if it is unknown or revoked."""
        if not secret.startswith(PREFIX) or len(secret) > _LONGEST:
            return None
        wanted = _hash(secret)
        with self._database.read() as session:
            row = session.scalars(select(ApiKeyRow).where(ApiKeyRow.key_hash == wanted)).one_or_none()
            # The look-up compares hashes, of which an attacker controls no prefix; the last word is
            # constant-time.
            if row is None or not hmac.compare_digest(row.key_hash, wanted) or row.revoked_at is not None:
                return None
            return _key(row)

    def get(self, key_id: str) -> ApiKey | None:
        """The key of an id; None if it is unknown or revoked. For who proved before that the key is theirs."""
        if not is_id(key_id, "key"):
            return None
        with self._database.read() as session:
            row = session.get(ApiKeyRow, key_id)
            return None if row is None or row.revoked_at is not None else _key(row)

    def revoke(self, key_id: str, *, actor: str) -> ApiKey:
        """Revoke a key for good; again is no error.

        Raises:
            ApiKeyError: no such key.
        """
        with self._database.write() as session:
            row = session.get(ApiKeyRow, key_id) if is_id(key_id, "key") else None
            if row is None:
                raise ApiKeyError("no such key: `borrador keys list` shows their ids")
            if row.revoked_at is None:
                row.revoked_at = self._now()
                self._audit.append(session, Action.KEY_REVOKED, actor=actor, payload={"key": key_id})
            return _key(row)

    def list(self) -> tuple[ApiKey, ...]:
        """All keys, oldest first, revoked ones too."""
        with self._database.read() as session:
            return tuple(_key(row) for row in session.scalars(select(ApiKeyRow).order_by(ApiKeyRow.id)))

    def _insert(
        self, session: Session, name: str, account: str, scopes: Collection[Scope], actor: str
    ) -> NewKey:
        secret = PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)
        row = ApiKeyRow(
            id=new_id("key"),
            name=name,
            account=account,
            scopes=",".join(sorted(set(scopes))),
            key_hash=_hash(secret),
            created_at=self._now(),
            revoked_at=None,
        )
        session.add(row)
        payload = {"key": row.id, "account": account, "scopes": row.scopes}
        self._audit.append(session, Action.KEY_CREATED, actor=actor, payload=payload)
        return NewKey(_key(row), secret)


def _check(name: str, account: str, scopes: Collection[Scope]) -> None:
    if not name.strip() or len(name) > 100 or not name.isprintable():
        raise ApiKeyError("name: 1 to 100 printable characters")
    if not account.strip() or len(account) > 100 or not account.isprintable():
        raise ApiKeyError("account: 1 to 100 printable characters")
    if not scopes:
        raise ApiKeyError("scopes: at least one of " + ", ".join(scope.value for scope in Scope))
    if account == "*" and not set(scopes) <= {Scope.AUDITOR, Scope.ADMIN}:
        raise ApiKeyError("account: only auditor and admin keys may span all accounts")


def _key(row: ApiKeyRow) -> ApiKey:
    return ApiKey(
        id=row.id,
        name=row.name,
        account=row.account,
        scopes=frozenset(Scope(scope) for scope in row.scopes.split(",")),
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )


def _hash(secret: str) -> str:
    """SHA-256, with no salt or stretching: those slow down guessing; 256 random bits cannot be guessed."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
