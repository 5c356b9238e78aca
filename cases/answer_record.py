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
        with self._database.write() as session:
            new = [one for one in contents if _last(session, one.answer_id) != one.payload()]
            for one in new:
                self._audit.append(session, Action.ANSWER_EDITED, actor=actor, payload=one.payload())
                session.flush()
        return len(new)


def _last(session: Session, answer_id: str) -> dict[str, Json] | None:
    query = select(AuditRow.payload).where(
        AuditRow.action.in_([step.value for step in _STEPS]),
        AuditRow.payload.contains(f'"answer":"{answer_id}",', autoescape=True),
    )
    found = session.scalars(query.order_by(AuditRow.seq.desc()).limit(1)).first()
    told = None if found is None else json.loads(found)
    return None if told is None else {name: told[name] for name in ("answer", "version", "content")}
