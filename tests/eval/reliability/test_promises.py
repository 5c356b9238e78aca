"""The checker of promises finds each fault that is planted, and none where there is none."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from cases.decisions import Verb
from cases.outbox import Event, EventType
from cases.records import Records
from eval.reliability.findings import Broken, Finding
from eval.reliability.promises import (
    Got,
    Holding,
    Ledger,
    Told,
    check_delivered,
    check_kept,
    check_settled,
    fingerprint,
    read_holding,
)
from policies.vocabulary import Flag
from tests.cases.samples import case, decision, flag, open_records, record


def told(number: int = 1, **changes: Any) -> Told:
    fields: dict[str, Any] = {"id": f"evt_{number}", "type": "draft.ready", "case_id": "cas_1", "data": "{}"}
    return Told(**{**fields, **changes})


def warning(clock: str, number: int = 1) -> Told:
    return told(number, type="sla.warning", data=json.dumps({"clock": clock}))


def holding(**changes: Any) -> Holding:
    whole = Holding(
        cases={"cas_1": "a", "cas_2": "b"},
        waiting=frozenset({"cas_3"}),
        decisions=frozenset({("cas_1", 1)}),
        events=(told(1), told(2, case_id="cas_2")),
        expected={"cas_1": Counter(["draft.ready"]), "cas_2": Counter(["draft.ready"])},
        problem=None,
    )
    return replace(whole, **changes)


def ledger() -> Ledger:
    return Ledger({"cas_1": "a"}, {"cas_2", "cas_3"}, {("cas_1", 1)})


def kinds(found: Any) -> list[Broken]:
    return [one.kind for one in found]


RECEIVED = (Got("evt_1", "x", True), Got("evt_2", "y", True), Got("evt_1", "x", True))


def test_where_all_is_well_nothing_is_found() -> None:
    assert list(check_kept(ledger(), holding())) == []
    assert (
        list(check_settled(ledger(), holding(waiting=frozenset(), cases={"cas_1": "a", "cas_2": "b"}))) == []
    )
    assert list(check_delivered(holding(), RECEIVED)) == []


@pytest.mark.parametrize(
    ("planted", "kind"),
    [
        ({"cases": {"cas_2": "b"}}, Broken.LOST_CASE),
        ({"cases": {"cas_1": "other", "cas_2": "b"}}, Broken.CHANGED_CASE),
        ({"waiting": frozenset()}, Broken.LOST_WORK),
        ({"decisions": frozenset()}, Broken.LOST_DECISION),
        ({"problem": "row 7 is missing"}, Broken.AUDIT_CHAIN),
        ({"events": (told(1),)}, Broken.LOST_EVENT),
        ({"events": (told(1), told(2, case_id="cas_2"), told(3))}, Broken.EVENT_TWICE),
    ],
)
def test_each_planted_fault_is_found(planted: dict[str, Any], kind: Broken) -> None:
    assert kinds(check_kept(ledger(), holding(**planted))) == [kind]


def test_a_request_that_made_two_cases_is_found() -> None:
    twice = holding(waiting=frozenset(), cases={"cas_1": "a", "cas_2": "b", "cas_9": "a"})
    assert list(check_settled(ledger(), twice)) == [Finding(Broken.CASE_TWICE, "cas_9")]


def test_work_that_never_ends_is_found() -> None:
    assert kinds(check_settled(ledger(), holding())) == [Broken.LOST_WORK]


@pytest.mark.parametrize(
    ("received", "kind"),
    [
        (RECEIVED[:1], Broken.UNDELIVERED_EVENT),
        ((*RECEIVED, Got("evt_9", "x", True)), Broken.STRANGE_EVENT),
        ((*RECEIVED, Got("evt_2", "z", True)), Broken.STRANGE_EVENT),
        ((*RECEIVED, Got("evt_2", "y", False)), Broken.STRANGE_EVENT),
    ],
)
def test_what_receivers_must_not_see_is_found(received: tuple[Got, ...], kind: Broken) -> None:
    assert kinds(check_delivered(holding(), received)) == [kind]


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (warning("answer"), warning("answer", 2), True),
        (warning("answer"), warning("resolve", 2), False),
        (told(1, type="crisis.opened"), told(2, type="crisis.opened", case_id="cas_2"), True),
        (told(1), told(2, case_id="cas_2"), False),
        (told(1), told(2, type="case.flagged"), False),
    ],
)
def test_one_happening_is_told_apart_from_another(first: Told, second: Told, same: bool) -> None:
    assert (first.happening == second.happening) is same


@pytest.fixture
def records(tmp_path: Path) -> Any:
    opened = open_records(f"sqlite:///{tmp_path / 'borrador.db'}", tmp_path)
    yield opened
    opened.close()


def promised(records: Records) -> Ledger:
    """A case with a flag, and a decision on it, as callers were told of them."""
    made = record(records, case(flags=(flag(Flag.ADVERSE_EVENT),))).stored.case
    decided = records.store.decide(made.id, decision(Verb.ACCEPT), account="demo")
    return Ledger({made.id: fingerprint(made.model_dump(mode="json"))}, set(), {(made.id, decided.number)})


def test_a_real_store_holds_what_it_promised(records: Records) -> None:
    known = promised(records)
    found = read_holding(records, with_events=True)
    assert list(check_kept(known, found)) == []
    assert list(check_settled(known, found)) == []
    assert {event.type for event in found.events} == {
        "draft.ready",
        "case.flagged",
        "adverse_event.suspected",
    }
    assert kinds(check_delivered(found, ())) == [Broken.UNDELIVERED_EVENT] * 3


@pytest.mark.parametrize(
    ("damage", "kind"),
    [
        ("DELETE FROM outbox WHERE type = 'adverse_event.suspected'", Broken.LOST_EVENT),
        ("UPDATE cases SET body = replace(body, 'eccema', 'x'), queue = 'other'", Broken.AUDIT_CHAIN),
        ("DELETE FROM decisions", Broken.LOST_DECISION),
        ("DELETE FROM audit_log WHERE seq = 2", Broken.AUDIT_CHAIN),
    ],
)
def test_damage_to_a_real_store_is_found(records: Records, damage: str, kind: Broken) -> None:
    known = promised(records)
    with records.database.write() as session:
        session.execute(text(damage))
    assert kind in kinds(check_kept(known, read_holding(records, with_events=True)))


def test_one_happening_told_twice_in_a_real_store_is_found(records: Records) -> None:
    known = promised(records)
    with records.database.write() as session:
        again = Event(EventType.DRAFT_READY, {"disposition": "acknowledge"})
        records.outbox.add(session, [again], account="demo", case_id=next(iter(known.cases)))
    assert kinds(check_kept(known, read_holding(records, with_events=True))) == [Broken.EVENT_TWICE]
