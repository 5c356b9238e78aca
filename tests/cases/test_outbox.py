"""Events wait in the order of commits until they are handed on."""

import json

import pytest

from cases.identifiers import is_id
from cases.outbox import MAX_DATA, Event, EventType
from cases.records import Records
from policies.vocabulary import Flag
from tests.cases.samples import RECEIVED, case, flag, pending, record


def test_events_wait_in_order(records: Records):
    first = record(records, case(flags=(flag(Flag.ADVERSE_EVENT),))).stored.case
    second = record(records).stored.case
    waiting = pending(records)
    assert [(event.type, event.case_id) for event in waiting] == [
        (EventType.ADVERSE_EVENT_SUSPECTED, first.id),
        (EventType.CASE_FLAGGED, first.id),
        (EventType.DRAFT_READY, first.id),
        (EventType.DRAFT_READY, second.id),
    ]
    assert all(is_id(event.id, "evt") and event.created_at == RECEIVED for event in waiting)


def test_data_is_thin(records: Records):
    made = record(records, case(flags=(flag(Flag.MINOR),))).stored.case
    flagged = pending(records)[0]
    assert flagged.account == "demo"
    assert json.loads(flagged.data) == {
        "disposition": made.disposition,
        "priority": made.priority,
        "queue": made.queue,
        "thread_version": 1,
        "flags": ["minor"],
    }


def test_data_that_is_not_thin_stops_the_whole_record(records: Records):
    fat = Event(EventType.CASE_FLAGGED, {"text": "x" * MAX_DATA})
    with pytest.raises(ValueError, match=r"case\.flagged: .* characters of data"):
        record(records, events=[fat])
    assert records.store.list(account="demo").cases == ()
    assert records.verify().rows == 0
