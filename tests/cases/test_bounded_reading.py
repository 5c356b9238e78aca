"""No page or list reads more because more cases are stored: SQLite's own steps are counted, not time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from cases.compliance.audit_search import Wanted, chain_end, search
from cases.decisions import CaseStatus
from cases.desk_reading import CLOSED, DeskFilters, counts, desk_page
from cases.reading import Filters, page
from cases.records import Records
from eval.pages.filling import Pattern, fill
from policies.vocabulary import Channel, Flag, Priority
from tests.cases.samples import ORIGINALS, case, flag, open_records

FEW, MANY = 300, 1500
STEP = 50
"""Instructions between two counts."""


@contextmanager
def steps_of(records: Records) -> Iterator[list[int]]:
    """Count what SQLite does for the sessions opened inside."""
    done = [0]

    def count() -> int:
        done[0] += 1
        return 0

    def connected(connection: Any, _record: object) -> None:
        connection.set_progress_handler(count, STEP)

    records.database.engine.dispose()
    event.listen(records.database.engine, "connect", connected)
    try:
        yield done
    finally:
        event.remove(records.database.engine, "connect", connected)
        records.database.engine.dispose()


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Records]:
    at = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)
    flagged = case(flags=(flag(Flag.ADVERSE_EVENT),), priority=Priority.P1)
    origin = SimpleNamespace(account="demo", channel=Channel.X)
    outcomes: list[Any] = [
        SimpleNamespace(case=one, origin=origin, originals=ORIGINALS, facts=None) for one in (case(), flagged)
    ]
    made = [Pattern(outcome, at) for outcome in outcomes]
    found = {}
    for number in (FEW, MANY):
        folder = Path(tmp_path_factory.mktemp(f"store{number}"))
        found[number] = open_records(f"sqlite:///{folder / 'b.db'}", folder)
        fill(found[number], made, number)
    return found


def desk(session: Session, account: str = "demo", **filters: Any) -> None:
    desk_page(session, account=account, limit=5, cursor=None, filters=DeskFilters(**filters))


def listed(session: Session, account: str = "demo", **filters: Any) -> None:
    page(session, account=account, limit=5, cursor=None, filters=Filters(**filters))


PAGES: dict[str, Callable[[Session], object]] = {
    "inbox": desk,
    "inbox of all accounts": lambda session: desk(session, account="*"),
    "closed": lambda session: desk(session, states=CLOSED),
    "experts": lambda session: desk(session, states=(CaseStatus.ESCALATED,)),
    "counts": lambda session: counts(session, account="demo", most=20),
    "counts of all accounts": lambda session: counts(session, account="*", most=20),
    "list": listed,
    "list of all accounts": lambda session: listed(session, account="*"),
    "list by state": lambda session: listed(session, status=CaseStatus.SENT),
    "list by priority": lambda session: listed(session, priority=Priority.P1),
    "audit": lambda session: search(session, Wanted(account="*")),
    "audit of an account": lambda session: search(session, Wanted(account="demo")),
}


@pytest.mark.parametrize("name", PAGES)
def test_five_times_the_cases_are_no_more_work(stores: dict[int, Records], name: str):
    work = {}
    for number, records in stores.items():
        with steps_of(records) as steps, records.database.read() as session:
            PAGES[name](session)
        work[number] = steps[0]
    assert work[FEW] > 0
    assert work[MANY] <= 1.3 * work[FEW] + 20, work


def test_the_check_of_the_chain_s_end_is_no_more_work(stores: dict[int, Records]):
    work = {}
    for number, records in stores.items():
        with steps_of(records) as steps, records.database.read() as session:
            assert chain_end(session, records.sealer).problem is None
        work[number] = steps[0]
    assert work[MANY] <= 1.3 * work[FEW] + 20, work


@pytest.mark.parametrize(
    "filters",
    [{"queue": "nobody"}, {"priority": Priority.P4}, {"queue": "nobody", "status": CaseStatus.SENT}],
)
def test_a_filter_that_fits_nothing_reads_the_index_alone(
    stores: dict[int, Records], filters: dict[str, Any]
):
    """It walks the index, which holds a few bytes a case: not the cases, which hold thousands."""
    statements: list[str] = []

    def told(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        statements.append((statement, parameters))  # type: ignore[arg-type]

    records = stores[FEW]
    event.listen(records.database.engine, "before_cursor_execute", told)
    with records.database.read() as session:
        listed(session, **filters)
    event.remove(records.database.engine, "before_cursor_execute", told)
    queries = [one for one in statements if "cases.priority" in one[0] or "cases.queue =" in one[0]]
    assert queries
    with records.database.engine.connect() as connection:
        for statement, parameters in queries:
            if "cases.body" in statement:
                continue  # the cases of the page itself, by their ids
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", tuple(parameters)).all()
            assert ["USING COVERING INDEX ix_cases_desk" in row[3] for row in plan] == [True], plan


def test_a_filled_store_is_sound(stores: dict[int, Records]):
    report = stores[FEW].verify()
    assert report.ok, report.problem
    assert report.rows > FEW
