"""Answers kept under idempotency keys: the same request again gets the same answer, and is worked once.

Kept for each account: keyed hashes of the key and of the request, never the request; the answer as it was given,
which holds redacted text only. The id of the case that the request makes is drawn before the work begins and
kept, so that a request cut short by a crash makes the same case when it is sent again, not another one.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.orm import Session

from cases.canonical import canonical_json
from cases.database import Database
from cases.errors import CaseError
from cases.identifiers import new_case_id
from cases.leases import latest
from cases.request_tables import ReplayRow
from cases.sealing import Sealer

PURGED_AT_ONCE = 100
"""Answers past their time that one request clears away."""


class IdempotencyKeyReusedError(CaseError):
    """The key came before, with another request."""

    code = "idempotency_key_reused"


class IdempotencyInProgressError(CaseError):
    """The same request is still being worked on."""

    code = "idempotency_in_progress"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request under an idempotency key."""

    account: str
    key: str = field(repr=False)
    method: str
    path: str
    body: bytes = field(repr=False)
    case_id: str | None = None
    """The case that the path names; None where the request makes cases."""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer as it was given."""

    status: int
    headers: Mapping[str, str]
    body: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work a request. ``resumed_from``: when an attempt that was never finished began."""

    account: str
    key_hash: str
    case_id: str
    resumed_from: datetime | None


class Replays:
    """Keeps answers. Thread-safe; several processes may share one database."""

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        now: Callable[[], datetime],
        *,
        keep: timedelta,
        lease: timedelta,
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._now = now
        self._keep = keep
        self._lease = lease

    def claim(self, asked: Asked) -> Claim | KeptAnswer:
        """The answer on record, or the right to work the request, for the time of the lease.

        Raises:
            IdempotencyKeyReusedError: the key came with another request.
            IdempotencyInProgressError: another attempt holds the claim.
            StoreUnavailableError: nothing was written.
        """
        key_hash = self._sealer.request_tag("idempotency key", asked.account, asked.key)
        digest = self._digest(asked)
        now = self._now()
        with self._database.write() as session:
            self._purge(session, now)
            row = session.get(ReplayRow, (asked.account, key_hash))
            if row is not None and row.expires_at <= now:
                session.delete(row)
                session.flush()
                row = None
            if row is None:
                return self._begin(session, asked, key_hash, digest, now)
            if row.digest != digest:
                raise IdempotencyKeyReusedError("this idempotency key came with another request")
            if row.status is not None:
                return _kept(row)
            if now < row.locked_until <= latest(now, self._lease):
                raise IdempotencyInProgressError("the same request is being worked on: ask again later")
            row.locked_until = now + self._lease
            return Claim(row.account, row.key_hash, row.case_id, row.started_at)

    def finish(self, claim: Claim, answer: KeptAnswer) -> None:
        """Keep the answer for the time of the policy, from now on."""
        with self._database.write() as session:
            row = session.get(ReplayRow, (claim.account, claim.key_hash))
            if row is None or row.case_id != claim.case_id:
                return
            row.status = answer.status
            row.headers = canonical_json(dict(answer.headers))
            row.body = answer.body
            row.expires_at = self._now() + self._keep

    def forget(self, claim: Claim) -> None:
        """Give the key up: the request was refused and left nothing behind."""
        with self._database.write() as session:
            session.execute(delete(ReplayRow).where(*_same(claim)))

    def unlock(self, claim: Claim) -> None:
        """Let the same request be tried again at once: it failed, and may have left something behind."""
        with self._database.write() as session:
            row = session.scalars(select(ReplayRow).where(*_same(claim))).one_or_none()
            if row is not None:
                row.locked_until = self._now()

    def purge(self) -> None:
        """Delete all answers past their time."""
        with self._database.write() as session:
            session.execute(delete(ReplayRow).where(ReplayRow.expires_at <= self._now()))

    def _begin(self, session: Session, asked: Asked, key_hash: str, digest: str, now: datetime) -> Claim:
        row = ReplayRow(
            account=asked.account,
            key_hash=key_hash,
            digest=digest,
            case_id=new_case_id(),
            asked_case_id=asked.case_id,
            started_at=now,
            locked_until=now + self._lease,
            expires_at=now + max(self._keep, self._lease),
        )
        session.add(row)
        return Claim(row.account, key_hash, row.case_id, None)

    def _digest(self, asked: Asked) -> str:
        body = asked.body.decode("utf-8", "backslashreplace")
        return self._sealer.request_tag("idempotent request", asked.account, asked.method, asked.path, body)

    @staticmethod
    def _purge(session: Session, now: datetime) -> None:
        old = select(ReplayRow).where(ReplayRow.expires_at <= now).limit(PURGED_AT_ONCE)
        for row in session.scalars(old).all():
            session.delete(row)
        session.flush()


def forget_case(session: Session, case_id: str) -> None:
    """Delete the answers that show a case or tell of it, in the caller's transaction: for its erasure."""
    shown = ReplayRow.body.contains(case_id, autoescape=True)
    about = or_(ReplayRow.case_id == case_id, ReplayRow.asked_case_id == case_id, shown)
    session.execute(delete(ReplayRow).where(about))


def _same(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    return (
        ReplayRow.account == claim.account,
        ReplayRow.key_hash == claim.key_hash,
        ReplayRow.case_id == claim.case_id,
    )


def _kept(row: ReplayRow) -> KeptAnswer:
    assert row.status is not None
    return KeptAnswer(row.status, json.loads(row.headers or "{}"), row.body or "")
