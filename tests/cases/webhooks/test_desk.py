"""From the request to the note: once each, nothing lost, nothing left behind in the clear."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from cases.case import Case
from cases.cipher import Cipher
from cases.decisions import Verb
from cases.errors import CaseNotFoundError, StoreUnavailableError
from cases.identifiers import new_case_id
from cases.message import Message
from cases.pipeline import Outcome
from cases.records import Records
from cases.secret_keys import VAULT_VARIABLE, load_keys
from cases.stored import Origin, StoredCase
from cases.webhooks.aftermath import Aftermath, HelpdeskDecision
from cases.webhooks.desk import PAUSES, Answer, Desk, EndpointNotFoundError
from cases.webhooks.endpoints import Endpoint, Endpoints, Kind, NoteAccess, Secret
from cases.webhooks.inbound import PayloadError, Reason
from cases.webhooks.inbox import InboundState, Inbox
from cases.webhooks.note_sender import NoteError
from cases.webhooks.notes import NoteRequest
from cases.webhooks.promised import promised_case
from cases.webhooks.signatures import SignatureInvalidError, TimestampStaleError
from models.text import RawText, RedactedText
from policies.account import Account
from policies.vocabulary import Disposition
from tests.cases.samples import Clock, case, decision
from tests.cases.webhooks.senders import RECORDED, Request, endpoint, payload, recorded, signed
from tests.policies.builders import facts


class RedactingPipeline:
    """Makes the same kind of case of every message."""

    def __init__(self) -> None:
        self.changes: dict[str, Any] = {}

    def account(self, name: str | None) -> Account:
        return Account(id=name or "demo", name="Demo")

    def run(
        self, message: Message, *, received_at: datetime, case_id: str | None = None, **_: Any
    ) -> Outcome:
        version = len(message.thread) + 1
        made = case(
            message_id=message.id, thread_version=version, id=case_id or new_case_id(), **self.changes
        )
        originals = {"MESSAGE": RawText(message.text), "[PERSONA_1]": RawText("Remedios Quiñonero")}
        return Outcome(
            made, Origin(message.account or "demo", message.channel, received_at), originals, facts()
        )


class Notes:
    """Takes notes, or refuses them as it is told."""

    def __init__(self) -> None:
        self.sent: list[NoteRequest] = []
        self.refusals: list[bool] = []

    def send(self, request: NoteRequest) -> None:
        if self.refusals:
            raise NoteError("refused", passes=self.refusals.pop(0))
        self.sent.append(request)


class Office:
    """A desk, what stands around it, and what it was seen to do."""

    def __init__(self, records: Records, folder: Path, clock: Clock) -> None:
        access = NoteAccess("https://chat.example", "25", Secret("ficha-de-pruebas-123456"))
        made = {
            kind.value: endpoint(kind, notes=None if kind is Kind.STANDARD else access, remote_account=None)
            for kind in Kind
        }
        made["chatwoot"] = endpoint(Kind.CHATWOOT, notes=access)
        cipher = Cipher(load_keys(VAULT_VARIABLE, folder / "keys" / "vault.key", {}))
        self.records, self.clock = records, clock
        self.pipeline: Any = RedactingPipeline()
        self.handled: list[Message] = []
        self.errors: list[Exception] = []
        self.cut_short = False
        self.resolved: list[tuple[str, str]] = []
        self.notes = Notes()
        self.counted: list[tuple[str, str]] = []
        self.inbox = Inbox(records.database, records.sealer, cipher, clock)
        self.desk = Desk(
            Endpoints(made),
            self.inbox,
            records,
            handle=self.handle,
            aftermath=Aftermath(self.inbox, records, decide=self.decide, resolve=self.resolve),
            sender=self.notes,
            count=lambda name, outcome, code: self.counted.append((name, outcome)),
            now=clock,
        )

    def handle(self, message: Message, given: Endpoint, case_id: str) -> Case:
        if self.errors:
            raise self.errors.pop(0)
        self.handled.append(message)
        return self.records.handle(
            self.pipeline, message, account=given.account, actor=f"webhook:{given.name}", case_id=case_id
        ).case

    def decide(self, stored: StoredCase, taken: HelpdeskDecision, given: Endpoint) -> None:
        fields: dict[str, Any] = {"draft": taken.draft, "decided_by": taken.actor}
        fields["note"] = RedactedText(taken.note) if taken.note else None
        version = stored.case.thread_version
        made = decision(taken.verb, sent=taken.text, thread_version=version, **fields)
        self.records.store.decide(stored.case.id, made, account=given.account)
        if self.cut_short:
            self.cut_short = False
            raise StoreUnavailableError("gone between the record and what comes after it")

    def resolve(self, case_id: str, actor: str, given: Endpoint) -> None:
        self.resolved.append((case_id, actor))

    def receive(self, request: Request, name: str = "chatwoot") -> Answer:
        return self.desk.receive(name, request.headers, request.body).answer

    def work(self) -> None:
        while self.desk.draft_next() or self.desk.note_next():
            pass


@pytest.fixture
def office(records: Records, tmp_path: Path, clock: Clock) -> Office:
    return Office(records, tmp_path, clock)


def chatwoot(clock: Clock, *, delivery: str = "d-1", **changes: Any) -> Request:
    body = payload("chatwoot_message_created", **changes)
    return signed(Kind.CHATWOOT, body, at=clock.at, delivery=delivery)


@pytest.mark.parametrize("kind", Kind)
def test_a_message_becomes_a_case_and_a_private_note(office: Office, kind: Kind):
    assert office.receive(recorded(kind), kind.value) is Answer.ACCEPTED
    assert office.handled == []  # the helpdesk has its answer before the work begins
    office.work()
    (message,) = office.handled
    assert message.received_at is not None
    stored = office.desk.latest_case(kind.value, _conversation(kind), account="demo")
    assert stored.case.message_id == message.id
    assert len(office.notes.sent) == (0 if kind is Kind.STANDARD else 1)
    assert office.inbox.counts() == {"received": 0, "recorded": 0, "done": 1, "failed": 0}


def _conversation(kind: Kind) -> str:
    return {
        Kind.CHATWOOT: "10",
        Kind.ZENDESK: "35436",
        Kind.ZAMMAD: "81",
        Kind.INTERCOM: "1295",
        Kind.STANDARD: "wa-34612345879",
    }[kind]


@pytest.mark.parametrize("kind", Kind)
def test_a_delivery_that_comes_again_is_known(office: Office, kind: Kind):
    request = recorded(kind)
    assert office.receive(request, kind.value) is Answer.ACCEPTED
    assert office.receive(request, kind.value) is Answer.DUPLICATE
    office.work()
    assert office.receive(request, kind.value) is Answer.DUPLICATE
    office.work()
    assert len(office.handled) == 1


def test_a_message_that_comes_by_two_hooks_is_drafted_once(office: Office):
    """Account webhook and agent bot deliver the same message under delivery ids of their own."""
    office.receive(chatwoot(office.clock, delivery="d-account"))
    assert office.receive(chatwoot(office.clock, delivery="d-bot")) is Answer.DUPLICATE
    office.work()
    assert len(office.notes.sent) == 1


def test_zammad_retries_under_a_new_delivery_id_are_known(office: Office):
    office.receive(recorded(Kind.ZAMMAD, delivery="d-1"), "zammad")
    assert office.receive(recorded(Kind.ZAMMAD, delivery="d-2"), "zammad") is Answer.DUPLICATE


def test_our_own_note_comes_back_and_is_left(office: Office):
    """Chatwoot tells of every message, the note that we wrote included: no loop."""
    receipt = office.desk.receive(
        "chatwoot",
        *_parts(chatwoot(office.clock, id=119, message_type="outgoing", private=True)),
    )
    assert (receipt.answer, receipt.reason) == (Answer.IGNORED, Reason.PRIVATE)
    office.work()
    assert office.handled == []
    assert office.counted == [("chatwoot", "private")]


def _parts(request: Request) -> tuple[dict[str, str], bytes]:
    return request.headers, request.body


def test_refusals_are_counted_and_keep_nothing(office: Office):
    wrong = recorded(Kind.CHATWOOT, secret="otro-secreto-igual-de-largo")
    old = recorded(Kind.CHATWOOT, at=office.clock.at - timedelta(hours=1))
    broken = chatwoot(office.clock, id=None)
    for request, error in (
        (wrong, SignatureInvalidError),
        (old, TimestampStaleError),
        (broken, PayloadError),
    ):
        with pytest.raises(error):
            office.receive(request)
    with pytest.raises(EndpointNotFoundError):
        office.receive(recorded(Kind.CHATWOOT), "helpscout")
    assert [outcome for _, outcome in office.counted] == [
        "webhook_signature_invalid",
        "webhook_timestamp_stale",
        "webhook_payload_invalid",
    ]
    assert sum(office.inbox.counts().values()) == 0


def test_the_message_waits_encrypted_and_is_gone_when_done(office: Office):
    office.receive(recorded(Kind.CHATWOOT))
    with office.records.database.read() as session:
        row = session.execute(text("SELECT * FROM inbound")).mappings().one()
    shown = " ".join(str(value) for value in row.values()) + repr(office.inbox.claim(InboundState.RECEIVED))
    for canary in ("Remedios", "Quiñonero", "protector solar", "d-1"):
        assert canary not in shown
        assert canary.encode() not in bytes(row["ciphertext"])
    office.clock.move(minutes=3)  # the lease of the claim above ends
    office.work()
    with office.records.database.read() as session:
        row = session.execute(text("SELECT * FROM inbound")).mappings().one()
    assert (row["state"], row["ciphertext"], row["nonce"], row["key_id"]) == ("done", None, None, None)


def test_what_was_acknowledged_survives_the_process(office: Office, tmp_path: Path):
    office.receive(recorded(Kind.CHATWOOT))
    assert office.inbox.claim(InboundState.RECEIVED) is not None  # taken up, and then the process is killed
    again = Office(office.records, tmp_path, office.clock)
    again.work()
    assert again.handled == []  # the lease still runs: another process may be at it
    office.clock.move(minutes=3)
    again.work()
    assert (len(again.handled), len(again.notes.sent)) == (1, 1)


NAMELESS = {"data": {"text": "¿Tenéis el champú sin perfume?"}}
"""A message of one's own system that has no id there: only its delivery is known again."""


@pytest.mark.parametrize(
    ("kind", "changes"), [(Kind.CHATWOOT, {}), (Kind.STANDARD, {}), (Kind.STANDARD, NAMELESS)]
)
def test_a_kill_between_case_and_note_makes_no_second_case(
    office: Office, tmp_path: Path, kind: Kind, changes: dict[str, Any]
):
    office.receive(signed(kind, payload(RECORDED[kind], **changes)), kind.value)
    task = office.inbox.claim(InboundState.RECEIVED)
    assert task is not None
    given = office.desk.endpoint(kind.value)
    office.handle(task.work.message, given, promised_case(task.id))  # on record, and then the kill
    office.clock.move(minutes=3)
    again = Office(office.records, tmp_path, office.clock)
    again.work()
    assert len(office.records.store.list(account="demo").cases) == 1
    assert len(again.notes.sent) == (0 if kind is Kind.STANDARD else 1)


def test_a_failure_that_passes_is_tried_again_later(office: Office):
    office.receive(recorded(Kind.CHATWOOT))
    office.errors = [StoreUnavailableError("away"), RuntimeError("Remedios Quiñonero")]
    office.notes.refusals = [True]
    for pause in (PAUSES[0], PAUSES[1]):
        office.work()
        assert office.handled == []
        office.clock.move(seconds=pause.total_seconds())
    office.work()
    assert (len(office.handled), office.notes.sent) == (1, [])
    with office.records.database.read() as session:
        assert session.execute(text("SELECT error FROM inbound")).scalar_one() == "note_refused"
    office.clock.move(seconds=PAUSES[0].total_seconds())
    office.work()
    assert len(office.notes.sent) == 1
    assert len(office.handled) == 1


@pytest.mark.parametrize("stage", ["case", "note"])
def test_what_never_works_is_given_up_kept_and_taken_up_again(office: Office, stage: str):
    office.receive(recorded(Kind.CHATWOOT))
    attempts = len(PAUSES) + 1
    if stage == "case":
        office.errors = [RuntimeError("no")] * attempts
    else:
        office.notes.refusals = [True] * attempts
    for pause in (*PAUSES, timedelta(0)):
        office.work()
        office.clock.move(seconds=pause.total_seconds())
    assert office.inbox.counts()["failed"] == 1
    assert ("chatwoot", "failed") in office.counted
    assert office.inbox.retry_failed() == 1
    office.work()
    assert office.inbox.counts()["done"] == 1
    assert len(office.notes.sent) == 1


def test_a_note_refused_for_good_is_not_repeated(office: Office):
    office.receive(recorded(Kind.CHATWOOT))
    office.notes.refusals = [False]
    office.work()
    assert office.inbox.counts()["failed"] == 1
    assert office.desk.latest_case("chatwoot", "10", account="demo").case.drafts  # the case stands


def test_spam_is_recorded_without_a_note(office: Office):
    office.pipeline.changes = {"disposition": Disposition.NO_REPLY, "drafts": ()}
    office.receive(recorded(Kind.CHATWOOT))
    office.work()
    assert office.notes.sent == []
    assert office.inbox.counts()["done"] == 1


def test_the_thread_comes_from_the_earlier_cases(office: Office):
    """Zendesk tells one comment at a time: what was said before is in our records, the sent reply included."""
    office.receive(signed(Kind.ZENDESK, payload("zendesk_ticket_created")), "zendesk")
    office.work()
    first = office.desk.latest_case("zendesk", "35436", account="demo").case
    sent = decision(Verb.EDIT, sent="Hola, [PERSONA_1].", original="Hola, Baldomero.", draft=0)
    office.records.store.decide(first.id, sent, account="demo")
    office.receive(signed(Kind.ZENDESK, payload("zendesk_comment_added")), "zendesk")
    office.work()
    second = office.handled[1]
    assert [turn.role for turn in second.thread] == ["customer", "agent"]
    assert "el sérum me ha llegado abierto" in second.thread[0].text
    assert second.thread[1].text == "Hola, Baldomero."
    assert office.desk.latest_case("zendesk", "35436", account="demo").case.thread_version == 3
    assert office.records.verify().ok


def test_after_their_retention_the_redacted_words_stand_in(office: Office):
    office.receive(signed(Kind.ZENDESK, payload("zendesk_ticket_created")), "zendesk")
    office.work()
    office.clock.move(days=400)
    office.records.vault.purge(actor="test")
    body = payload("zendesk_comment_added")
    office.receive(signed(Kind.ZENDESK, body, at=office.clock.at), "zendesk")
    office.work()
    assert "[PERSONA_1]" in office.handled[1].thread[0].text


def test_other_conversations_are_not_mixed_in(office: Office):
    office.receive(signed(Kind.ZENDESK, payload("zendesk_ticket_created")), "zendesk")
    office.work()
    other = payload("zendesk_comment_added", detail__id="35437", id="another")
    office.receive(signed(Kind.ZENDESK, other), "zendesk")
    office.work()
    assert office.handled[1].thread == ()


def test_a_draft_that_the_thread_outran_says_so(office: Office):
    office.receive(chatwoot(office.clock, delivery="d-1"))
    office.receive(
        chatwoot(office.clock, delivery="d-2", id=130, content="Se me olvidaba: tengo la piel atópica.")
    )
    office.work()
    first, second = (str(note.json["content"]) for note in office.notes.sent)
    assert "AVISO: el cliente ha escrito después" in first
    assert "AVISO" not in second


def test_a_message_waits_for_the_one_before_it(office: Office):
    office.receive(chatwoot(office.clock, delivery="d-1"))
    office.receive(chatwoot(office.clock, delivery="d-2", id=130))
    office.receive(chatwoot(office.clock, delivery="d-3", id=131, conversation__id=11))
    first, other = office.inbox.claim(InboundState.RECEIVED), office.inbox.claim(InboundState.RECEIVED)
    assert first is not None
    assert other is not None
    assert first.work.message.id == "chatwoot:10:118"
    assert other.work.message.id == "chatwoot:11:131"
    assert office.inbox.claim(InboundState.RECEIVED) is None


def test_one_that_cannot_be_opened_does_not_hold_up_the_rest(office: Office):
    office.receive(chatwoot(office.clock, delivery="d-1"))
    with office.records.database.write() as session:
        session.execute(text("UPDATE inbound SET key_id = 'gone'"))
    office.receive(chatwoot(office.clock, delivery="d-2", id=130))
    office.work()
    assert [message.id for message in office.handled] == ["chatwoot:10:130"]
    assert office.inbox.counts()["failed"] == 1


def test_a_case_is_shown_to_its_own_account_alone(office: Office):
    office.receive(recorded(Kind.CHATWOOT))
    with pytest.raises(CaseNotFoundError):
        office.desk.latest_case("chatwoot", "10", account="demo")
    office.work()
    with pytest.raises(CaseNotFoundError):
        office.desk.latest_case("chatwoot", "11", account="demo")
    with pytest.raises(EndpointNotFoundError):
        office.desk.latest_case("chatwoot", "10", account="otra")
    every = office.desk.latest_case("chatwoot", "10", account="*")  # a key of all accounts sees all
    assert every == office.desk.latest_case("chatwoot", "10", account="demo")


def test_nothing_is_acknowledged_that_was_not_kept(office: Office, monkeypatch: pytest.MonkeyPatch):
    def away(*_: object) -> Callable[..., None]:
        raise StoreUnavailableError("away")

    monkeypatch.setattr(office.records.database, "write", away)
    with pytest.raises(StoreUnavailableError):
        office.receive(recorded(Kind.CHATWOOT))
