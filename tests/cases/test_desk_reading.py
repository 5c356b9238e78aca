"""The inbox: its order, its filters, its pages, and that only the index is read to find one."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from cases.case import Sla
from cases.decisions import WAITING, CaseStatus, Verb
from cases.desk_order import desk_key, flags_text, next_clock
from cases.desk_reading import CLOSED, DeskFilters, counts, desk_page
from cases.errors import CursorError
from cases.records import Records
from cases.stored import Origin, Page
from policies.vocabulary import Channel, Disposition, Flag, Priority
from tests.cases.samples import RECEIVED, case, decision, flag, open_records, record

NO_CLOCK = Sla(acknowledge_by=None, answer_by=None, resolve_by=None)


def due(minutes: int) -> Sla:
    return Sla(acknowledge_by=RECEIVED + timedelta(minutes=minutes), answer_by=None, resolve_by=None)


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return open_records(f"sqlite:///{tmp_path / 'desk.sqlite3'}", tmp_path)


def listed(
    records: Records, *, account: str = "demo", limit: int = 50, cursor: str | None = None, **by
) -> Page:
    with records.database.read() as session:
        return desk_page(session, account=account, limit=limit, cursor=cursor, filters=DeskFilters(**by))


def codes(page: Page) -> list[str]:
    return [stored.case.tracking_code for stored in page.cases]


def test_what_cannot_wait_is_first_then_the_next_clock(records: Records):
    made = {
        "late p4": case(priority=Priority.P4, sla=due(-60)),
        "p2 soon": case(priority=Priority.P2, sla=due(10)),
        "p1 later": case(priority=Priority.P1, sla=due(30)),
        "p1 now": case(priority=Priority.P1, sla=due(5)),
        "no clock": case(priority=Priority.P3, sla=NO_CLOCK),
        "p3 with it": case(priority=Priority.P3, sla=due(10)),
    }
    for one in made.values():
        record(records, one)
    names = {one.tracking_code: name for name, one in made.items()}
    order = ["p1 now", "p1 later", "late p4", "p2 soon", "p3 with it", "no clock"]
    assert [names[code] for code in codes(listed(records))] == order


def test_pages_follow_each_other_without_gap_or_repeat(records: Records):
    for number in range(23):
        made = case(sla=due(number % 5), priority=Priority.P1 if number % 4 == 0 else Priority.P3)
        record(records, made)
        if number % 3 == 0:
            records.store.decide(made.id, decision(Verb.ESCALATE), account="demo")
    whole = codes(listed(records))
    assert len(whole) == 23
    paged: list[str] = []
    cursor = None
    while True:
        page = listed(records, limit=7, cursor=cursor)
        paged += codes(page)
        cursor = page.next_cursor
        if cursor is None:
            break
    assert paged == whole


def test_closed_cases_come_newest_first(records: Records):
    made = [case(priority=priority) for priority in (Priority.P1, Priority.P4, Priority.P2)]
    for one in made:
        record(records, one)
        records.store.decide(one.id, decision(Verb.IGNORE), account="demo")
    page = listed(records, states=CLOSED, limit=2)
    assert codes(page) == [made[2].tracking_code, made[1].tracking_code]
    rest = listed(records, states=CLOSED, limit=2, cursor=page.next_cursor)
    assert codes(rest) == [made[0].tracking_code]
    assert codes(listed(records)) == []


@pytest.mark.parametrize(
    ("by", "found"),
    [
        ({"queue": "legal"}, "legal"), ({"queue": "leg"}, None), ({"language": "ca"}, "catalan"),
        ({"channel": Channel.X}, "on x"), ({"disposition": Disposition.NO_REPLY}, "nothing owed"),
        ({"flag": Flag.MINOR}, "a minor"), ({"flag": Flag.HEALTH_DATA}, "a minor"), ({"flag": Flag.PREGNANCY}, None),
        ({"states": (CaseStatus.ESCALATED,)}, None),
    ],
)  # fmt: skip
def test_filters(records: Records, by: dict[str, object], found: str | None):
    made = {
        "legal": case(queue="legal"),
        "catalan": case(language="ca"),
        "on x": case(),
        "nothing owed": case(disposition=Disposition.NO_REPLY, drafts=()),
        "a minor": case(flags=(flag(Flag.MINOR), flag(Flag.HEALTH_DATA))),
    }
    for name, one in made.items():
        channel = Channel.X if name == "on x" else Channel.FACEBOOK
        record(records, one, origin=Origin("demo", channel, RECEIVED))
    expected = [made[found].tracking_code] if found else []
    assert codes(listed(records, **by)) == expected


def test_accounts_are_apart_and_an_auditor_of_all_sees_them_in_one_order(records: Records):
    ours, theirs = case(sla=due(9)), case(sla=due(3))
    record(records, ours)
    record(records, theirs, account="otra")
    assert codes(listed(records)) == [ours.tracking_code]
    assert codes(listed(records, account="*")) == [theirs.tracking_code, ours.tracking_code]
    with records.database.read() as session:
        assert counts(session, account="demo") == {CaseStatus.OPEN: 1}
        assert counts(session, account="*") == {CaseStatus.OPEN: 2}


def test_an_earlier_version_of_a_message_is_not_shown(records: Records):
    old, new = case(), case(thread_version=2)
    for one in (old, new):
        record(records, one, origin=Origin("demo", Channel.X, RECEIVED, "thread-9"))
    assert codes(listed(records)) == [new.tracking_code]


@pytest.mark.parametrize("cursor", ["", "1", "1.2.p3", "0.9999.p9.cas_x", "' OR 1=1", "cas_01jd"])
def test_foreign_cursors_are_refused(records: Records, cursor: str):
    for states in (WAITING, CLOSED):
        with pytest.raises(CursorError):
            listed(records, cursor=cursor, states=states)


@pytest.mark.parametrize(
    "by", [{"limit": 0}, {"limit": 201}, {"states": ()}, {"states": (*WAITING, *CLOSED)}]
)
def test_wrong_asks_are_refused(records: Records, by: dict[str, object]):
    with pytest.raises(CursorError):
        listed(records, **by)


@pytest.mark.parametrize("key", ["desk_key", "id"])
def test_the_index_alone_finds_a_page(records: Records, key: str):
    query = (
        f"EXPLAIN QUERY PLAN SELECT {key} FROM cases WHERE account = 'a' AND status = 'open' "
        f"AND superseded_by IS NULL AND flags LIKE '% minor %' AND language = 'ca' ORDER BY {key} LIMIT 51"
    )
    with records.database.read() as session:
        plan = " ".join(str(row) for row in session.execute(text(query)))
    assert "COVERING INDEX ix_cases_desk" in plan
    assert "TEMP B-TREE" not in plan


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(Priority), st.one_of(st.none(), st.integers(-(10**6), 10**6))), min_size=2
    )
)
def test_keys_sort_as_the_order_says(drawn: list[tuple[Priority, int | None]]):
    made = [case(priority=priority, sla=NO_CLOCK if at is None else due(at)) for priority, at in drawn]

    def order(one) -> tuple[object, ...]:
        clock = next_clock(one)
        return (one.priority is not Priority.P1, clock is None, clock or RECEIVED, one.priority, one.id)

    assert sorted(made, key=desk_key) == sorted(made, key=order)


def test_flags_are_kept_between_blanks():
    assert flags_text(case()) == ""
    assert (
        flags_text(case(flags=(flag(Flag.MINOR), flag(Flag.MINOR), flag(Flag.PREGNANCY))))
        == " minor pregnancy "
    )


@pytest.mark.parametrize(
    "change",
    ["desk_key = '1.9999.p4.' || id", "flags = ''", "language = 'xx'", "flags = ' minor emergency '"],
)
def test_a_case_hidden_in_the_inbox_is_found_by_verification(records: Records, change: str):
    record(records, case(flags=(flag(Flag.EMERGENCY), flag(Flag.MINOR)), priority=Priority.P1))
    assert records.verify().ok
    with records.database.write() as session:
        session.execute(text(f"UPDATE cases SET {change}"))
    report = records.verify()
    assert not report.ok
    assert "place of case" in str(report)
