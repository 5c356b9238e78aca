"""What people do with approved answers, on the audit log: handed in, approved, changed. Withdrawals are apart."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.audit import Action, AuditLog
from cases.canonical import Json
from cases.database import Database
from cases.tables import AuditRow

_STEPS = (Action.ANSWER_SUBMITTED, Action.ANSWER_APPROVED, Action.ANSWER_EDITED)


@dataclass(frozen=True, slots=True)
class Content:
    """An answer as it was: ``seal`` tells whether two texts are the same; None where the file is gone or broken."""

    answer_id: str
    version: int | None
    seal: str | None

    def payload(self) -> dict[str, Json]:
        """As the log tells it."""
        return {"answer": self.answer_id, "version": self.version, "content": self.seal}


class AnswerRecord:
    """Writes the steps. Safe to share between threads and processes."""

    def __init__(self, database: Database, audit: AuditLog) -> None:
        self._database = database
        self._audit = audit

    @contextmanager
    def taking(
        self, action: Action, content: Content, *, actor: str, by: str, role: str | None
    ) -> Iterator[None]:
        """Record a step with what is done inside: where that fails, nothing was recorded.

        Args:
            actor: id of the key, or ``cli``.
            by: name under which the answer's file keeps the step.
            role: department that approves.

        Raises:
            StoreUnavailableError, AuditError: before anything is done.
        """
        payload: dict[str, Json] = {**content.payload(), "by": by, "role": role}
        with self._database.write() as session:
            self._audit.append(session, action, actor=actor, payload=payload)
            yield

    def edited(self, contents: Iterable[Content], *, actor: str) -> int:
        """Record texts that are others than the last ones on record; give how many. Each is told once by all processes.

        Raises:
            StoreUnavailableError, AuditError: nothing was recorded.
        """
        # The log is read before the write: only what other processes add meanwhile is read while all writers wait.
        last: dict[str, Content] = {}
        with self._database.read() as session:
            read_up_to = _read_steps(session, last, after=0)
        with self._database.write() as session:
            _read_steps(session, last, after=read_up_to)
            told = 0
            for one in contents:
                if last.get(one.answer_id) == one:
                    continue
                self._audit.append(session, Action.ANSWER_EDITED, actor=actor, payload=one.payload())
                session.flush()
                last[one.answer_id] = one
                told += 1
        return told


def _read_steps(session: Session, last: dict[str, Content], *, after: int) -> int:
    """Note the last content on record of each answer, from the rows after one; give the number of the newest read."""
    query = select(AuditRow.seq, AuditRow.payload).where(
        AuditRow.action.in_([step.value for step in _STEPS]), AuditRow.seq > after
    )
    for seq, payload in session.execute(query.order_by(AuditRow.seq)):
        told = json.loads(payload)
        last[told["answer"]] = Content(told["answer"], told["version"], told["content"])
        after = seq
    return after
