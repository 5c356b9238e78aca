"""Each event once to each subscription, whoever claims it, whoever dies; given up at last, and taken up again."""

import json
import threading
from datetime import UTC, timedelta

import pytest

from cases.events.deliveries import GONE, LEASE, Deliveries, DeliveryState
from cases.events.dispatcher import HAND, Dispatcher
from cases.events.sender import Attempt
from cases.events.subscriptions import Subscription, Subscriptions
from cases.outbox import EventType
from cases.records import Records
from policies.vocabulary import Flag
from tests.cases.events.receiver import subscription, subscriptions
from tests.cases.samples import RAW_TEXT, Clock, case, flag, pending, record

DESK = subscription("https://desk.example/", "desk")
PV = subscription("https://pv.example/", "pv", events=frozenset({EventType.ADVERSE_EVENT_SUSPECTED}))
OTHER = subscription("https://other.example/", "other", account="other")


class Sender:
    """Answers as it is told to, and keeps what it sent."""

    def __init__(self, *answers: Attempt) -> None:
        self.sent: list[tuple[str, str, bytes]] = []
        self.answers = list(answers)

    def send(self, to: Subscription, event_id: str, body: bytes) -> Attempt:
        self.sent.append((to.name, event_id, body))
        return self.answers.pop(0) if self.answers else Attempt(200)


@pytest.fixture
def deliveries(records: Records, clock: Clock) -> Deliveries:
    return Deliveries(records.database, clock)


def one_event(records: Records, deliveries: Deliveries, *to: Subscription) -> str:
    record(records)
    assert deliveries.route(subscriptions(*(to or (DESK,)))) == 1
    return records_event(deliveries)


def records_event(deliveries: Deliveries) -> str:
    return deliveries.list()[0].event_id


def test_an_event_is_written_down_once_for_each_that_wants_it(records: Records, deliveries: Deliveries):
    record(records, case(flags=(flag(Flag.ADVERSE_EVENT),)))
    all_three = subscriptions(DESK, PV, OTHER)
    assert deliveries.route(all_three) == 3
    assert deliveries.route(all_three) == 0
    assert pending(records) == []
    found = [(one.type, one.subscription, one.state) for one in deliveries.list()]
    assert found == [
        (EventType.DRAFT_READY, "desk", DeliveryState.PENDING),
        (EventType.CASE_FLAGGED, "desk", DeliveryState.PENDING),
        (EventType.ADVERSE_EVENT_SUSPECTED, "desk", DeliveryState.PENDING),
        (EventType.ADVERSE_EVENT_SUSPECTED, "pv", DeliveryState.PENDING),
    ]
    assert deliveries.counts() == {"unrouted": 0, "pending": 4, "delivered": 0, "dead": 0}


def test_the_body_holds_ids_and_codes_and_no_text(records: Records, deliveries: Deliveries):
    made = record(records, case(flags=(flag(Flag.MINOR),))).stored.case
    deliveries.route(subscriptions(DESK))
    task = deliveries.claim(["desk"])
    assert task is not None
    body = json.loads(task.body)
    assert body == {
        "type": "case.flagged",
        "timestamp": "2026-11-18T10:00:00.000000+00:00",
        "data": {
            "case_id": made.id,
            "account": "demo",
            "disposition": "acknowledge",
            "priority": "p2",
            "queue": "care",
            "thread_version": 1,
            "flags": ["minor"],
        },
    }
    for word in (*RAW_TEXT.split()[1:], made.redacted_text, made.drafts[0].text):
        assert len(word) < 5 or word.encode() not in task.body


def test_a_claim_is_for_one_until_the_lease_ends(records: Records, deliveries: Deliveries, clock: Clock):
    event_id = one_event(records, deliveries)
    first = deliveries.claim(["desk"])
    assert first is not None
    assert deliveries.claim(["desk"]) is None
    clock.at += LEASE
    second = deliveries.claim(["desk"])
    assert second is not None
    assert (second.event_id, second.body, second.attempts) == (event_id, first.body, 2)
    # The first one comes back late: its failure changes nothing, its success counts.
    deliveries.again(first, after=timedelta(hours=9), status=500, error="refused")
    deliveries.dead(first, status=500, error="refused")
    assert deliveries.list()[0].state is DeliveryState.PENDING
    deliveries.delivered([(first, 200)])
    deliveries.again(second, after=timedelta(0), status=None, error="timeout")
    assert [(one.state, one.status) for one in deliveries.list()] == [(DeliveryState.DELIVERED, 200)]
    assert deliveries.claim(["desk"]) is None


def test_subscriptions_that_are_no_more_wait(records: Records, deliveries: Deliveries):
    one_event(records, deliveries)
    assert deliveries.claim(["pv"]) is None
    assert deliveries.claim([]) is None
    assert deliveries.claim(["desk"]) is not None


def dispatch(deliveries: Deliveries, sender: Sender, *to: Subscription, chance: float = 0.0) -> Dispatcher:
    return Dispatcher(deliveries, subscriptions(*(to or (DESK,))), sender, chance=lambda: chance)


def test_waits_grow_and_end_in_a_dead_letter_that_can_be_taken_up(
    records: Records, deliveries: Deliveries, clock: Clock
):
    event_id = one_event(records, deliveries)
    sender = Sender(*[Attempt(500, "refused")] * 3)
    made = dispatch(deliveries, sender)
    for wait in (5, 300):
        assert made.deliver_next()
        assert not made.deliver_next()
        clock.move(seconds=wait - 1)
        assert not made.deliver_next()
        clock.move(seconds=1)
    assert made.deliver_next()
    (letter,) = deliveries.list(state=DeliveryState.DEAD)
    assert (letter.attempts, letter.status, letter.error) == (3, 500, "refused")
    clock.move(days=30)
    assert not made.deliver_next()
    assert deliveries.retry(event_ids=["evt_other"]) == 0
    assert deliveries.retry(subscription="pv") == 0
    assert deliveries.retry(event_ids=[event_id]) == 1
    assert made.deliver_next()
    assert {sent[1] for sent in sender.sent} == {event_id}
    assert len({sent[2] for sent in sender.sent}) == 1
    assert deliveries.counts()["delivered"] == 1
    assert (made.tally.put_off, made.tally.dead, made.tally.delivered) == (2, 1, 1)


def test_jitter_lengthens_and_retry_after_is_honoured(records: Records, deliveries: Deliveries, clock: Clock):
    one_event(records, deliveries)
    sender = Sender(Attempt(500, "refused"), Attempt(429, "refused", 7200))
    made = dispatch(deliveries, sender, chance=1.0)
    began = clock.at
    made.deliver_next()
    assert deliveries.list()[0].due_at == began + timedelta(seconds=6)
    clock.move(seconds=6)
    made.deliver_next()
    assert deliveries.list()[0].due_at == clock.at + timedelta(seconds=7200)


def test_a_receiver_that_is_gone_is_switched_off_until_somebody_retries(
    records: Records, deliveries: Deliveries
):
    for _ in range(2):
        record(records)
    deliveries.route(subscriptions(DESK))
    sender = Sender(Attempt(410, "gone"))
    made = dispatch(deliveries, sender)
    assert made.deliver_next()
    assert not made.deliver_next()
    record(records)
    deliveries.route(subscriptions(DESK))
    assert [one.error for one in deliveries.list(state=DeliveryState.DEAD)] == [GONE] * 3
    assert len(sender.sent) == 1
    assert deliveries.retry() == 3
    while made.deliver_next():
        pass
    assert deliveries.counts()["delivered"] == 3


def test_a_receiver_that_hangs_does_not_hold_the_others_up(records: Records, deliveries: Deliveries):
    second = subscription("https://two.example/", "two")
    events = HAND + 1  # more than one thread takes at once
    for _ in range(events):
        record(records)
    deliveries.route(subscriptions(DESK, second))
    hanging, busy = threading.Event(), threading.Semaphore(0)

    class Hangs(Sender):
        def send(self, to: Subscription, event_id: str, body: bytes) -> Attempt:
            if to.name == "desk":
                busy.release()
                assert hanging.wait(10)
            return super().send(to, event_id, body)

    sender = Hangs()
    made = Dispatcher(deliveries, subscriptions(DESK, second), sender, at_once=4, chance=lambda: 0.0)

    def work() -> None:
        while made.deliver_next():
            pass

    stuck = [threading.Thread(target=work) for _ in range(2)]
    for thread in stuck:
        thread.start()
    for _ in stuck:
        assert busy.acquire(timeout=10)
    work()
    assert [sent[0] for sent in sender.sent] == ["two"] * events
    hanging.set()
    for thread in stuck:
        thread.join()
    assert len(sender.sent) == 2 * events


def test_a_hand_is_of_one_receiver_and_what_was_not_tried_is_given_back(
    records: Records, deliveries: Deliveries
):
    second = subscription("https://two.example/", "two")
    for _ in range(3):
        record(records)
    deliveries.route(subscriptions(DESK, second))
    hand = deliveries.claim_hand(["desk", "two"], most=6)
    assert {task.subscription for task in hand} == {hand[0].subscription}
    assert len({task.event_id for task in hand}) == 3
    assert deliveries.claim([hand[0].subscription]) is None
    deliveries.give_back(hand[1:])
    again = deliveries.claim_hand([hand[0].subscription], most=6)
    assert {task.event_id: task.attempts for task in again} == {task.event_id: 1 for task in hand[1:]}
    deliveries.give_back(hand[1:])  # no longer theirs
    assert deliveries.claim([hand[0].subscription]) is None


def test_what_comes_after_a_refusal_is_left_to_others_untried(records: Records, deliveries: Deliveries):
    for _ in range(HAND):
        record(records)
    deliveries.route(subscriptions(DESK))
    sender = Sender(Attempt(200), Attempt(500, "refused"))
    made = dispatch(deliveries, sender)
    assert made.deliver_next()
    assert len(sender.sent) == 2
    assert sorted(one.attempts for one in deliveries.list()) == [0] * (HAND - 2) + [1, 1]
    while made.deliver_next():
        pass
    assert deliveries.counts() == {"unrouted": 0, "pending": 1, "delivered": HAND - 1, "dead": 0}
    assert (made.tally.delivered, made.tally.put_off) == (HAND - 1, 1)


def test_many_workers_deliver_each_event_once(records: Records, deliveries: Deliveries):
    events = 30
    for _ in range(events):
        record(records)
    sender = Sender()
    to = Subscriptions({DESK.name: DESK, PV.name: PV})
    gate = threading.Barrier(4)
    failed: list[BaseException] = []

    def work() -> None:
        own = Deliveries(records.database, lambda: Clock()().astimezone(UTC))
        made = Dispatcher(own, to, sender)
        try:
            gate.wait()
            while own.route(to) or made.deliver_next():
                pass
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    sent = [event_id for _, event_id, _ in sender.sent]
    assert len(sent) == len(set(sent)) == events
    assert deliveries.counts() == {"unrouted": 0, "pending": 0, "delivered": events, "dead": 0}
