"""The service behind HTTP and console: pipeline and records, with the rights of a key applied."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

from api.console.sessions import Sessions
from api.desk_texts import DeskTexts, Turn
from api.problems import CODES, ProblemError
from api.record_keeping import keep_texts, open_records
from api.settings import Settings
from api.step_spans import StepSpans, open_step_spans
from api.turns import Turns
from api.wiring import build_pipeline
from cases.case import Case
from cases.citations import check_not_withdrawn
from cases.decisions import SENDING, DecisionRecord, RecordedDecision, Verb
from cases.errors import CaseError
from cases.keys import ApiKey
from cases.message import Message
from cases.named_draft import NamedDraft
from cases.pipeline import Pipeline
from cases.progress import Tell, silent
from cases.reading import ALL_ACCOUNTS, Filters
from cases.records import Records
from cases.secret_keys import load_keys
from cases.stored import Page, StoredCase
from policies.account import Account

WAIT_SECONDS = 10.0
"""How long work that nobody stands waiting for (accepted, of a webhook, of a batch) waits for its turn, and what a
person decided waits for all of its turns together: the person would have to decide again."""
REQUEST_WAIT_SECONDS = 0.4
"""How long a request waits for its turn before 503: what is answered at all, is answered within a second."""


class Service:
    """One installation at work. Thread-safe."""

    def __init__(
        self, pipeline: Pipeline, records: Records, sessions: Sessions, *, workers: int, demo_key_file: Path
    ) -> None:
        self.pipeline = pipeline
        self.records = records
        self.sessions = sessions
        self.keys = records.keys
        self.step_spans: StepSpans | None = None
        self._turns = Turns(workers)
        self.desk_texts = DeskTexts(pipeline, records.sealer)
        self._demo_key_file = demo_key_file

    @classmethod
    def open(cls, settings: Settings) -> "Service":
        """Load engines and records. Raises their errors, each naming the file or setting at fault."""
        records = open_records(settings)
        secret = load_keys("BORRADOR_SESSION_KEY", settings.data_dir / "session.key")[0]
        pipeline = build_pipeline(settings)
        keep_texts(records, settings, pipeline)
        service = cls(
            pipeline,
            records,
            Sessions(secret.derive("console sessions")),
            workers=settings.draft_workers,
            demo_key_file=settings.data_dir / "demo.key",
        )
        service.step_spans = open_step_spans(wanted=settings.otel_traces)
        return service

    def account_of(self, name: str | None, *, key: ApiKey) -> Account:
        """The account a request is about: the key's own, unless the key spans all.

        Raises:
            ProblemError: it is not configured, or not the key's (told alike: neither can be probed).
        """
        if key.account != ALL_ACCOUNTS and name not in (None, key.account):
            raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "unknown_account", CODES["unknown_account"])
        return self.pipeline.account(name or (None if key.account == ALL_ACCOUNTS else key.account))

    def handle(
        self, message: Message, *, key: ApiKey, case_id: str | None = None, wait: float = REQUEST_WAIT_SECONDS
    ) -> Case:
        """Take a message the whole way and record its case, under the id promised for it if there is one."""
        named = self.named(message, key=key)
        return self.work(named, account=str(named.account), actor=key.id, case_id=case_id, wait=wait)

    def named(self, message: Message, *, key: ApiKey) -> Message:
        """The message with the account it is for. Raises as ``account_of`` does."""
        return message.model_copy(update={"account": self.account_of(message.account, key=key).id})

    def work(
        self,
        message: Message,
        *,
        account: str,
        actor: str,
        case_id: str | None = None,
        tell: Tell = silent,
        wait: float = WAIT_SECONDS,
    ) -> Case:
        """Take a message of an account the whole way, when its turn comes; ``tell`` hears of each step."""
        with self.turn(wait), self._traced(tell) as told:
            stored = self.records.handle(
                self.pipeline, message, account=account, actor=actor, case_id=case_id, tell=told
            )
            return stored.case

    def _traced(self, tell: Tell) -> AbstractContextManager[Tell]:
        return nullcontext(tell) if self.step_spans is None else self.step_spans.case(tell)

    def list_cases(
        self, *, key: ApiKey, limit: int, cursor: str | None, filters: Filters | None = None
    ) -> Page:
        """A page of the key's cases, newest first."""
        return self.records.store.list(account=key.account, limit=limit, cursor=cursor, filters=filters)

    def get_case(self, case_id: str, *, key: ApiKey) -> StoredCase:
        """A case of the key's account."""
        return self.records.store.get(case_id, account=key.account)

    def decide(
        self,
        case_id: str,
        *,
        key: ApiKey,
        verb: Verb,
        thread_version: int,
        draft: int | None = None,
        text: str | None = None,
        note: str | None = None,
        already_sent: bool = False,
        named: NamedDraft | None = None,
        customer_name: str = "",
        turn: Turn | None = None,
    ) -> RecordedDecision:
        """Record what a person decided: what was sent goes redacted into the store and whole into the vault.

        Args:
            already_sent: it is with the customer, so that to refuse it would only keep it off the record.
            named: the draft with the customer's name that the person sent, or went on from.
            customer_name: what a form gives for it; it is only ever taken out, never believed.
            turn: of those that the decision waits for together; ``patient`` where left out.
        """
        stored, texts, turn = self.get_case(case_id, key=key), self.desk_texts, turn or self.patient()
        sent = None
        if text is not None:
            sent = texts.sent(stored, draft, text, turn=turn, named=named, customer_name=customer_name)
        record = DecisionRecord(
            decision=verb,
            thread_version=thread_version,
            decided_by=key.id,
            draft=draft,
            sent=sent,
            note=texts.note(stored, note, turn=turn) if note else None,
        )
        if verb in SENDING and not already_sent:
            # Last, for redacting may have waited for a turn: what was withdrawn meanwhile is not sent.
            withdrawn = self.pipeline.engines.retriever.withdrawn_ids()
            check_not_withdrawn(stored.case, withdrawn, draft=draft, text=text)
        return self.records.store.decide(case_id, record, account=key.account)

    def decided_since(
        self, since: datetime, case_id: str, *, key: ApiKey, verb: Verb
    ) -> RecordedDecision | None:
        """The last decision on a case, if this key took it at or after an instant, and with this verb."""
        decisions = self.get_case(case_id, key=key).decisions
        last = decisions[-1] if decisions else None
        if last is None or (last.decided_by, last.decision) != (key.id, verb) or last.decided_at < since:
            return None
        return last

    def readiness(self) -> dict[str, str]:
        """``ok`` or what is wrong, for each part that can go away while serving."""
        try:
            self.records.database.ping()
        except CaseError as error:
            return {"store": error.code}
        return {"store": "ok"}

    def demo_key(self) -> str | None:
        """The key of the demo company: made at the very first start, kept in a file only its owner can read.

        None when keys were made by hand, or the demo key was revoked.
        """
        if self._demo_key_file.exists():
            secret = self._demo_key_file.read_text(encoding="ascii").strip()
            return secret if self.keys.authenticate(secret) else None
        created = self.keys.create_demo_key(self.pipeline.engines.default_account)
        if created is None:
            return None
        self._demo_key_file.touch(mode=0o600)
        self._demo_key_file.write_text(created.secret + "\n", encoding="ascii")
        return created.secret

    def patient(self) -> Turn:
        """Turns of one request that waits long, for all of them together no more than ``WAIT_SECONDS``."""
        until = time.monotonic() + WAIT_SECONDS
        return lambda: self.turn(max(0.0, until - time.monotonic()))

    def close(self) -> None:
        """Close the store."""
        self.records.database.close()

    @contextmanager
    def turn(self, wait: float = REQUEST_WAIT_SECONDS) -> Iterator[None]:
        """Wait for a turn at the engines, for at most ``wait`` seconds. Who holds one takes no second: all might wait.

        Raises:
            ProblemError: 503, none came in time.
        """
        if not self._turns.take(wait):
            raise ProblemError(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "overloaded",
                CODES["overloaded"],
                headers={"Retry-After": "2"},
            )
        try:
            yield
        finally:
            self._turns.give_back()
