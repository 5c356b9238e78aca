"""The inbox: cases to decide by their clocks, decided ones newest first, filtered and paged by cursor."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from cases.decisions import WAITING, CaseStatus
from cases.desk_order import case_id_of, flag_pattern
from cases.errors import CursorError
from cases.identifiers import is_id
from cases.reading import ALL_ACCOUNTS, MAX_PAGE, account_names, stored
from cases.stored import Page
from cases.tables import CaseRow
from policies.vocabulary import Channel, Disposition, Flag

CLOSED = (CaseStatus.SENT, CaseStatus.IGNORED)
MOST_COUNTED = 1000
_KEY = re.compile(r"[01]\.[0-9T]{4,15}\.p[1-4]\.cas_[0-9A-Za-z]{1,36}\Z")


@dataclass(frozen=True, slots=True)
class DeskFilters:
    """Which cases the inbox shows; None takes all."""

    states: tuple[CaseStatus, ...] = WAITING
    """Of those that wait, or of those that are closed: the two have different orders."""
    queue: str | None = None
    disposition: Disposition | None = None
    language: str | None = None
    channel: Channel | None = None
    flag: Flag | None = None


def desk_page(
    session: Session, *, account: str, limit: int, cursor: str | None, filters: DeskFilters
) -> Page:
    """A page of the inbox; the cursor is the last key of the page before.

    Only the index is read to find the page: what a filter leaves out costs no reading of cases.

    Raises:
        CursorError: not a cursor of ours, a limit outside 1 to 200, or states of both orders.
    """
    if not 1 <= limit <= MAX_PAGE:
        raise CursorError(f"limit must be from 1 to {MAX_PAGE}")
    order = _Order.of(filters.states, cursor)
    runs = [
        order.run(session, name, state, filters, limit + 1)
        for name in _accounts(session, account)
        for state in filters.states
    ]
    found = list(islice(merge(*runs, reverse=order.newest_first), limit + 1))
    ids = [case_id_of(key) for key in found[:limit]]
    rows = {row.id: row for row in session.scalars(select(CaseRow).where(CaseRow.id.in_(ids)))}
    more = found[limit - 1] if len(found) > limit else None
    return Page(stored(session, [rows[case_id] for case_id in ids]), more)


def counts(session: Session, *, account: str, most: int = MOST_COUNTED) -> Mapping[CaseStatus, int]:
    """How many cases stand where, earlier versions of a message left out; no state is counted past ``most`` + 1.

    The inbox says "over a thousand": to know how many exactly, every case ever closed would be read for every page.
    """
    names = _accounts(session, account)
    found = {state: _counted(session, names, state, most + 1) for state in CaseStatus}
    return {state: number for state, number in found.items() if number}


def _counted(session: Session, accounts: Sequence[str], state: CaseStatus, most: int) -> int:
    total = 0
    for account in accounts:
        here = (CaseRow.account == account, CaseRow.status == state.value, CaseRow.superseded_by.is_(None))
        some = select(CaseRow.desk_key).where(*here).limit(most - total).subquery()
        total += session.execute(select(func.count()).select_from(some)).scalar_one()
        if total >= most:
            break
    return total


@dataclass(frozen=True, slots=True)
class _Order:
    """By the clocks, first to run out first; or newest first."""

    newest_first: bool
    cursor: str | None

    @classmethod
    def of(cls, states: Sequence[CaseStatus], cursor: str | None) -> "_Order":
        if not states or not (set(states) <= set(WAITING) or set(states) <= set(CLOSED)):
            raise CursorError("states: some that wait, or some that are closed")
        newest_first = states[0] in CLOSED
        if cursor is not None and not (is_id(cursor, "cas") if newest_first else _KEY.match(cursor)):
            raise CursorError("cursor: not one that this service gave out")
        return cls(newest_first, cursor)

    def run(
        self, session: Session, account: str, state: CaseStatus, filters: DeskFilters, limit: int
    ) -> list[str]:
        """Keys of one account and state, in order: nothing else is read, so the index alone answers."""
        key: InstrumentedAttribute[str] = CaseRow.id if self.newest_first else CaseRow.desk_key
        query = select(key).where(
            CaseRow.account == account, CaseRow.status == state.value, *_chosen(filters)
        )
        if self.cursor is not None:
            query = query.where(key < self.cursor if self.newest_first else key > self.cursor)
        query = query.order_by(key.desc() if self.newest_first else key).limit(limit)
        return list(session.scalars(query))


def _accounts(session: Session, account: str) -> Sequence[str]:
    if account != ALL_ACCOUNTS:
        return [account]
    return account_names(session)


def _chosen(filters: DeskFilters) -> Iterator[ColumnElement[bool]]:
    yield CaseRow.superseded_by.is_(None)
    plain: tuple[tuple[InstrumentedAttribute[str], str | None], ...] = (
        (CaseRow.queue, filters.queue),
        (CaseRow.language, filters.language),
        (CaseRow.disposition, filters.disposition),
        (CaseRow.channel, filters.channel),
    )
    for column, value in plain:
        if value is not None:
            # PostgreSQL refuses a NUL in a text; no value of ours has one.
            yield column == str(value).replace("\0", "\N{REPLACEMENT CHARACTER}")
    if filters.flag is not None:
        yield CaseRow.flags.like(flag_pattern(filters.flag), escape="\\")
