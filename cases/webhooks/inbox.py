"""The inbox: a verified message is on disk before it is acknowledged, and stays there until its work is done.

The message is encrypted with the vault's key; the sender's ids are kept as keyed hashes. Once the case is
recorded and the note is with the helpdesk, only hashes, the case's id and the state remain: enough to know a
repeated delivery, and the cases of a conversation.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from cases.cipher import Cipher
from cases.database import Database
from cases.errors import RecordConflictError, VaultError
from cases.identifiers import new_id
from cases.leases import latest
from cases.message import Message
from cases.reading import is_erased
from cases.sealing import Sealer
from cases.tables import InboundRow, VaultRow
from cases.webhooks.endpoints import Endpoint
from cases.webhooks.inbound import Inbound
from cases.webhooks.outcomes import Closing, Reply
from models.text import RawText

LEASE = timedelta(minutes=2)
"""How long one process has a delivery for itself: longer than a case and a note take together."""
LONGEST_WAIT = timedelta(hours=2)
"""Between two attempts (``desk.PAUSES``)."""
AGENTS = "agent:"
"""Before the fingerprint of what an agent did, which no customer's message has."""
CLOSINGS = f"{AGENTS}closed:"
SETTLE = timedelta(seconds=10)
"""How long a closing waits for the reply that was sent with it: helpdesks tell of the two in any order (Zendesk says
so of its sequences). Ours: deliveries of one click come within a second or two."""
_ENTRY = "INBOUND"


class InboundState(StrEnum):
    """How far the work on a delivery is."""

    RECEIVED = "received"
    """Acknowledged; its case is not recorded yet."""
    RECORDED = "recorded"
    """Its case is on record; the note is not with the helpdesk yet."""
    DONE = "done"
    FAILED = "failed"
    """Given up on; the message is kept, and `borrador inbox retry` takes it up again."""


FORGOTTEN: Mapping[str, Any] = {
    "state": InboundState.DONE,
    **dict.fromkeys(("key_id", "nonce", "ciphertext", "error")),
}
"""What a delivery becomes when its work is done."""


class Work(BaseModel):
    """What a delivery holds until it is done."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    message: Message | None = None
    """A customer's; None for what an agent did."""
    conversation: str
    reply: str | None = None
    """What an agent sent; None without a message either: the conversation was closed."""
    closed: bool = False
    """Whether the conversation was closed with the reply."""
    agent: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """A delivery that this process has for itself for the time of the lease."""

    id: str
    endpoint: str
    account: str
    conversation_key: str
    case_id: str | None
    attempts: int
    received_at: datetime
    work: Work = field(repr=False)


class Inbox:
    """Accepts deliveries once each, and hands out those that have work left, in the order of arrival."""

    def __init__(
        self, database: Database, sealer: Sealer, cipher: Cipher, now: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._cipher = cipher
        self._now = now

    def accept(self, endpoint: Endpoint, inbound: Inbound | Reply | Closing) -> str | None:
        """Keep a delivery; None where it, or its message, was accepted before.

        Raises:
            StoreUnavailableError: nothing was written; the sender must not be told that all is well.
        """
        message_id, mark, work = _kept(inbound)
        delivery = inbound.delivery_id or f"{inbound.conversation}:{message_id}"
        delivery_key = self._key(endpoint, "delivery", delivery)
        message_key = mark + self._key(endpoint, "message", f"{inbound.conversation}\n{message_id}")
        row = InboundRow(
            id=new_id("inb"),
            endpoint=endpoint.name,
            account=endpoint.account,
            delivery_key=delivery_key,
            message_key=message_key,
            conversation_key=self.conversation_key(endpoint, inbound.conversation),
            state=InboundState.RECEIVED.value,
            attempts=0,
            due_at=self._now() + (SETTLE if mark == CLOSINGS else timedelta()),
            received_at=self._now(),
        )
        row.key_id = self._cipher.current
        row.nonce, row.ciphertext = self._cipher.encrypt(row.id, _ENTRY, RawText(work.model_dump_json()))
        made = row.id
        same = or_(InboundRow.delivery_key == delivery_key, InboundRow.message_key == message_key)
        try:
            with self._database.write() as session:
                if session.scalars(select(InboundRow.id).where(same)).first() is not None:
                    return None
                session.add(row)
        except RecordConflictError:
            return None
        return made

    def claim(self, state: InboundState) -> Task | None:
        """The oldest delivery in a state that is due, for this process alone until the lease ends.

        A message waits for the earlier ones of its conversation: they are its thread. A closing waits for the
        replies to be recorded, and holds nothing up.
        """
        now = self._now()
        with self._database.read() as session:  # most of the time there is nothing: readers wait for nobody
            if session.scalars(_due(state, now)).first() is None:
                return None
        with self._database.write() as session:
            while (row := session.scalars(_due(state, now)).first()) is not None:
                try:
                    task = self._task(row)
                except (VaultError, ValidationError):
                    # Its key is gone, or it was changed: it must not hold up all that came after.
                    row.state, row.error = InboundState.FAILED.value, VaultError.code
                    session.flush()
                    continue
                row.attempts += 1
                row.due_at = now + LEASE
                return replace(task, attempts=row.attempts)
        return None

    def recorded(self, task_id: str, case_id: str) -> None:
        """Note the case; the note to the helpdesk is due now. Of a case that was erased already, no work is left."""
        with self._database.write() as session:
            erased = is_erased(session, case_id)
            waits = {"state": InboundState.RECORDED, "attempts": 0, "due_at": self._now()}
            left = FORGOTTEN if erased else waits
            _change(session, task_id, case_id=case_id, **left)
        if erased:
            self._database.forget_deleted()

    def done(self, task_id: str, *, case_id: str | None = None) -> None:
        """Forget the message: its work is done, and its case is on record where one is named."""
        named = {} if case_id is None else {"case_id": case_id}
        with self._database.write() as session:
            _change(session, task_id, **FORGOTTEN, **named)
        self._database.forget_deleted()

    def again(self, task_id: str, *, after: timedelta, error: str) -> None:
        """Put a delivery off after a failure that may pass."""
        with self._database.write() as session:
            _change(session, task_id, due_at=self._now() + after, error=error)

    def failed(self, task_id: str, *, error: str) -> None:
        """Give a delivery up; the message is kept."""
        with self._database.write() as session:
            _change(session, task_id, state=InboundState.FAILED, error=error)

    def retry_failed(self) -> int:
        """Take up again all that was given up; give their number."""
        with self._database.write() as session:
            rows = session.scalars(select(InboundRow).where(InboundRow.state == InboundState.FAILED)).all()
            for row in rows:
                state = InboundState.RECORDED if row.case_id else InboundState.RECEIVED
                row.state, row.attempts, row.due_at = state.value, 0, self._now()
            return len(rows)

    def counts(self) -> dict[str, int]:
        """How many deliveries are in each state."""
        query = select(InboundRow.state, func.count()).group_by(InboundRow.state)
        with self._database.read() as session:
            found = {row[0]: int(row[1]) for row in session.execute(query)}
        return {state.value: found.get(state.value, 0) for state in InboundState}

    def cases_of(self, conversation_key: str, *, before: str | None = None) -> tuple[str, ...]:
        """The ids of a conversation's cases, oldest first; ``before`` is a delivery that they came before."""
        query = select(InboundRow.case_id).where(
            InboundRow.conversation_key == conversation_key, InboundRow.case_id.is_not(None)
        )
        if before is not None:
            query = query.where(InboundRow.id < before)
        with self._database.read() as session:
            found = [case_id for case_id in session.scalars(query.order_by(InboundRow.id)) if case_id]
        return tuple(dict.fromkeys(found))

    def has_later(self, task: Task) -> bool:
        """Whether the customer wrote again since."""
        query = select(InboundRow.id).where(
            InboundRow.conversation_key == task.conversation_key,
            InboundRow.id > task.id,
            InboundRow.message_key.not_like(f"{AGENTS}%"),
        )
        with self._database.read() as session:
            return session.scalars(query.limit(1)).first() is not None

    def knows(self, endpoint: Endpoint, conversation: str) -> bool:
        """Whether a customer's message of this conversation came here."""
        key = self.conversation_key(endpoint, conversation)
        query = select(InboundRow.id).where(InboundRow.conversation_key == key)
        with self._database.read() as session:
            return session.scalars(query.limit(1)).first() is not None

    def conversation_key(self, endpoint: Endpoint, conversation: str) -> str:
        """Fingerprint of a helpdesk's conversation."""
        return self._key(endpoint, "conversation", conversation)

    def _key(self, endpoint: Endpoint, kind: str, value: str) -> str:
        key = self._sealer.message_key(endpoint.account, f"webhook:{endpoint.name}:{kind}:{value}")
        return cast(str, key)

    def _task(self, row: InboundRow) -> Task:
        # The cipher opens entries of the vault: this is one in all but the table.
        sealed = VaultRow(
            case_id=row.id, placeholder=_ENTRY, key_id=row.key_id, nonce=row.nonce, ciphertext=row.ciphertext
        )
        work = Work.model_validate_json(self._cipher.decrypt(sealed).reveal())
        return Task(
            id=row.id,
            endpoint=row.endpoint,
            account=row.account,
            conversation_key=row.conversation_key,
            case_id=row.case_id,
            attempts=row.attempts,
            received_at=row.received_at,
            work=work,
        )


def _change(session: Session, task_id: str, **values: Any) -> None:  # noqa: ANN401 - columns of any type
    """Change a delivery. One that is done stays so: its case may have been erased while somebody worked on it."""
    row = session.get_one(InboundRow, task_id)
    if row.state != InboundState.DONE:
        for name, value in values.items():
            setattr(row, name, value)


def _kept(told: Inbound | Reply | Closing) -> tuple[str, str, Work]:
    """The id that a repetition is known by, the mark before its fingerprint, and what is kept until it is done."""
    if isinstance(told, Inbound):
        return told.message_id, "", Work(message=told.message, conversation=told.conversation)
    if isinstance(told, Reply):
        closed = told.closing is not None
        work = Work(conversation=told.conversation, reply=told.text, agent=told.agent, closed=closed)
        return told.message_id, AGENTS, work
    return f"closed {told.delivery_id}", CLOSINGS, Work(conversation=told.conversation, agent=told.agent)


def _due(state: InboundState, now: datetime) -> Any:  # noqa: ANN401 - a Select of one entity
    closing = InboundRow.message_key.like(f"{CLOSINGS}%")
    other = aliased(InboundRow)
    before = or_(other.id < InboundRow.id, and_(closing, other.message_key.like(f"{AGENTS}%")))
    waits = (
        select(other.id)
        .where(
            other.conversation_key == InboundRow.conversation_key,
            other.state == InboundState.RECEIVED.value,
            other.message_key.not_like(f"{CLOSINGS}%"),
            before,
            other.id != InboundRow.id,
        )
        .exists()
    )
    due = or_(
        InboundRow.due_at <= now,
        and_(InboundRow.attempts == 0, ~closing),  # due when it was written, whatever the clock said then
        InboundRow.due_at > latest(now, LONGEST_WAIT),
    )
    query = select(InboundRow).where(InboundRow.state == state.value, due, ~waits)
    return query.order_by(InboundRow.id).limit(1)
