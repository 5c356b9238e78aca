"""Clocks, promises and the crisis plan over recorded cases: once each, in working time, on both databases."""

import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import delete

from cases.case import Case, ScoredCode, Sla
from cases.clocks import sla_for
from cases.decisions import Verb
from cases.erasure import Eraser
from cases.errors import CaseNotFoundError
from cases.records import Records
from cases.retention import load_retention
from cases.stored import Origin
from cases.tables import AuditRow
from cases.timekeeping.clock_book import ClockState
from cases.timekeeping.policy import Clock
from cases.timekeeping.promise_book import PromiseKind, PromiseState
from models.text import RawText
from policies.account import OpeningHours
from policies.decision import SlaTargets
from policies.vocabulary import Channel, Disposition, Flag
from tests.cases.samples import Clock as StandingClock
from tests.cases.samples import case, decision, flag, record
from tests.cases.timekeeping.keeping import keeper, told

FRIDAY = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
"""17:00 in Madrid, an hour before closing."""
STANDARD = SlaTargets(30, 240, 10)
NOW = SlaTargets(5, 15, 1, ignores_business_hours=True)


def waiting(records: Records, targets: SlaTargets = STANDARD, at: datetime = FRIDAY, **changes: Any) -> Case:
    """Record a case with the clocks of these targets."""
    sla = sla_for(targets, OpeningHours(), at)
    made = case(sla=sla, **changes)
    return record(records, made, origin=Origin("demo", Channel.INSTAGRAM, at)).stored.case


def local(records: Records, clock: StandingClock, text: str) -> None:
    clock.at = datetime.fromisoformat(f"{text}+01:00").astimezone(UTC)


def test_clocks_warn_and_end_once_in_working_time(records: Records, clock: StandingClock):
    clock.at = FRIDAY
    made = waiting(records, disposition=Disposition.DRAFT)
    keep = keeper(records)
    assert keep.tick() == 0
    # The acknowledgement runs around the clock: half of 30 minutes.
    clock.move(minutes=14)
    assert keep.tick() == 0
    clock.move(minutes=1)
    assert keep.tick() == 1
    assert keep.tick() == 0
    known = {"priority": "p2", "queue": "care", "tracking_code": made.tracking_code}
    ack = {**known, "clock": "acknowledge", "due_by": "2026-11-20T17:30:00+01:00"}
    assert told(records, "sla.") == [("sla.warning", ack)]
    clock.move(minutes=15)
    assert keep.tick() == 1
    assert told(records, "sla.")[1:] == [("sla.breached", ack)]
    # The answer waits for opening hours: 4 h, one of them on Friday; three quarters are over on Monday at 11:00.
    for text, events in (
        ("2026-11-20T23:00", 0),
        ("2026-11-22T12:00", 0),
        ("2026-11-23T10:59", 0),
        ("2026-11-23T11:00", 1),
        ("2026-11-23T11:59", 0),
        ("2026-11-23T12:00", 1),
        ("2026-11-23T18:00", 0),
    ):
        local(records, clock, text)
        assert keep.tick() == events, text
    answers = [(event, data["clock"], data["due_by"]) for event, data in told(records, "sla.")[2:]]
    assert answers == [
        ("sla.warning", "answer", "2026-11-23T12:00:00+01:00"),
        ("sla.breached", "answer", "2026-11-23T12:00:00+01:00"),
    ]
    local(records, clock, "2026-12-31T00:00")
    assert keep.tick() == 1  # the warning of the resolution was slept through
    assert told(records, "sla.")[-1][0] == "sla.breached"
    assert records.verify().ok


def test_a_clock_that_ignores_hours_warns_at_night(records: Records, clock: StandingClock):
    clock.at = at = datetime(2026, 11, 21, 23, 0, tzinfo=UTC)
    waiting(records, NOW, at)
    keep = keeper(records)
    clock.move(minutes=12)
    assert keep.tick() == 2
    assert [(e, d["clock"]) for e, d in told(records, "sla.")] == [
        ("sla.breached", "acknowledge"),
        ("sla.warning", "answer"),
    ]


@pytest.mark.parametrize(
    ("disposition", "verb", "running"),
    [
        (Disposition.DRAFT, Verb.ACCEPT, []),
        (Disposition.ACKNOWLEDGE, Verb.ACCEPT, [Clock.ANSWER, Clock.RESOLVE]),
        (Disposition.ACKNOWLEDGE, Verb.RESPOND, []),
        (Disposition.URGENT_REFERRAL, Verb.ACCEPT, [Clock.RESOLVE]),
        (Disposition.DRAFT, Verb.IGNORE, []),
        (Disposition.DRAFT, Verb.ESCALATE, [Clock.ACKNOWLEDGE, Clock.ANSWER, Clock.RESOLVE]),
    ],
)
def test_decisions_stop_what_policy_says(
    records: Records, clock: StandingClock, disposition: Disposition, verb: Verb, running: list[Clock]
):
    clock.at = FRIDAY
    made = waiting(records, disposition=disposition)
    clock.move(minutes=2)
    sent = "Hola. Ya está." if verb is Verb.RESPOND else None
    records.store.decide(made.id, decision(verb, sent=sent), account="demo")
    keep = keeper(records)
    clocks = keep.due(made.id, account="demo").clocks
    assert [one.clock for one in clocks if one.stopped_at is None] == running
    assert all(one.state is ClockState.STOPPED for one in clocks if one.stopped_at is not None)
    clock.move(days=20)
    assert keep.tick() == len(running)


def test_a_decision_after_the_end_does_not_hide_the_breach(records: Records, clock: StandingClock):
    clock.at = FRIDAY
    made = waiting(records, disposition=Disposition.DRAFT)
    clock.move(minutes=31)
    records.store.decide(made.id, decision(Verb.ACCEPT), account="demo")
    keep = keeper(records)
    assert keep.tick() == 1
    assert [(e, d["clock"]) for e, d in told(records, "sla.")] == [("sla.breached", "acknowledge")]
    states = {one.clock: one.state for one in keep.due(made.id, account="demo").clocks}
    assert states == {
        Clock.ACKNOWLEDGE: ClockState.BREACHED,
        Clock.ANSWER: ClockState.STOPPED,
        Clock.RESOLVE: ClockState.STOPPED,
    }


def test_a_clock_is_stopped_by_hand_with_those_before_it(records: Records, clock: StandingClock):
    clock.at = FRIDAY
    made = waiting(records)
    keep = keeper(records)
    assert keep.stop_clock(made.id, Clock.ANSWER, account="demo", actor="key_a")
    assert not keep.stop_clock(made.id, Clock.ANSWER, account="demo", actor="key_a")
    running = [one.clock for one in keep.due(made.id, account="demo").clocks if one.stopped_at is None]
    assert running == [Clock.RESOLVE]
    for account in ("other", "demo2"):
        with pytest.raises(CaseNotFoundError):
            keep.stop_clock(made.id, Clock.RESOLVE, account=account, actor="key_a")
        with pytest.raises(CaseNotFoundError):
            keep.due(made.id, account=account)
    assert records.verify().ok


def test_what_is_too_old_is_put_on_record_without_an_event(records: Records, clock: StandingClock):
    clock.at = FRIDAY
    made = waiting(records)
    keep = keeper(records)
    clock.move(days=400)
    assert keep.tick() == 0
    assert {one.state for one in keep.due(made.id, account="demo").clocks} == {ClockState.BREACHED}
    assert keep.tick() == 0


def test_a_newer_version_and_an_erasure_end_the_clocks(records: Records, clock: StandingClock):
    clock.at = FRIDAY
    texts = {"MESSAGE": RawText("Uno")}
    first = waiting(records, message_id="m-1")
    second = record(
        records,
        case(message_id="m-1", sla=first.sla),
        vault_entries=texts,
        origin=Origin("demo", Channel.WEB, FRIDAY),
    ).stored.case
    keep = keeper(records)
    assert [one.stopped_at for one in keep.due(first.id, account="demo").clocks] == [FRIDAY] * 3
    eraser = Eraser(records.database, records.sealer, records.audit, load_retention(), clock)
    records.store.decide(
        second.id, decision(Verb.RESPOND, sent="Te llamamos mañana.", thread_version=2), account="demo"
    )
    assert len(keep.due(second.id, account="demo").promises) == 1
    assert eraser.erase(second.id, account="demo", actor="cli").erased
    clock.move(days=20)
    assert keep.tick() == 0
    (promise,) = keep.due(second.id, account="demo").promises
    assert (promise.state, promise.text) == (PromiseState.DROPPED, None)


def answered(records: Records, text: str, **changes: Any) -> Case:
    made = waiting(records, at=records.now(), **changes)
    records.store.decide(made.id, decision(Verb.RESPOND, sent=text), account="demo")
    return made


def test_a_promise_is_brought_up_then_broken_and_can_be_kept_late(records: Records, clock: StandingClock):
    clock.at = FRIDAY
    made = answered(records, "Hola, [PERSONA_1]. Te contestamos en dos días laborables. Un saludo.")
    keep = keeper(records)
    (promise,) = keep.promises(account="demo")
    assert (promise.text, promise.owner, promise.id) == (
        "Te contestamos en dos días laborables.",
        "key_agent",
        f"{made.id}:1",
    )
    assert promise.due_at == datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
    assert keep.promises(account="other") == ()
    # 19 opening hours; three quarters are over on Tuesday at 13:15.
    for text, events in (
        ("2026-11-24T13:14", 0),
        ("2026-11-24T13:15", 1),
        ("2026-11-24T17:59", 0),
        ("2026-11-24T18:00", 1),
        ("2026-11-25T18:00", 0),
    ):
        local(records, clock, text)
        assert keep.tick() == events, text
    data = {
        "priority": "p2",
        "queue": "care",
        "tracking_code": made.tracking_code,
        "promise": 1,
        "kind": "promise",
        "due_by": "2026-11-24T18:00:00+01:00",
        "owner": "key_agent",
    }
    assert told(records, "promise.") == [("promise.due", data), ("promise.broken", data)]
    assert keep.promises(account="demo")[0].state is PromiseState.BROKEN
    assert keep.keep_promise(made.id, 1, account="demo", actor="key_a")
    assert not keep.keep_promise(made.id, 1, account="demo", actor="key_a")
    assert not keep.keep_promise(made.id, 2, account="demo", actor="key_a")
    assert keep.promises(account="demo") == ()
    with pytest.raises(CaseNotFoundError):
        keep.keep_promise(made.id, 1, account="other", actor="key_a")


def test_a_promise_that_is_kept_is_not_brought_up(records: Records, clock: StandingClock):
    clock.at = FRIDAY
    made = answered(records, "Te llamamos en 24 horas.")
    keep = keeper(records)
    assert keep.keep_promise(made.id, 1, account="demo", actor="key_a")
    clock.move(days=5)
    assert keep.tick() == 0


def test_a_complaint_is_followed_up_some_days_later(records: Records, clock: StandingClock):
    clock.at = FRIDAY
    made = answered(records, "Lo sentimos.", intents=(ScoredCode(code="complaint", score=0.9),))
    keep = keeper(records)
    (promise,) = keep.promises(account="demo")
    assert (promise.kind, promise.text) == (PromiseKind.FOLLOW_UP, None)
    local(records, clock, "2026-11-26T08:59")
    assert keep.tick() == 0
    local(records, clock, "2026-11-26T09:00")
    assert keep.tick() == 1
    assert told(records, "promise.")[0][1]["kind"] == "follow_up"
    clock.move(days=9)
    assert keep.tick() == 0
    assert keep.promises(account="demo")[0].case_id == made.id


def test_ignored_and_escalated_cases_promise_nothing(records: Records, clock: StandingClock):
    clock.at = FRIDAY
    made = waiting(records, intents=(ScoredCode(code="complaint", score=0.9),))
    records.store.decide(made.id, decision(Verb.ESCALATE), account="demo")
    assert keeper(records).promises(account="demo") == ()


def test_cases_close_together_open_the_crisis_plan_once(records: Records, clock: StandingClock):
    clock.at = FRIDAY
    risky = {"flags": (flag(Flag.CRISIS_RISK),)}
    keep = keeper(records)
    waiting(records, **risky)
    waiting(records)
    waiting(records, message_id="m-1", **risky)
    again = case(message_id="m-1", **risky)
    record(records, again, vault_entries={"MESSAGE": RawText("otra vez")})
    keep.tick()
    assert told(records, "crisis.opened") == []
    clock.move(minutes=121)
    for number in range(3):
        waiting(records, **risky)
        keep.tick()
        assert len(told(records, "crisis.opened")) == (number == 2)
    waiting(records, **risky)
    keep.tick()
    ((_, data),) = told(records, "crisis.opened")
    assert (data["cases"], data["within_minutes"], len(data["case_ids"])) == (3, 120, 3)
    clock.move(hours=25)
    for _ in range(3):
        waiting(records, **risky)
    keep.tick()
    assert len(told(records, "crisis.opened")) == 2


def test_many_keepers_tell_each_thing_once(records: Records, clock: StandingClock):
    clock.at = FRIDAY
    for _ in range(12):
        answered(records, "Te llamamos mañana.", disposition=Disposition.ACKNOWLEDGE)
        waiting(records)
    clock.move(days=20)
    gate, failed = threading.Barrier(4), list[BaseException]()

    def work() -> None:
        own = keeper(records)
        try:
            gate.wait()
            own.tick()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(told(records, "promise.")) == 12
    assert len(told(records, "sla.breached")) == 36
    assert told(records, "sla.warning") == []


@pytest.mark.parametrize(("gone", "left"), [((2, 3), 0), ((3,), 1)])
def test_rows_missing_from_the_end_of_the_log_do_not_keep_it_going(
    records: Records, clock: StandingClock, gone: tuple[int, ...], left: int
):
    clock.at = FRIDAY
    waiting(records)
    keep = keeper(records)
    assert keep.catch_up() == 1
    waiting(records)
    waiting(records)
    with records.database.write() as session:
        session.execute(delete(AuditRow).where(AuditRow.seq.in_(gone)))
    assert keep.catch_up() == left
    assert keep.catch_up() == 0


def test_old_cases_without_the_new_field_are_read(records: Records, clock: StandingClock):
    clock.at = FRIDAY
    assert Sla(acknowledge_by=None, answer_by=None, resolve_by=None).around_the_clock == ()
    made = record(records, origin=Origin("demo", Channel.WEB, FRIDAY)).stored.case
    assert len(keeper(records).due(made.id, account="demo").clocks) == 3
