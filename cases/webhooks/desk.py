"""The desk where helpdesks call: verify, keep, acknowledge; then draft and write the note, each until it is done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from cases.case import Case
from cases.errors import CaseError, CaseNotFoundError
from cases.message import Message
from cases.reading import ALL_ACCOUNTS
from cases.records import Records
from cases.stored import StoredCase
from cases.webhooks.aftermath import Aftermath
from cases.webhooks.conversations import with_thread
from cases.webhooks.endpoints import Endpoint, Endpoints
from cases.webhooks.inbound import Ignored, Inbound, Reason
from cases.webhooks.inbox import InboundState, Inbox, Task
from cases.webhooks.note_sender import NoteError, NoteSender
from cases.webhooks.notes import note_request, note_text, note_wanted
from cases.webhooks.outcomes import Reply
from cases.webhooks.promised import promised_case
from cases.webhooks.readers import read_payload
from cases.webhooks.signatures import verify
from cases.webhooks.stale import tell_stale

PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800, 3600, 7200))
"""Between attempts; after the last the delivery is given up, kept, and counted."""

Handle = Callable[[Message, Endpoint, str], Case]
"""Takes a message the whole way to a case on record, under the id that is promised for it: the same way as a request
with a key."""
Count = Callable[[str, str, str | None], None]
"""Counts an endpoint's outcome, with the code of the error where work went wrong."""


class EndpointNotFoundError(CaseError):
    """No helpdesk of this name is configured."""

    code = "webhook_not_configured"


class Answer(StrEnum):
    """What the sender is told."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The acknowledgement of one request."""

    answer: Answer
    reason: Reason | None = None


class Desk:
    """Holds the endpoints and does their work. Thread-safe; several processes may share one database."""

    def __init__(
        self,
        endpoints: Endpoints,
        inbox: Inbox,
        records: Records,
        *,
        handle: Handle,
        aftermath: Aftermath,
        sender: NoteSender,
        count: Count,
        now: Callable[[], datetime],
    ) -> None:
        self.endpoints = endpoints
        self.inbox = inbox
        self._records = records
        self._handle = handle
        self._aftermath = aftermath
        self._sender = sender
        self._count = count
        self._now = now

    def endpoint(self, name: str) -> Endpoint:
        """The endpoint of a name.

        Raises:
            EndpointNotFoundError: none is configured under it.
        """
        endpoint = self.endpoints.by_name.get(name)
        if endpoint is None:
            raise EndpointNotFoundError("no webhook of this name is configured")
        return endpoint

    def receive(self, name: str, headers: Mapping[str, str], body: bytes) -> Receipt:
        """Verify a request, and keep its message; once this returns, the message survives a crash.

        Raises:
            EndpointNotFoundError, SignatureMissingError, SignatureInvalidError, TimestampStaleError,
            NotJsonError, PayloadError, StoreUnavailableError
        """
        endpoint = self.endpoint(name)
        try:
            verify(endpoint, headers, body, self._now())
            found = read_payload(endpoint, headers, body)
            if isinstance(found, Ignored):
                self._count(name, found.reason.value, None)
                return Receipt(Answer.IGNORED, found.reason)
            if not isinstance(found, Inbound) and not self.inbox.knows(endpoint, found.conversation):
                # Nothing was drafted there: what agents write elsewhere is none of ours, and is not kept.
                self._count(name, Reason.OUTGOING.value, None)
                return Receipt(Answer.IGNORED, Reason.OUTGOING)
            made = self.inbox.accept(endpoint, found)
            if made is None and isinstance(found, Reply) and found.closing is not None:
                # The reply is known, from an event before; that the conversation is closed may be new.
                made = self.inbox.accept(endpoint, found.closing)
        except CaseError as error:
            self._count(name, error.code, None)
            raise
        answer = Answer.DUPLICATE if made is None else Answer.ACCEPTED
        self._count(name, answer.value, None)
        return Receipt(answer)

    def draft_next(self) -> bool:
        """Make the case of the oldest message, or record what an agent did; False when nothing waits."""
        task = self.inbox.claim(InboundState.RECEIVED)
        if task is None:
            return False
        endpoint = self.endpoints.by_name.get(task.endpoint)
        if endpoint is None or endpoint.account != task.account:
            self._give_up(task, EndpointNotFoundError.code)
            return True
        try:
            if task.work.message is None:
                outcomes: tuple[str, ...] = self._aftermath.work(task, endpoint)
                self.inbox.done(task.id)
            else:
                self._draft(task, task.work.message, endpoint)
                outcomes = ("drafted",)
        except Exception as error:
            # Whatever it was: its text may quote the customer, so only its code is kept.
            self._put_off(task, getattr(error, "code", "internal_error"))
            return True
        for outcome in outcomes:
            self._count(task.endpoint, outcome, None)
        return True

    def _draft(self, task: Task, message: Message, endpoint: Endpoint) -> None:
        earlier = self.inbox.cases_of(task.conversation_key, before=task.id)
        if message.received_at is None:
            message = message.model_copy(update={"received_at": task.received_at})
        message = with_thread(message, earlier, self._records, account=endpoint.account)
        case = self._handle(message, endpoint, promised_case(task.id))
        tell_stale(self._records, earlier, case.id, account=endpoint.account)
        if endpoint.notes is None or not note_wanted(case):
            self.inbox.done(task.id, case_id=case.id)
        else:
            self.inbox.recorded(task.id, case.id)

    def note_next(self) -> bool:
        """Write the oldest note that waits; False when none does."""
        task = self.inbox.claim(InboundState.RECORDED)
        if task is None:
            return False
        try:
            self._write_note(task)
        except NoteError as error:
            if not error.passes:
                self._give_up(task, error.code)
                return True
            self._put_off(task, error.code)
            return True
        except Exception as error:
            self._put_off(task, getattr(error, "code", "internal_error"))
            return True
        return True

    def latest_case(self, name: str, conversation: str, *, account: str) -> StoredCase:
        """The newest case of a helpdesk's conversation.

        Raises:
            EndpointNotFoundError: no such endpoint of this account; an account of ``*`` is of every one.
            CaseNotFoundError: nothing is on record for the conversation.
        """
        endpoint = self.endpoint(name)
        if account not in (endpoint.account, ALL_ACCOUNTS):
            raise EndpointNotFoundError("no webhook of this name is configured")
        found = self.inbox.cases_of(self.inbox.conversation_key(endpoint, conversation))
        if not found:
            raise CaseNotFoundError("no such case")
        return self._records.store.get(found[-1], account=account)

    def _write_note(self, task: Task) -> None:
        endpoint = self.endpoints.by_name.get(task.endpoint)
        if endpoint is not None and endpoint.notes is not None and task.case_id is not None:
            stored = self._records.store.get(task.case_id, account=task.account)
            text = note_text(stored.case, outdated=self.inbox.has_later(task))
            self._sender.send(note_request(endpoint, endpoint.notes, task.work.conversation, text))
            self._count(task.endpoint, "noted", None)
        self.inbox.done(task.id)

    def _put_off(self, task: Task, code: str) -> None:
        if task.attempts > len(PAUSES):
            self._give_up(task, code)
            return
        self._count(task.endpoint, "put_off", code)
        self.inbox.again(task.id, after=PAUSES[task.attempts - 1], error=code)

    def _give_up(self, task: Task, code: str) -> None:
        self._count(task.endpoint, "failed", code)
        self.inbox.failed(task.id, error=code)
