"""The search of the audit log: whose rows, which rows, and that a changed one shows."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from cases.audit import Action
from cases.compliance import audit_search
from cases.compliance.audit_search import Found, Wanted, chain_end, search
from cases.decisions import Verb
from cases.keys import Scope
from cases.reading import ALL_ACCOUNTS
from cases.records import Records
from tests.cases.samples import Clock, case, decision, open_records, record


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 11, 16, 10, 0, tzinfo=UTC))


@pytest.fixture
def records(tmp_path: Path, clock: Clock) -> Iterator[Records]:
    opened = open_records(f"sqlite:///{tmp_path / 'borrador.sqlite3'}", tmp_path, clock)
    yield opened
    opened.close()


def looked_for(records: Records, *, before: int | None = None, limit: int = 50, **wanted: object) -> Found:
    with records.database.read() as session:
        return search(session, Wanted(**{"account": ALL_ACCOUNTS, **wanted}), before=before, limit=limit)  # type: ignore[arg-type]


def problem(records: Records) -> str | None:
    with records.database.read() as session:
        return chain_end(session, records.sealer).problem


def filled(records: Records, clock: Clock) -> list[str]:
    """Five days with a case each, one decided, and a key."""
    ids = []
    for _ in range(5):
        ids.append(record(records, case()).stored.case.id)
        clock.move(days=1)
    records.store.decide(ids[0], decision(Verb.IGNORE), account="demo")
    records.keys.create(name="x", account="otra", scopes=[Scope.AGENT], actor="cli")
    return ids


def test_newest_first_page_by_page(records: Records, clock: Clock) -> None:
    filled(records, clock)
    first = looked_for(records, limit=3)
    assert [line.seq for line in first.lines] == [7, 6, 5]
    second = looked_for(records, limit=3, before=first.next_before)
    third = looked_for(records, limit=3, before=second.next_before)
    assert [line.seq for line in (*second.lines, *third.lines)] == [4, 3, 2, 1]
    assert third.next_before is None


def test_what_is_asked_for_is_found(records: Records, clock: Clock) -> None:
    ids = filled(records, clock)
    assert [line.action for line in looked_for(records, case_id=ids[0]).lines] == [
        "decision.recorded",
        "case.recorded",
    ]
    assert [line.seq for line in looked_for(records, action=Action.KEY_CREATED).lines] == [7]
    assert [line.seq for line in looked_for(records, actor="key_agent").lines] == [6]
    days = looked_for(records, first=date(2026, 11, 17), last=date(2026, 11, 18))
    assert [line.at[:10] for line in days.lines] == ["2026-11-18", "2026-11-17"]
    assert looked_for(records, first=date(2027, 1, 1)).lines == ()
    assert looked_for(records, last=date(2026, 1, 1)).lines == ()


DAYS = [
    ({}, ["2026-11-21", "2026-11-16"]),
    ({"first": date(2026, 11, 17)}, ["2026-11-21"]),
    ({"first": date(2026, 11, 16), "last": date(2026, 11, 16)}, ["2026-11-16"]),
    ({"last": date(2026, 11, 20)}, ["2026-11-16"]),
    ({"first": date(2026, 11, 22)}, []),
    ({"first": date.min, "last": date.max}, ["2026-11-21", "2026-11-16"]),
]


@pytest.mark.parametrize(("days", "found"), DAYS)
@pytest.mark.parametrize("by", ["case_id", "tracking_code"])
def test_the_days_count_for_one_case_too(
    records: Records, clock: Clock, by: str, days: dict[str, date], found: list[str]
) -> None:
    case_id = filled(records, clock)[0]
    stored = records.store.get(case_id, account="demo")
    asked = {"case_id": case_id, "tracking_code": stored.case.tracking_code}[by]
    assert [line.at[:10] for line in looked_for(records, **{by: asked}, **days).lines] == found


def test_the_ends_of_the_calendar_are_days_like_others(records: Records, clock: Clock) -> None:
    filled(records, clock)
    assert len(looked_for(records, last=date.max).lines) == 7
    assert looked_for(records, last=date.min).lines == ()


def test_a_tracking_code_finds_its_case_in_the_own_account_alone(records: Records) -> None:
    made = record(records, case())
    code = made.stored.case.tracking_code
    assert len(looked_for(records, tracking_code=code, account="demo").lines) == 1
    assert looked_for(records, tracking_code=code, account="otra").lines == ()
    assert looked_for(records, tracking_code="BOR-2222-22222").lines == ()


def test_a_key_of_one_account_sees_its_cases_alone(records: Records, clock: Clock) -> None:
    filled(records, clock)
    foreign = record(records, case(), account="otra").stored.case.id
    seen = looked_for(records, account="demo").lines
    assert {line.case_id for line in seen}.isdisjoint({foreign, None})
    assert len(seen) == 6
    assert [line.case_id for line in looked_for(records, account="otra").lines] == [foreign]
    assert looked_for(records, account="demo", case_id=foreign).lines == ()


def test_what_is_rare_is_looked_for_a_stretch_at_a_time(
    records: Records, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(records, clock)
    monkeypatch.setattr(audit_search, "STRETCH", 3)
    found, looked = looked_for(records, actor="nobody"), 1
    while found.next_before is not None:
        assert found.lines == ()
        found, looked = looked_for(records, actor="nobody", before=found.next_before), looked + 1
    assert looked == 3


def test_a_changed_row_shows_where_the_untouched_did_not(records: Records, clock: Clock) -> None:
    filled(records, clock)
    assert problem(records) is None
    assert all(line.intact for line in looked_for(records).lines)
    _tamper(records, "UPDATE audit_log SET actor = 'nobody' WHERE seq = 4")
    assert problem(records) == "la fila 4 se ha cambiado"
    assert [line.seq for line in looked_for(records).lines if not line.intact] == [4]


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("DELETE FROM audit_log WHERE seq = 3", "falta la fila 3"),
        ("DELETE FROM audit_log WHERE seq = 7", "la última fila no es la sellada"),
        ("UPDATE audit_head SET seal = 'x'", "el sello de la cabecera no es el nuestro"),
        ("DELETE FROM audit_head", "falta la cabecera sellada"),
        ("UPDATE audit_log SET prev_hash = 'x' WHERE seq = 1", "la fila 1 se ha cambiado"),
    ],
)
def test_each_way_of_tampering_is_told(records: Records, clock: Clock, statement: str, told: str) -> None:
    filled(records, clock)
    assert problem(records) is None
    _tamper(records, statement)
    assert problem(records) == told


def test_an_empty_log_is_in_order(records: Records) -> None:
    assert problem(records) is None
    assert looked_for(records).lines == ()


def _tamper(records: Records, statement: str) -> None:
    with records.database.write() as session:
        session.execute(text(statement))
