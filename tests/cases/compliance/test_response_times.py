"""Response times, clocks that ended too late, and what became of drafts, by hand."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cases.compliance.response_times import Figures, figures
from cases.decisions import Verb
from cases.reading import ALL_ACCOUNTS
from cases.records import Records
from cases.stored import Origin
from cases.work_tables import ClockRow
from models.text import RawText
from policies.vocabulary import Channel
from tests.cases.samples import DRAFT, ORIGINALS, RECEIVED, Clock, case, decision, open_records, record


@pytest.fixture
def clock() -> Clock:
    return Clock(RECEIVED)


@pytest.fixture
def records(tmp_path: Path, clock: Clock) -> Iterator[Records]:
    opened = open_records(f"sqlite:///{tmp_path / 'borrador.sqlite3'}", tmp_path, clock)
    yield opened
    opened.close()


def told(records: Records, clock: Clock, account: str = "demo", days: int = 30) -> Figures:
    with records.database.read() as session:
        return figures(session, account=account, since=clock.at - timedelta(days=days), now=clock.at)


def answered(records: Records, clock: Clock, minutes: float, channel: Channel = Channel.WEB) -> str:
    made = record(records, case(), origin=Origin("demo", channel, clock.at))
    arrived = clock.at
    clock.move(minutes=minutes)
    records.store.decide(made.stored.case.id, decision(Verb.ACCEPT), account="demo")
    clock.at = arrived
    return made.stored.case.id


def test_nothing_is_told_of_nothing(records: Records, clock: Clock) -> None:
    found = told(records, clock)
    assert (found.speeds[0].received, found.speeds[0].median, found.mean_edit) == (0, None, None)
    assert [one.counted for one in found.clocks] == [0, 0, 0]


def test_minutes_to_the_first_reply_by_channel(records: Records, clock: Clock) -> None:
    for minutes in (10, 20, 40, 2000):
        answered(records, clock, minutes)
    answered(records, clock, 200, Channel.X)
    record(records, case(), origin=Origin("demo", Channel.X, clock.at))
    clock.move(days=3)
    every, web, x = sorted(told(records, clock).speeds, key=lambda one: ("", "web", "x").index(one.channel))
    assert (every.received, every.answered, every.median) == (6, 5, 40)
    assert (web.received, web.answered, web.median) == (4, 4, 30)
    assert web.within == (0.5, 0.75, 0.75)
    assert (x.received, x.answered, x.median) == (2, 1, 200)


def test_a_case_escalated_and_then_sent_counts_when_it_was_sent(records: Records, clock: Clock) -> None:
    made = record(records, case()).stored.case.id
    clock.move(minutes=5)
    records.store.decide(made, decision(Verb.ESCALATE), account="demo")
    clock.move(minutes=55)
    records.store.decide(made, decision(Verb.ACCEPT), account="demo")
    found = told(records, clock)
    assert found.speeds[0].median == 60
    assert found.outcomes["undecided"] == found.outcomes["sent_unedited"] == 1


def test_older_cases_and_other_accounts_are_left_out(records: Records, clock: Clock) -> None:
    answered(records, clock, 10)
    assert told(records, clock, account="otra").speeds[0].received == 0
    assert told(records, clock, account=ALL_ACCOUNTS).speeds[0].received == 1
    clock.move(days=31)
    assert told(records, clock).speeds[0].received == 0


def test_clocks_are_counted_as_they_ended(records: Records, clock: Clock) -> None:
    start = clock.at
    ends = {"in time": (60, 30), "late": (60, 90), "late and running": (60, None), "running": (600, None)}
    for due, stopped in ends.values():
        made = record(records, case()).stored.case.id
        with records.database.write() as session:
            due_at = start + timedelta(minutes=due)
            at = None if stopped is None else start + timedelta(minutes=stopped)
            session.add(ClockRow(case_id=made, clock="answer", warn_at=start, due_at=due_at, stopped_at=at))
    clock.move(hours=2)
    found = told(records, clock)
    answer = next(one for one in found.clocks if one.clock == "answer")
    assert (answer.counted, answer.breached, answer.late_now) == (4, 2, 1)
    assert [one.clock for one in found.late] == ["answer"]
    assert told(records, clock, account="otra").late == ()


def test_records_that_no_keeper_has_read_are_told(records: Records, clock: Clock) -> None:
    assert told(records, clock).unread == 0
    record(records, case())
    assert told(records, clock).unread == 1


def test_what_was_edited_and_what_came_again(records: Records, clock: Clock) -> None:
    made = record(records, case()).stored.case.id
    records.store.decide(made, decision(Verb.EDIT, sent=DRAFT[: len(DRAFT) // 2], draft=0), account="demo")
    origin = Origin("demo", Channel.EMAIL, clock.at, "mensaje-1")
    for number, text in enumerate(("uno", "dos"), start=1):
        entries = {**ORIGINALS, "MESSAGE": RawText(text)}
        record(records, case(thread_version=number), origin=origin, vault_entries=entries)
    found = told(records, clock)
    assert found.outcomes["sent_edited"] == 1
    assert found.mean_edit is not None
    assert 0.3 < found.mean_edit < 0.8
    assert found.wrote_again == 1
    assert found.statuses == {"open": 2, "sent": 1, "ignored": 0, "escalated": 0}
