"""What agents do in the helpdesk, read back: which draft was sent, how much was changed, what a closing ends."""

from pathlib import Path
from typing import Any

import pytest

from cases.case import CaseFlag
from cases.decisions import CaseStatus, Outcome, RecordedDecision, Verb
from cases.records import Records
from cases.stored import StoredCase
from cases.webhooks.desk import Answer
from cases.webhooks.endpoints import Kind
from cases.webhooks.inbound import Ignored, Reason
from cases.webhooks.inbox import SETTLE
from cases.webhooks.outcomes import Closing, Reply
from cases.webhooks.readers import read_payload
from policies.vocabulary import Flag
from tests.cases.samples import DRAFT, Clock, draft, flag
from tests.cases.webhooks.senders import endpoint, payload, signed
from tests.cases.webhooks.test_desk import Office

EDITED = DRAFT + " Un saludo."
OWN = "Le paso con mi compañera de tienda."


@pytest.fixture
def office(records: Records, tmp_path: Path, clock: Clock) -> Office:
    return Office(records, tmp_path, clock)


def send(office: Office, name: str, **changes: Any) -> Answer:
    office.clock.at = office.clock.at.replace(microsecond=0)
    number = len(office.counted)
    body = payload(name, **changes)
    kind = Kind(name.partition("_")[0])
    request = signed(kind, body, at=office.clock.at, delivery=f"d-{number}")
    return office.receive(request, kind.value)


def customer(office: Office, message: int = 118, *, flags: tuple[CaseFlag, ...] = ()) -> StoredCase:
    office.pipeline.changes = {"flags": flags}
    send(office, "chatwoot_message_created", id=message, conversation__messages=[])
    office.work()
    return office.desk.latest_case("chatwoot", "10", account="demo")


def agent(office: Office, text: str, message: int = 131) -> None:
    assert send(office, "chatwoot_agent_reply", id=message, content=text) is Answer.ACCEPTED
    office.work()


def again(office: Office, one: StoredCase) -> StoredCase:
    return office.records.store.get(one.case.id, account="demo")


def only(one: StoredCase) -> RecordedDecision:
    (made,) = one.decisions
    return made


def test_what_a_reply_is_read_as():
    found = read_payload(
        endpoint(Kind.CHATWOOT), {"x-chatwoot-delivery": "d"}, payload("chatwoot_agent_reply")
    )
    text = "Hola, Remedios. Renuévalo cada dos horas y después de cada baño."
    assert found == Reply(text, "10", "131", "d", "1")
    assert "Remedios" not in repr(found)
    body = payload("zendesk_comment_added", event__comment__author={"id": "84", "is_staff": True})
    found = read_payload(endpoint(Kind.ZENDESK), {}, body)
    assert isinstance(found, Reply)
    assert (found.conversation, found.message_id, found.agent) == ("35436", "8447388090495", "84")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"private": True}, Reason.PRIVATE),
        ({"private": None}, Reason.OUTGOING),
        ({"sender__type": "agent_bot"}, Reason.OUTGOING),
        ({"sender": None}, Reason.OUTGOING),
        ({"message_type": "template"}, Reason.OUTGOING),
        ({"account__id": 4}, Reason.OTHER_ACCOUNT),
        ({"content": " "}, Reason.NO_TEXT),
        ({"content": "a" * 20_001}, Reason.TOO_LONG),
    ],
)
def test_what_is_no_reply_of_an_agent(changes: dict[str, Any], reason: Reason):
    body = payload("chatwoot_agent_reply", **changes)
    assert read_payload(endpoint(Kind.CHATWOOT), {}, body) == Ignored(reason)


@pytest.mark.parametrize(
    ("kind", "name", "changes", "expected"),
    [
        (Kind.CHATWOOT, "chatwoot_status_changed", {}, Closing("10", "d")),
        (Kind.CHATWOOT, "chatwoot_status_changed", {"event": "conversation_resolved"}, Closing("10", "d")),
        (Kind.CHATWOOT, "chatwoot_status_changed", {"status": "open"}, Ignored(Reason.UNKNOWN_EVENT)),
        (Kind.CHATWOOT, "chatwoot_status_changed", {"messages": []}, Ignored(Reason.OTHER_ACCOUNT)),
        (
            Kind.CHATWOOT,
            "chatwoot_status_changed",
            {"messages": [{"account_id": 4}]},
            Ignored(Reason.OTHER_ACCOUNT),
        ),
        (
            Kind.ZENDESK,
            "zendesk_status_changed",
            {},
            Closing("35436", "b0c1a7de-3f2a-4c59-9d83-0e8f7f2a6610", "8447388090001"),
        ),
        (
            Kind.ZENDESK,
            "zendesk_status_changed",
            {"event__current": "PENDING"},
            Ignored(Reason.UNKNOWN_EVENT),
        ),
        (Kind.ZENDESK, "zendesk_status_changed", {"event": None}, Ignored(Reason.UNKNOWN_EVENT)),
    ],
)
def test_closings(kind: Kind, name: str, changes: dict[str, Any], expected: Closing | Ignored):
    found = read_payload(endpoint(kind), {"x-chatwoot-delivery": "d"}, payload(name, **changes))
    assert found == expected


@pytest.mark.parametrize(
    ("text", "verb", "outcome", "counted"),
    [
        (DRAFT, Verb.ACCEPT, Outcome.SENT_UNEDITED, "draft_accepted"),
        (f"\r\n{DRAFT}  ", Verb.ACCEPT, Outcome.SENT_UNEDITED, "draft_accepted"),
        (EDITED, Verb.EDIT, Outcome.SENT_EDITED, "draft_edited"),
        (OWN, Verb.RESPOND, Outcome.DISCARDED, "own_reply"),
    ],
)
def test_a_reply_is_the_decision(office: Office, text: str, verb: Verb, outcome: Outcome, counted: str):
    one = customer(office)
    agent(office, text)
    made = only(again(office, one))
    assert (made.decision, made.outcome, made.decided_by) == (verb, outcome, "webhook:chatwoot:1")
    assert again(office, one).status is CaseStatus.SENT
    assert (made.edit_distance or 0) > 0 or verb is not Verb.EDIT
    assert ("chatwoot", counted) in office.counted
    assert office.inbox.counts()["done"] == 2


def test_the_nearest_of_two_drafts(office: Office):
    office.pipeline.changes = {"drafts": (draft("Escríbenos por privado y lo vemos."), draft(DRAFT))}
    send(office, "chatwoot_message_created")
    office.work()
    agent(office, EDITED)
    made = only(office.desk.latest_case("chatwoot", "10", account="demo"))
    assert (made.decision, made.draft) == (Verb.EDIT, 1)


def test_earlier_messages_are_answered_along_but_a_flagged_one_waits(office: Office):
    flagged = customer(office, 118, flags=(flag(Flag.ADVERSE_EVENT),))
    plain = customer(office, 119)
    newest = customer(office, 120)
    agent(office, OWN)
    assert only(again(office, newest)).decision is Verb.RESPOND
    made = only(again(office, plain))
    assert (made.decision, made.note) == (Verb.IGNORE, f"Contestado junto con el caso {newest.case.id}")
    assert again(office, flagged).status is CaseStatus.OPEN


def test_a_second_reply_and_a_conversation_that_never_came_here_change_nothing(office: Office):
    one = customer(office)
    agent(office, DRAFT)
    agent(office, OWN, message=132)
    assert only(again(office, one)).decision is Verb.ACCEPT
    assert office.counted[-1] == ("chatwoot", "reply_without_open_case")
    assert send(office, "chatwoot_agent_reply", id=133, conversation__id=11) is Answer.IGNORED
    assert sum(office.inbox.counts().values()) == 3


def test_the_same_reply_by_two_hooks_is_one(office: Office):
    customer(office)
    agent(office, DRAFT)
    assert send(office, "chatwoot_agent_reply", content=DRAFT) is Answer.DUPLICATE


def test_a_reply_before_its_case_is_made_waits_for_it(office: Office):
    send(office, "chatwoot_message_created")
    send(office, "chatwoot_agent_reply", content=DRAFT)
    office.work()
    assert only(office.desk.latest_case("chatwoot", "10", account="demo")).decision is Verb.ACCEPT
    (note,) = office.notes.sent
    assert "AVISO" not in str(note.json)  # the agent wrote, not the customer


@pytest.mark.parametrize(("text", "verb"), [(DRAFT, Verb.ACCEPT), (EDITED, Verb.EDIT), (OWN, Verb.RESPOND)])
def test_a_reply_recorded_by_an_attempt_cut_short_is_given_to_no_other_case(
    office: Office, text: str, verb: Verb
):
    flagged = customer(office, 118, flags=(flag(Flag.ADVERSE_EVENT),))
    newest = customer(office, 119)
    office.cut_short = True
    send(office, "chatwoot_agent_reply", content=text)
    office.work()
    assert only(again(office, newest)).decision is verb
    assert office.inbox.counts()["received"] == 1
    office.clock.move(minutes=3)
    office.work()
    assert again(office, flagged).decisions == ()
    assert only(again(office, newest)).decision is verb
    assert office.inbox.counts()["received"] == 0


def test_a_closing_ends_what_was_answered_and_what_nobody_answers(office: Office):
    answered = customer(office)
    agent(office, DRAFT)
    unanswered = customer(office, 140)
    flagged = customer(office, 141, flags=(flag(Flag.ADVERSE_EVENT),))
    assert send(office, "chatwoot_status_changed") is Answer.ACCEPTED
    office.clock.at += SETTLE
    office.work()
    assert office.resolved == [(answered.case.id, "webhook:chatwoot")]
    assert again(office, unanswered).status is CaseStatus.IGNORED
    assert again(office, flagged).status is CaseStatus.OPEN
    assert office.counted[-1] == ("chatwoot", "closed_left_open")


def test_what_was_said_is_not_kept_in_the_inbox(office: Office, tmp_path: Path):
    customer(office)
    send(office, "chatwoot_agent_reply", content="Soy Quintanapalla y le respondo yo.")
    written = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert b"Quintanapalla" not in written
