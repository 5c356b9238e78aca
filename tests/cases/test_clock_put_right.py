"""What was queued while the clock was ahead does not wait for that time once the clock is put right."""

from datetime import timedelta
from pathlib import Path

import pytest

from cases.accepted import AcceptedWork, Sender, Task
from cases.cipher import Cipher
from cases.events.deliveries import LEASE, Deliveries
from cases.identifiers import new_case_id
from cases.message import Message
from cases.records import Records
from cases.replays import Asked, Claim, IdempotencyInProgressError, Replays
from cases.secret_keys import VAULT_VARIABLE, load_keys
from cases.webhooks.endpoints import Kind
from cases.webhooks.inbound import Inbound
from cases.webhooks.inbox import InboundState, Inbox
from tests.cases.acceptor import open_work
from tests.cases.events.receiver import subscription, subscriptions
from tests.cases.samples import Clock, record
from tests.cases.webhooks.senders import endpoint

AHEAD = timedelta(hours=26)
DESK = subscription("https://desk.example/", "desk")
MESSAGE = Message(text="Mi pedido no llega.", account="demo")
ASKED = Asked(account="demo", key="k-1", method="POST", path="/v1/cases", body=b"{}")
LONGEST = timedelta(hours=24)


@pytest.fixture
def deliveries(records: Records, clock: Clock) -> Deliveries:
    made = Deliveries(records.database, clock)
    clock.at += AHEAD
    record(records)
    assert made.route(subscriptions(DESK)) == 1
    return made


def test_an_event_that_was_never_sent_is_due(deliveries: Deliveries, clock: Clock) -> None:
    clock.at -= AHEAD
    assert deliveries.claim(["desk"]) is not None


def test_a_lease_from_a_time_that_never_was_has_ended(deliveries: Deliveries, clock: Clock) -> None:
    assert deliveries.claim(["desk"]) is not None
    clock.at -= AHEAD
    again = deliveries.claim(["desk"])
    assert again is not None
    assert again.attempts == 2


def test_a_wait_longer_than_any_has_ended(deliveries: Deliveries, clock: Clock) -> None:
    task = deliveries.claim(["desk"])
    assert task is not None
    deliveries.again(task, after=timedelta(hours=1), status=500, error="refused")
    clock.at -= AHEAD
    assert deliveries.claim(["desk"], longest=LONGEST) is not None


@pytest.mark.parametrize("apart", [timedelta(minutes=1), timedelta(minutes=-1)])
def test_clocks_a_minute_apart_respect_a_lease(
    deliveries: Deliveries, clock: Clock, apart: timedelta
) -> None:
    assert deliveries.claim(["desk"]) is not None
    clock.at += apart
    assert deliveries.claim(["desk"]) is None


def test_a_wait_as_long_as_may_be_is_kept(deliveries: Deliveries, clock: Clock) -> None:
    task = deliveries.claim(["desk"])
    assert task is not None
    deliveries.again(task, after=LONGEST, status=503, error="refused")
    assert deliveries.claim(["desk"], longest=LONGEST) is None
    clock.at += LONGEST
    assert deliveries.claim(["desk"], longest=LONGEST) is not None


@pytest.fixture
def work(records: Records, tmp_path: Path, clock: Clock) -> AcceptedWork:
    made = open_work(records, tmp_path / "keys")
    clock.at += AHEAD
    made.accept(MESSAGE, Sender("demo", "key_a"), case_id=new_case_id())
    return made


def claimed(work: AcceptedWork) -> Task:
    task = work.claim()
    assert task is not None
    return task


def test_accepted_work_is_due(work: AcceptedWork, clock: Clock) -> None:
    clock.at -= AHEAD
    assert claimed(work).attempts == 1
    assert work.claim() is None


def test_accepted_work_that_a_kill_left_is_due(work: AcceptedWork, clock: Clock) -> None:
    claimed(work)
    clock.at -= AHEAD
    assert claimed(work).attempts == 2


def test_accepted_work_that_was_put_off_is_due(work: AcceptedWork, clock: Clock) -> None:
    work.again(claimed(work), error="store_unavailable")
    clock.at -= AHEAD
    assert claimed(work).attempts == 2


def test_accepted_work_waits_its_hour(work: AcceptedWork, clock: Clock) -> None:
    for _ in range(7):
        work.again(claimed(work), error="store_unavailable")
        clock.at += timedelta(hours=1)
    work.again(claimed(work), error="store_unavailable")
    clock.at += timedelta(minutes=59)
    assert work.claim() is None


@pytest.fixture
def inbox(records: Records, tmp_path: Path, clock: Clock) -> Inbox:
    cipher = Cipher(load_keys(VAULT_VARIABLE, tmp_path / "keys" / "vault.key", {}))
    made = Inbox(records.database, records.sealer, cipher, clock)
    clock.at += AHEAD
    told = Inbound(delivery_id="d-1", conversation="c-1", message_id="m-1", message=MESSAGE)
    assert made.accept(endpoint(Kind.STANDARD, notes=None, remote_account=None), told) is not None
    return made


def test_a_webhook_is_due(inbox: Inbox, clock: Clock) -> None:
    clock.at -= AHEAD
    assert inbox.claim(InboundState.RECEIVED) is not None
    assert inbox.claim(InboundState.RECEIVED) is None


def test_a_webhook_that_a_kill_left_or_that_was_put_off_is_due(inbox: Inbox, clock: Clock) -> None:
    task = inbox.claim(InboundState.RECEIVED)
    assert task is not None
    clock.at -= AHEAD
    assert inbox.claim(InboundState.RECEIVED) is not None
    clock.at += AHEAD
    inbox.again(task.id, after=timedelta(hours=2), error="x")
    assert inbox.claim(InboundState.RECEIVED) is None
    clock.at -= AHEAD
    assert inbox.claim(InboundState.RECEIVED) is not None


def test_a_request_that_a_kill_cut_short_may_come_again(records: Records, clock: Clock) -> None:
    lease = timedelta(minutes=2)
    replays = Replays(records.database, records.sealer, records.now, keep=timedelta(hours=24), lease=lease)
    clock.at += AHEAD
    first = replays.claim(ASKED)
    assert isinstance(first, Claim)
    with pytest.raises(IdempotencyInProgressError):
        replays.claim(ASKED)
    clock.at -= AHEAD
    again = replays.claim(ASKED)
    assert isinstance(again, Claim)
    assert again.case_id == first.case_id
    with pytest.raises(IdempotencyInProgressError):
        replays.claim(ASKED)


def test_leases_are_shorter_than_the_difference_of_clocks_that_is_borne() -> None:
    assert timedelta(minutes=10) > LEASE
