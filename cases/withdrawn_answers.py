"""Withdrawals on the audit log: the record of each, and how every process on one database hears of it."""

import json
from dataclasses import dataclass

from sqlalchemy import select

from cases.audit import Action, AuditLog
from cases.canonical import Json
from cases.database import Database
from cases.tables import AuditRow


@dataclass(frozen=True, slots=True)
class Heard:
    """Ids withdrawn up to a row of the log."""

    ids: frozenset[str]
    last: int
    """Number of the newest row read; the next look starts after it."""


class WithdrawnAnswers:
    """Writes and reads withdrawals of approved answers."""

    def __init__(self, database: Database, audit: AuditLog) -> None:
        self._database = database
        self._audit = audit

    def record(self, answer_id: str, *, version: int | None, reason: str, actor: str) -> int:
        """Write a withdrawal to the audit log; give the number of its row.

        Raises:
            StoreUnavailableError, AuditError: nothing was written.
        """
        payload: dict[str, Json] = {"answer": answer_id, "version": version, "reason": reason}
        with self._database.write() as session:
            return self._audit.append(session, Action.ANSWER_WITHDRAWN, actor=actor, payload=payload)

    def since(self, last: int = 0) -> Heard:
        """What was withdrawn after a row of the log."""
        query = select(AuditRow.seq, AuditRow.payload).where(
            AuditRow.action == Action.ANSWER_WITHDRAWN.value, AuditRow.seq > last
        )
        with self._database.read() as session:
            rows = session.execute(query.order_by(AuditRow.seq)).all()
        ids = frozenset(str(json.loads(payload)["answer"]) for _, payload in rows)
        return Heard(ids, max((seq for seq, _ in rows), default=last))
