"""What a person may decide, and what is kept of it."""

import json

import pytest
from sqlalchemy import text

from cases.case import Case
from cases.decisions import CaseStatus, DecisionRecord, Outcome, Verb
from cases.errors import (
    CaseAlreadyDecidedError,
    CaseError,
    CaseNotFoundError,
    DecisionError,
    DecisionNotAllowedError,
    ThreadVersionStaleError,
)
from cases.identifiers import new_case_id
from cases.outbox import Event, EventType
from cases.records import Records
from models.text import RawText, RedactedText
from policies.vocabulary import Disposition, Visibility
from tests.cases.samples import DRAFT, RECEIVED, Clock, case, decision, draft, pending, record

ONE = case()
TWO = case(drafts=(draft("Público.", Visibility.PUBLIC), draft()))
NONE = case(drafts=(), disposition=Disposition.NO_REPLY, allowed_decisions=("respond", "ignore", "escalate"))
PUBLIC_ONLY = case(allowed_decisions=("accept", "ignore"))


@pytest.mark.parametrize(
    ("made", "given", "status", "outcome", "which", "sent", "distance"),
    [
        (ONE, decision(Verb.ACCEPT), "sent", "sent_unedited", 0, DRAFT, 0.0),
        (ONE, decision(Verb.ACCEPT, draft=0, sent=DRAFT), "sent", "sent_unedited", 0, DRAFT, 0.0),
        (TWO, decision(Verb.ACCEPT, draft=0), "sent", "sent_unedited", 0, "Público.", 0.0),
        (ONE, decision(Verb.EDIT, sent=DRAFT + "!"), "sent", "sent_edited", 0, DRAFT + "!", 0.0112),
        (ONE, decision(Verb.EDIT, sent=DRAFT), "sent", "sent_unedited", 0, DRAFT, 0.0),
        (TWO, decision(Verb.EDIT, draft=0, sent="Publico."), "sent", "sent_edited", 0, "Publico.", 0.125),
        (ONE, decision(Verb.RESPOND, sent="Hola."), "sent", "discarded", None, "Hola.", None),
        (ONE, decision(Verb.RESPOND, draft=0, sent="Hola."), "sent", "discarded", 0, "Hola.", 0.9432),
        (NONE, decision(Verb.RESPOND, sent="Hola."), "sent", "discarded", None, "Hola.", None),
        (ONE, decision(Verb.IGNORE), "ignored", "discarded", None, None, None),
        (ONE, decision(Verb.ESCALATE), "escalated", "undecided", None, None, None),
    ],
)
def test_each_verb_keeps_what_became_of_the_draft(
    records: Records,
    made: Case,
    given: DecisionRecord,
    status: str,
    outcome: str,
    which: int | None,
    sent: str | None,
    distance: float | None,
):
    made = made.model_copy(update={"id": new_case_id()})
    record(records, made)
    recorded = records.store.decide(made.id, given, account="demo")
    assert (recorded.outcome, recorded.draft, recorded.sent_text) == (outcome, which, sent)
    assert recorded.edit_distance == distance
    assert (recorded.number, recorded.decided_by, recorded.decided_at) == (1, "key_agent", RECEIVED)
    stored = records.store.get(made.id, account="demo")
    assert (stored.status, stored.decisions) == (status, (recorded,))
    assert stored.case == made
    assert records.verify().ok


@pytest.mark.parametrize(
    ("made", "given", "error", "message"),
    [
        (
            NONE,
            decision(Verb.ACCEPT),
            DecisionNotAllowedError,
            "allows: respond, ignore, escalate; not accept",
        ),
        (PUBLIC_ONLY, decision(Verb.RESPOND, sent="x"), DecisionNotAllowedError, "not respond"),
        (ONE, decision(Verb.IGNORE, thread_version=2), ThreadVersionStaleError, "since version 2"),
        (ONE, decision(Verb.IGNORE, thread_version=0), ThreadVersionStaleError, "since version 0"),
        (TWO, decision(Verb.ACCEPT), DecisionError, "which of the 2 drafts"),
        (TWO, decision(Verb.ACCEPT, draft=2), DecisionError, "has 2, counted from 0"),
        (TWO, decision(Verb.ACCEPT, draft=-1), DecisionError, "has 2, counted from 0"),
        (ONE, decision(Verb.ACCEPT, sent=DRAFT + "!"), DecisionError, "record it as edit"),
        (ONE, decision(Verb.EDIT), DecisionError, "edit: the text sent is missing"),
        (ONE, decision(Verb.RESPOND), DecisionError, "respond: the text sent is missing"),
        (ONE, decision(Verb.RESPOND, sent=" \n"), DecisionError, "empty"),
        (ONE, decision(Verb.IGNORE, sent="x"), DecisionError, "ignore: nothing is sent"),
        (ONE, decision(Verb.ESCALATE, draft=0), DecisionError, "escalate: nothing is sent"),
    ],
)
def test_a_decision_that_cannot_be_is_refused_and_leaves_no_trace(
    records: Records, made: Case, given: DecisionRecord, error: type[CaseError], message: str
):
    made = made.model_copy(update={"id": new_case_id()})
    record(records, made)
    head = records.verify().head
    with pytest.raises(error, match=message):
        records.store.decide(made.id, given, account="demo")
    stored = records.store.get(made.id, account="demo")
    assert (stored.status, stored.decisions) == (CaseStatus.OPEN, ())
    assert records.verify().head == head


@pytest.mark.parametrize("closing", [decision(Verb.ACCEPT), decision(Verb.IGNORE)])
@pytest.mark.parametrize("verb", [Verb.IGNORE, Verb.ESCALATE, Verb.ACCEPT])
def test_a_closed_case_stays_closed(records: Records, closing: DecisionRecord, verb: Verb):
    made = record(records).stored.case
    records.store.decide(made.id, closing, account="demo")
    with pytest.raises(CaseAlreadyDecidedError):
        records.store.decide(made.id, decision(verb), account="demo")
    assert len(records.store.get(made.id, account="demo").decisions) == 1


def test_an_escalated_case_is_decided_by_somebody_else_once(records: Records, clock: Clock):
    made = record(records).stored.case
    note = RedactedText("Pregunta por un medicamento; lo mira [PERSONA_9].")
    records.store.decide(made.id, decision(Verb.ESCALATE, note=note), account="demo")
    with pytest.raises(CaseAlreadyDecidedError, match="already escalated"):
        records.store.decide(made.id, decision(Verb.ESCALATE), account="demo")
    clock.move(hours=2)
    records.store.decide(made.id, decision(Verb.ACCEPT, decided_by="key_expert"), account="demo")
    first, second = records.store.get(made.id, account="demo").decisions
    assert (first.number, first.decided_by, first.note) == (1, "key_agent", note.value)
    assert (second.number, second.decided_by, second.outcome) == (2, "key_expert", Outcome.SENT_UNEDITED)
    assert (second.decided_at - first.decided_at).total_seconds() == 7200
    with pytest.raises(CaseAlreadyDecidedError, match="already sent"):
        records.store.decide(made.id, decision(Verb.IGNORE), account="demo")


def test_a_superseded_case_is_stale(records: Records):
    first = record(records, case(message_id="m-1")).stored.case
    record(records, case(message_id="m-1"), vault_entries={"MESSAGE": RawText("Otra cosa")})
    with pytest.raises(ThreadVersionStaleError):
        records.store.decide(first.id, decision(Verb.ACCEPT), account="demo")


def test_what_was_sent_is_redacted_on_record_and_whole_in_the_vault(records: Records):
    made = record(records).stored.case
    sent = decision(Verb.RESPOND, sent="Hola, [PERSONA_1].", original="Hola, Remedios Quiñonero.")
    records.store.decide(made.id, sent, account="demo")
    assert records.store.get(made.id, account="demo").decisions[0].sent_text == "Hola, [PERSONA_1]."
    original = records.vault.reveal(made.id, "SENT:1", actor="key_auditor", account="demo")
    assert original == RawText("Hola, Remedios Quiñonero.")


def test_events_go_with_the_decision(records: Records):
    made = record(records, events=()).stored.case
    event = Event(EventType.EXPERT_REVIEW_REQUESTED, {"queue": "medical"})
    records.store.decide(made.id, decision(Verb.ESCALATE), account="demo", events=[event])
    assert [(waiting.type, waiting.case_id) for waiting in pending(records)] == [(event.type, made.id)]


def test_the_audit_log_tells_of_the_decision_without_its_words(records: Records):
    made = record(records).stored.case
    given = decision(Verb.RESPOND, sent="Hola, [PERSONA_1].", note=RedactedText("Una nota."))
    records.store.decide(made.id, given, account="demo")
    with records.database.read() as session:
        query = text("SELECT actor, action, case_id, payload FROM audit_log WHERE seq = 2")
        actor, action, case_id, payload = session.execute(query).one()
    assert (actor, action, case_id) == ("key_agent", "decision.recorded", made.id)
    told = json.loads(payload)
    assert told.pop("seal")
    assert told == {"number": 1, "decision": "respond", "outcome": "discarded", "edit_distance": None}


def test_an_unknown_case_cannot_be_decided(records: Records):
    with pytest.raises(CaseNotFoundError):
        records.store.decide(new_case_id(), decision(Verb.IGNORE), account="demo")
