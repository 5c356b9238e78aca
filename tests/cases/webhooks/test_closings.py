"""Replies and closings that come together, in any order, more than once; and drafts that the customer overtakes."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from cases.decisions import CaseStatus, Verb
from cases.outbox import EventType
from cases.records import Records
from cases.stored import StoredCase
from cases.tables import OutboxRow
from cases.webhooks.desk import Answer
from cases.webhooks.endpoints import Kind
from cases.webhooks.inbox import SETTLE
from cases.webhooks.stale import tell_stale
from policies.vocabulary import Flag
from tests.cases.samples import DRAFT, Clock, flag
from tests.cases.webhooks.senders import payload, signed
from tests.cases.webhooks.test_desk import Office

TICKET = {Kind.ZENDESK: "35436", Kind.ZAMMAD: "81"}


@pytest.fixture
def office(records: Records, tmp_path: Path, clock: Clock) -> Office:
    return Office(records, tmp_path, clock)


class Desk:
    """One ticket of a vendor's, before the office."""

    def __init__(self, office: Office, kind: Kind) -> None:
        self.office, self.kind, self._sent = office, kind, 0

    def tells(self, name: str, **changes: Any) -> Answer:
        self._sent += 1
        at = self.office.clock.at = self.office.clock.at.replace(microsecond=0)
        body = payload(f"{self.kind.value}_{name}", **changes)
        return self.office.receive(
            signed(self.kind, body, at=at, delivery=f"d-{self._sent}"), self.kind.value
        )

    def newest(self) -> StoredCase:
        return self.office.desk.latest_case(self.kind.value, TICKET[self.kind], account="demo")

    def counted(self) -> list[str]:
        return [outcome for name, outcome in self.office.counted if name == self.kind.value]


def zendesk(office: Office) -> Desk:
    desk = Desk(office, Kind.ZENDESK)
    assert desk.tells("comment_added", id="e-1") is Answer.ACCEPTED
    office.work()
    return desk


def zendesk_reply(desk: Desk, text: str, number: int = 901) -> Answer:
    comment = {"author": {"id": "84", "is_staff": True}, "body": text, "id": str(number), "is_public": True}
    return desk.tells("comment_added", id=f"e-{number}", event__comment=comment)


def zammad(office: Office, **changes: Any) -> Desk:
    desk = Desk(office, Kind.ZAMMAD)
    assert desk.tells("article", **changes) is Answer.ACCEPTED
    office.work()
    return desk


def test_a_closing_that_comes_before_its_reply_waits_for_it(office: Office):
    desk = zendesk(office)
    desk.tells("status_changed", id="e-2")
    office.work()
    assert desk.newest().status is CaseStatus.OPEN
    office.clock.move(seconds=SETTLE.total_seconds() - 1)
    zendesk_reply(desk, DRAFT)
    office.work()
    (made,) = desk.newest().decisions
    assert made.decision is Verb.ACCEPT
    assert office.resolved == []
    office.clock.move(seconds=1)
    office.work()
    assert office.resolved == [(desk.newest().case.id, "webhook:zendesk:8447388090001")]
    assert desk.newest().decisions == (made,)


def test_a_closing_waits_for_a_reply_that_cannot_be_recorded_yet(office: Office):
    desk = zendesk(office)
    desk.tells("status_changed", id="e-2")
    zendesk_reply(desk, DRAFT)
    office.cut_short = True  # the reply's attempt ends in an error, after its record
    office.work()
    office.clock.move(seconds=SETTLE.total_seconds())
    assert office.inbox.counts()["received"] == 2
    office.work()
    office.clock.move(minutes=1)
    office.work()
    assert office.inbox.counts()["received"] == 0
    assert [made.decision for made in desk.newest().decisions] == [Verb.ACCEPT]
    assert len(office.resolved) == 1


def test_a_closing_holds_up_no_message_of_the_customer(office: Office):
    desk = zendesk(office)
    first = desk.newest().case.id
    desk.tells("status_changed", id="e-2")
    desk.tells("comment_added", id="e-3", event__comment__id="902", event__comment__body="Una cosa más")
    office.work()
    assert desk.newest().case.id != first
    office.clock.move(seconds=SETTLE.total_seconds())
    office.work()
    # The closing was of what came before it: the message after it is not dropped.
    assert desk.newest().status is CaseStatus.OPEN
    assert office.records.store.get(first, account="demo").status is CaseStatus.IGNORED


def test_a_closing_under_a_clock_put_back_is_worked_all_the_same(office: Office):
    desk = zendesk(office)
    office.clock.move(days=2)
    desk.tells("status_changed", id="e-2")
    office.clock.move(days=-2)
    office.work()
    assert desk.newest().status is CaseStatus.IGNORED


def test_answered_and_closed_with_one_click(office: Office):
    desk = zammad(office)
    assert desk.tells("agent_reply", article__body=DRAFT, ticket__state="closed") is Answer.ACCEPTED
    office.work()
    assert [made.decision for made in desk.newest().decisions] == [Verb.ACCEPT]
    assert office.resolved == [(desk.newest().case.id, "webhook:zammad:5")]
    assert desk.counted()[-2:] == ["draft_accepted", "closed"]


def test_answered_and_closed_leaves_a_flagged_earlier_case_open(office: Office):
    office.pipeline.changes = {"flags": (flag(Flag.ADVERSE_EVENT),)}
    desk = zammad(office)
    flagged = desk.newest().case.id
    office.pipeline.changes = {}
    desk.tells("article", article__id=105)
    office.work()
    desk.tells("agent_reply", article__body=DRAFT, ticket__state="closed")
    office.work()
    assert office.records.store.get(flagged, account="demo").status is CaseStatus.OPEN
    assert desk.newest().status is CaseStatus.SENT
    assert desk.counted()[-1] == "closed_left_open"


def test_cut_short_between_the_reply_and_the_closing_both_are_recorded_once(office: Office):
    desk = zammad(office)
    office.cut_short = True
    desk.tells("agent_reply", article__body=DRAFT, ticket__state="closed")
    office.work()
    assert office.resolved == []
    office.clock.move(minutes=1)
    office.work()
    assert [made.decision for made in desk.newest().decisions] == [Verb.ACCEPT]
    assert office.resolved == [(desk.newest().case.id, "webhook:zammad:5")]


def test_a_known_reply_that_comes_again_with_the_closing_closes(office: Office):
    desk = zammad(office)
    desk.tells("agent_reply", article__body=DRAFT)
    assert desk.tells("agent_reply", article__body=DRAFT) is Answer.DUPLICATE
    closing = {"article__body": DRAFT, "ticket__state": "closed"}
    assert desk.tells("agent_reply", **closing) is Answer.ACCEPTED
    assert desk.tells("agent_reply", **closing) is Answer.DUPLICATE
    office.work()
    office.clock.move(seconds=SETTLE.total_seconds())
    office.work()
    assert len(desk.newest().decisions) == 1
    assert len(office.resolved) == 1


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        (DRAFT.replace(". ", ".</p>\n<p>"), Verb.ACCEPT),  # the same words in two paragraphs
        (DRAFT.replace("sentimos", "lamentamos"), Verb.EDIT),
    ],
)
def test_paragraphs_are_no_edit(office: Office, text: str, verb: Verb):
    desk = zammad(office)
    desk.tells("agent_reply", article__body=f"<p>{text}</p>")
    office.work()
    assert [made.decision for made in desk.newest().decisions] == [verb]


def told_stale(records: Records, case_id: str) -> list[dict[str, Any]]:
    query = select(OutboxRow.data).where(
        OutboxRow.case_id == case_id, OutboxRow.type == EventType.DRAFT_STALE.value
    )
    with records.database.read() as session:
        return [json.loads(data) for data in session.scalars(query)]


def test_a_draft_that_the_customer_overtakes_is_told_of_once(office: Office):
    desk = zammad(office)
    first = desk.newest().case
    desk.tells("article", article__id=105)
    office.work()
    second = desk.newest().case
    assert second.thread_version > first.thread_version
    stale = {"superseded_by": second.id, "thread_version": first.thread_version}
    assert told_stale(office.records, first.id) == [stale]
    assert tell_stale(office.records, (first.id,), second.id, account="demo") == 0
    assert tell_stale(office.records, (first.id,), first.id, account="demo") == 0
    assert tell_stale(office.records, (first.id,), second.id, account="otra") == 0
    assert told_stale(office.records, first.id) == [stale]


def test_an_answered_draft_is_not_stale(office: Office):
    desk = zammad(office)
    first = desk.newest().case.id
    desk.tells("agent_reply", article__body=DRAFT)
    desk.tells("article", article__id=107)
    office.work()
    assert told_stale(office.records, first) == []


def test_the_wait_of_a_closing_is_short_beside_the_shortest_clock():
    assert timedelta(seconds=1) < SETTLE < timedelta(minutes=1)
