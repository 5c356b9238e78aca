"""The audit log: each row carries the hash of the one before, and the last is sealed with a secret key."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cases.canonical import Json, canonical_json
from cases.errors import AuditError
from cases.sealing import Sealer
from cases.tables import AuditHeadRow, AuditRow

GENESIS = "0" * 64
"""Stands for the hash before the first row."""
HEAD = 1
"""Id of the one row of the head."""


class Action(StrEnum):
    """What happened. Adding one is a decision, written in CHANGELOG.md."""

    CASE_RECORDED = "case.recorded"
    CASE_SUPERSEDED = "case.superseded"
    DECISION_RECORDED = "decision.recorded"
    VAULT_REVEALED = "vault.revealed"
    VAULT_PURGED = "vault.purged"
    VAULT_ROTATED = "vault.rotated"
    RECORDS_PURGED = "records.purged"
    CASE_ERASED = "case.erased"
    SUBJECT_ERASURE_REFUSED = "subject.erasure_refused"
    SUBJECT_SEARCHED = "subject.searched"
    SUBJECT_ACCESSED = "subject.accessed"
    EVIDENCE_EXPORTED = "evidence.exported"
    STORE_RESTORED = "store.restored"
    CLOCK_STOPPED = "clock.stopped"
    PROMISE_KEPT = "promise.kept"
    CASE_HANDED_OVER = "case.handed_over"
    KEY_CREATED = "key.created"
    KEY_REVOKED = "key.revoked"
    ANSWER_SUBMITTED = "answer.submitted"
    ANSWER_APPROVED = "answer.approved"
    ANSWER_EDITED = "answer.edited"
    ANSWER_WITHDRAWN = "answer.withdrawn"
    EXPERT_ANSWERED = "expert.answered"
    SATISFACTION_RECORDED = "satisfaction.recorded"
    PHRASE_APPROVED = "phrase.approved"
    PHRASE_REJECTED = "phrase.rejected"


def utc_now() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


class AuditLog:
    """Appends to the chain, inside the transaction of what it tells of."""

    def __init__(self, sealer: Sealer, now: Callable[[], datetime] = utc_now) -> None:
        self._sealer = sealer
        self._now = now

    def append(
        self,
        session: Session,
        action: Action,
        *,
        actor: str,
        payload: Mapping[str, Json],
        case_id: str | None = None,
    ) -> int:
        """Add a row and move the head; give the row's number.

        Args:
            session: one of ``Database.write``: writers take turns, so the chain has one end.
            payload: codes, ids, counts and seals; never text, not even redacted.

        Raises:
            AuditError: the head is missing, was changed, or is sealed with another key: nothing may be added
                to a chain that cannot be trusted.
        """
        head = self._head(session)
        row = AuditRow(
            seq=head.seq + 1,
            at=self._now().astimezone(UTC).isoformat(timespec="microseconds"),
            actor=actor,
            action=action.value,
            case_id=case_id,
            payload=canonical_json(payload),
            prev_hash=head.hash,
        )
        row.hash = row_hash(row)
        head.seq, head.hash = row.seq, row.hash
        head.seal = self._sealer.head_seal(row.seq, row.hash)
        session.add_all((row, head))
        return row.seq

    def _head(self, session: Session) -> AuditHeadRow:
        head = session.get(AuditHeadRow, HEAD)
        if head is None:
            if session.execute(select(func.count()).select_from(AuditRow)).scalar_one():
                raise AuditError("the head of the audit log is missing: run `borrador audit verify`")
            return AuditHeadRow(id=HEAD, seq=0, hash=GENESIS, seal="")
        if not is_sealed(self._sealer, head):
            raise AuditError(
                "the head of the audit log was changed, or another audit key is in use: "
                "run `borrador audit verify`"
            )
        return head


def row_hash(row: AuditRow) -> str:
    """SHA-256 over the hash before and the row's own contents."""
    contents = canonical_json(
        {
            "seq": row.seq,
            "at": row.at,
            "actor": row.actor,
            "action": row.action,
            "case_id": row.case_id,
            "payload": row.payload,
        }
    )
    return hashlib.sha256((row.prev_hash + contents).encode()).hexdigest()


def is_sealed(sealer: Sealer, head: AuditHeadRow) -> bool:
    """Tell whether the head's seal is ours."""
    return hmac.compare_digest(head.seal.encode(), sealer.head_seal(head.seq, head.hash).encode())
