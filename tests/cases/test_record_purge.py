"""Events and deliveries go when their time is over, and never what still waits or what a register is read from."""

from typing import Any

import pytest
import yaml
from sqlalchemy import select

from cases.events.deliveries import Deliveries
from cases.outbox import Event, EventType
from cases.record_purge import Purged, RecordPurge
from cases.records import Records
from cases.retention import RETENTION_FILE, RecordKind, load_retention
from cases.tables import AuditRow, InboundRow, OutboxRow
from cases.webhooks.inbox import InboundState
from cases.work_tables import DeliveryRow
from tests.cases.events.receiver import subscription, subscriptions
from tests.cases.samples import Clock, record

CASES = yaml.safe_load(RETENTION_FILE.with_name("retention_records.cases.yaml").read_text(encoding="utf-8"))
DESK = subscriptions(subscription("https://desk.example/a"))


@pytest.mark.parametrize("expected", CASES, ids=[entry["name"] for entry in CASES])
def test_the_policy_does_what_its_cases_say(expected: dict[str, Any]):
    event_type = None if expected["type"] is None else EventType(expected["type"])
    assert load_retention().record_days(RecordKind(expected["kind"]), event_type) == expected["days"]


def test_every_kind_has_its_case():
    assert {RecordKind(entry["kind"]) for entry in CASES} == set(RecordKind)


@pytest.fixture
def deliveries(records: Records, clock: Clock) -> Deliveries:
    return Deliveries(records.database, clock)


@pytest.fixture
def purging(records: Records, clock: Clock) -> RecordPurge:
    return RecordPurge(records.database, records.audit, load_retention(), clock)


def told(records: Records, *types: EventType) -> list[str]:
    """Events of a new case; their ids, oldest first."""
    made = record(records, events=[Event(one, {}) for one in types]).stored.case
    query = select(OutboxRow.id).where(OutboxRow.case_id == made.id).order_by(OutboxRow.position)
    with records.database.read() as session:
        return list(session.scalars(query))


def left(records: Records) -> set[str]:
    with records.database.read() as session:
        return set(session.scalars(select(OutboxRow.id)))


def deliver(deliveries: Deliveries, status: int = 200) -> None:
    """Hand on and settle all that waits."""
    while deliveries.route(DESK):
        pass
    while (task := deliveries.claim(["desk"])) is not None:
        if status == 200:
            deliveries.delivered([(task, status)])
        else:
            deliveries.dead(task, status=status, error="gone" if status == 410 else "refused")


@pytest.mark.parametrize(("status", "days"), [(200, 90), (500, 180)])
def test_an_event_goes_with_its_deliveries_when_its_time_is_over(
    records: Records, deliveries: Deliveries, purging: RecordPurge, clock: Clock, status: int, days: int
):
    told(records, EventType.DRAFT_READY)
    deliver(deliveries, status)
    clock.move(days=days, seconds=-1)
    assert purging.purge(actor="cli") == Purged(0, 0)
    clock.move(seconds=1)
    (young,) = told(records, EventType.DRAFT_READY)
    deliver(deliveries, status)
    assert purging.purge(actor="cli") == Purged(1, 0)
    assert left(records) == {young}
    with records.database.read() as session:
        assert list(session.scalars(select(DeliveryRow.event_id))) == [young]
        actions = list(session.scalars(select(AuditRow.action)))
    assert actions.count("records.purged") == 1
    assert records.verify().ok
    assert purging.purge(actor="cli") == Purged(0, 0)


def test_what_waits_is_never_deleted(
    records: Records, deliveries: Deliveries, purging: RecordPurge, clock: Clock
):
    unrouted = told(records, EventType.DRAFT_READY)
    clock.move(days=4000)
    assert purging.purge(actor="cli") == Purged(0, 0)
    deliveries.route(DESK)
    assert purging.purge(actor="cli") == Purged(0, 0)
    assert left(records) == set(unrouted)
    deliver(deliveries, 500)
    deliveries.retry()
    assert purging.purge(actor="cli") == Purged(0, 0)


def test_an_event_that_one_has_and_another_still_waits_for_stays(
    records: Records, deliveries: Deliveries, purging: RecordPurge, clock: Clock
):
    told(records, EventType.DRAFT_READY)
    both = subscriptions(
        subscription("https://desk.example/a"), subscription("https://other.example/b", name="other")
    )
    deliveries.route(both)
    task = deliveries.claim(["desk"])
    assert task is not None
    deliveries.delivered([(task, 200)])
    clock.move(days=400)
    assert purging.purge(actor="cli") == Purged(0, 0)


def test_the_register_of_suspicions_stays_whole(
    records: Records, deliveries: Deliveries, purging: RecordPurge, clock: Clock
):
    suspected, _ = told(records, EventType.ADVERSE_EVENT_SUSPECTED, EventType.CASE_FLAGGED)
    deliver(deliveries)
    clock.move(days=20_000)
    assert purging.purge(actor="cli") == Purged(1, 0)
    assert left(records) == {suspected}


def test_a_receiver_that_is_gone_stays_switched_off(
    records: Records, deliveries: Deliveries, purging: RecordPurge, clock: Clock
):
    for _ in range(3):
        told(records, EventType.DRAFT_READY)
    deliver(deliveries, 410)
    clock.move(days=400)
    assert purging.purge(actor="cli") == Purged(2, 0)
    told(records, EventType.DRAFT_READY)
    deliveries.route(DESK)
    assert deliveries.claim(["desk"]) is None
    assert deliveries.counts()["dead"] == 2


def test_many_go_in_batches(
    records: Records,
    deliveries: Deliveries,
    purging: RecordPurge,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("cases.record_purge.BATCH", 3)
    for _ in range(4):
        told(records, EventType.DRAFT_READY, EventType.CASE_FLAGGED)
    deliver(deliveries)
    clock.move(days=91)
    assert purging.purge(actor="cli") == Purged(8, 0)
    assert left(records) == set()


def inbound(records: Records, clock: Clock, state: InboundState, case_id: str | None) -> str:
    name = f"inb_{state}_{case_id is None}"
    row = InboundRow(
        id=name,
        endpoint="standard",
        account="demo",
        delivery_key=name,
        message_key=name,
        conversation_key=name,
        state=state.value,
        case_id=case_id,
        attempts=1,
        due_at=clock(),
        received_at=clock(),
    )
    with records.database.write() as session:
        session.add(row)
    return name


@pytest.mark.parametrize(
    ("state", "has_case", "days"),
    [
        (InboundState.DONE, True, 365),
        (InboundState.FAILED, True, 90),
        (InboundState.FAILED, False, None),
        (InboundState.RECEIVED, False, None),
        (InboundState.RECORDED, True, None),
    ],
)
def test_a_delivery_goes_when_its_time_is_over_and_its_work_is_done(
    records: Records,
    purging: RecordPurge,
    clock: Clock,
    state: InboundState,
    has_case: bool,
    days: int | None,
):
    inbound(records, clock, state, record(records, events=()).stored.case.id if has_case else None)
    clock.move(**({"days": 20_000} if days is None else {"days": days, "seconds": -1}))
    assert purging.purge(actor="cli") == Purged(0, 0)
    clock.move(seconds=2)
    assert purging.purge(actor="cli") == Purged(0, 0 if days is None else 1)
