"""Accepted work: a message taken with 202 is on disk, encrypted, before the caller hears of it.

The message rests under the vault's key until its case is recorded; then only ids, state and steps remain, for
as long as policy says. It is never given up: a message that cannot be worked now is tried again, ever more rarely.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from cases.canonical import canonical_json
from cases.cipher import Cipher
from cases.database import Database
from cases.errors import CaseError, VaultError
from cases.identifiers import is_id, new_id
from cases.leases import latest
from cases.message import Message
from cases.progress import Step, StepTaken
from cases.reading import ALL_ACCOUNTS
from cases.request_tables import AcceptedRow
from cases.tables import VaultRow
from models.text import RawText

LEASE = timedelta(minutes=2)
"""How long one process has a message for itself: many times longer than a case takes."""
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (1, 5, 30, 120, 600, 3600))
"""Between attempts; the last one again and again."""
PURGED_AT_ONCE = 100
_ENTRY = "ACCEPTED"


class WorkState(StrEnum):
    """How far accepted work is."""

    ACCEPTED = "accepted"
    WORKING = "working"
    DONE = "done"


class WorkNotFoundError(CaseError):
    """No such accepted work for this account, or its time has passed."""

    code = "work_not_found"


class TooMuchWaitsError(CaseError):
    """As much work waits as may wait."""

    code = "overloaded"


@dataclass(frozen=True, slots=True)
class WorkStatus:
    """Accepted work as its caller sees it."""

    id: str
    account: str
    state: WorkState
    case_id: str
    """Where its case is, or will be."""
    attempts: int
    error: str | None
    accepted_at: datetime
    finished_at: datetime | None
    steps: tuple[StepTaken, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """A message that this process has for itself for the time of the lease."""

    id: str
    account: str
    actor: str
    case_id: str
    attempts: int
    accepted_at: datetime
    request_id: str | None
    message: Message = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent a message, and with which request."""

    account: str
    actor: str
    request_id: str | None = None


class AcceptedWork:
    """Accepts messages and hands them out, oldest first. Several processes may share one database."""

    def __init__(
        self,
        database: Database,
        cipher: Cipher,
        now: Callable[[], datetime],
        *,
        max_waiting: int,
        keep: timedelta,
    ) -> None:
        self._database = database
        self._cipher = cipher
        self._now = now
        self._max_waiting = max_waiting
        self._keep = keep

    def accept(self, message: Message, sender: Sender, *, case_id: str) -> WorkStatus:
        """Keep a message; once this returns it survives a crash. The same case id again is the same work.

        Raises:
            TooMuchWaitsError: try again later; nothing was written.
            StoreUnavailableError: nothing was written.
        """
        now = self._now()
        row = AcceptedRow(
            id=new_id("job"),
            account=sender.account,
            actor=sender.actor,
            case_id=case_id,
            state=WorkState.ACCEPTED.value,
            key_id=self._cipher.current,
            attempts=0,
            due_at=now,
            request_id=sender.request_id,
            accepted_at=now,
        )
        row.nonce, row.ciphertext = self._cipher.encrypt(row.id, _ENTRY, RawText(message.model_dump_json()))
        with self._database.write() as session:
            self._purge(session, now)
            known = session.scalars(select(AcceptedRow).where(AcceptedRow.case_id == case_id)).one_or_none()
            if known is not None:
                return _status(known)
            if _waiting(session) >= self._max_waiting:
                raise TooMuchWaitsError("as much accepted work waits as may wait")
            session.add(row)
            session.flush()
            return _status(row)

    def claim(self) -> Task | None:
        """The oldest message that is due, for this process alone until the lease ends."""
        now = self._now()
        due = _due(now)
        with self._database.read() as session:  # most of the time there is nothing: readers wait for nobody
            if session.scalars(due).first() is None:
                return None
        with self._database.write() as session:
            while (row := session.scalars(due).first()) is not None:
                row.attempts += 1
                row.due_at = now + max(LEASE, _pause(row.attempts))
                try:
                    message = self._message(row)
                except (VaultError, ValueError):
                    # Its key is gone, or it was changed: it is kept, and must not hold up all that came after.
                    row.error = VaultError.code
                    row.due_at = now + PAUSES[-1]
                    session.flush()
                    continue
                row.state = WorkState.WORKING.value
                return _task(row, message)
        return None

    def done(self, task_id: str, *, case_id: str, steps: Sequence[StepTaken]) -> None:
        """Note the case, keep the steps, and forget the message; of an erased case no steps are kept."""
        with self._database.write() as session:
            row = session.get_one(AcceptedRow, task_id)
            if row.state == WorkState.DONE:
                return
            row.state = WorkState.DONE.value
            row.recorded_case_id = case_id
            row.key_id = row.nonce = row.ciphertext = row.error = None
            row.steps = _steps_json(steps)
            row.finished_at = self._now()
        self._database.forget_deleted()

    def again(self, task: Task, *, error: str) -> None:
        """Put a message off after a failure; nothing where its work is done, for the message is gone then."""
        with self._database.write() as session:
            row = session.get_one(AcceptedRow, task.id)
            if row.state == WorkState.DONE:
                return
            row.state = WorkState.ACCEPTED.value
            row.due_at = self._now() + _pause(task.attempts)
            row.error = error

    def status(self, work_id: str, *, account: str) -> WorkStatus:
        """Accepted work of this account.

        Raises:
            WorkNotFoundError: none here; another account's looks the same.
        """
        with self._database.read() as session:
            row = session.get(AcceptedRow, work_id) if is_id(work_id, "job") else None
            if row is None or account not in (row.account, ALL_ACCOUNTS):
                raise WorkNotFoundError("no such accepted work")
            return _status(row)

    def of_case(self, case_id: str, *, account: str) -> WorkStatus | None:
        """The work that was promised this case id; None if there is none in this account."""
        query = select(AcceptedRow).where(AcceptedRow.case_id == case_id)
        with self._database.read() as session:
            row = session.scalars(query).one_or_none()
            return _status(row) if row is not None and account in (row.account, ALL_ACCOUNTS) else None

    def waiting(self) -> int:
        """How many messages are not done."""
        with self._database.read() as session:
            return _waiting(session)

    def purge(self) -> None:
        """Delete all that was finished long enough ago, and from the files what a reader held there until now."""
        with self._database.write() as session:
            session.execute(delete(AcceptedRow).where(AcceptedRow.finished_at <= self._now() - self._keep))
        self._database.forget_deleted()

    def _purge(self, session: Session, now: datetime) -> None:
        old = select(AcceptedRow).where(AcceptedRow.finished_at <= now - self._keep).limit(PURGED_AT_ONCE)
        for row in session.scalars(old).all():
            session.delete(row)
        session.flush()

    def _message(self, row: AcceptedRow) -> Message:
        # The cipher opens entries of the vault: this is one in all but the table.
        sealed = VaultRow(
            case_id=row.id, placeholder=_ENTRY, key_id=row.key_id, nonce=row.nonce, ciphertext=row.ciphertext
        )
        return Message.model_validate_json(self._cipher.decrypt(sealed).reveal())


def _due(now: datetime) -> Any:  # noqa: ANN401 - a Select, whose type differs between versions
    when = or_(
        AcceptedRow.due_at <= now,
        AcceptedRow.attempts == 0,  # due when it was accepted, whatever the clock said then
        AcceptedRow.due_at > latest(now, PAUSES[-1]),
    )
    query = select(AcceptedRow).where(AcceptedRow.state != WorkState.DONE.value, when)
    return query.order_by(AcceptedRow.id).limit(1)


def _pause(attempts: int) -> timedelta:
    return PAUSES[min(max(attempts, 1), len(PAUSES)) - 1]


def _waiting(session: Session) -> int:
    query = select(func.count()).select_from(AcceptedRow).where(AcceptedRow.state != WorkState.DONE.value)
    return session.execute(query).scalar_one()


def _task(row: AcceptedRow, message: Message) -> Task:
    return Task(
        id=row.id,
        account=row.account,
        actor=row.actor,
        case_id=row.case_id,
        attempts=row.attempts,
        accepted_at=row.accepted_at,
        request_id=row.request_id,
        message=message,
    )


def _status(row: AcceptedRow) -> WorkStatus:
    return WorkStatus(
        id=row.id,
        account=row.account,
        state=WorkState(row.state),
        case_id=row.recorded_case_id or row.case_id,
        attempts=row.attempts,
        error=row.error,
        accepted_at=row.accepted_at,
        finished_at=row.finished_at,
        steps=tuple(_steps(row.steps)),
    )


def _steps_json(steps: Sequence[StepTaken]) -> str:
    return canonical_json(
        [
            {"step": taken.step.value, "at": taken.at.isoformat(), "detail": dict(taken.detail)}
            for taken in steps
        ]
    )


def _steps(text: str | None) -> list[StepTaken]:
    found = json.loads(text) if text else []
    return [StepTaken(Step(one["step"]), datetime.fromisoformat(one["at"]), one["detail"]) for one in found]
