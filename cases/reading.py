"""Queries over the case store: every one that takes an id or a code from outside asks for the account."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from cases.audit import Action
from cases.decisions import CaseStatus
from cases.errors import CaseNotFoundError, CursorError
from cases.identifiers import is_id, parse_tracking_code
from cases.stored import Page, StoredCase, stored_case
from cases.tables import AuditRow, CaseRow, DecisionRow
from policies.vocabulary import Disposition, Priority

ALL_ACCOUNTS = "*"
"""Instead of an account's id: no isolation. For auditors and the command line; no account is called so."""
MAX_PAGE = 200


@dataclass(frozen=True, slots=True)
class Filters:
    """Which cases to list; None takes all."""

    disposition: Disposition | None = None
    priority: Priority | None = None
    queue: str | None = None
    status: CaseStatus | None = None
    superseded: bool | None = False
    """False leaves out cases that a newer version of their message replaced."""


def row_of(session: Session, case_id: str, account: str) -> CaseRow:
    """The row of a case of this account.

    Raises:
        CaseNotFoundError: no such case here; another account's looks the same.
    """
    row = session.get(CaseRow, case_id) if is_id(case_id, "cas") else None
    if row is None or account not in (row.account, ALL_ACCOUNTS):
        raise CaseNotFoundError("no such case")
    return row


def is_erased(session: Session, case_id: str) -> bool:
    """Whether a case was erased."""
    query = select(AuditRow.seq).where(AuditRow.case_id == case_id, AuditRow.action == Action.CASE_ERASED)
    return session.scalars(query.limit(1)).first() is not None


def row_by_tracking_code(session: Session, code: str, account: str) -> CaseRow:
    """The row of the case with a tracking code, however it was typed.

    Raises:
        CaseNotFoundError: no such code here, or its check character is wrong.
    """
    parsed = parse_tracking_code(code)
    query = select(CaseRow).where(CaseRow.tracking_code == parsed, *_of_account(account))
    rows = session.scalars(query.limit(2)).all() if parsed else []
    if len(rows) != 1:
        raise CaseNotFoundError("no such tracking code")
    return rows[0]


def versions(session: Session, account: str, message_key: str | None) -> Sequence[CaseRow]:
    """The cases of one message id, newest version first; none for a message without id."""
    if message_key is None:
        return []
    query = select(CaseRow).where(CaseRow.account == account, CaseRow.message_key == message_key)
    return session.scalars(query.order_by(CaseRow.thread_version.desc())).all()


def page(session: Session, *, account: str, limit: int, cursor: str | None, filters: Filters) -> Page:
    """A page of cases, newest first; the cursor is the last id of the page before.

    Raises:
        CursorError: not a cursor of ours, or a limit outside 1 to 200.
    """
    if not 1 <= limit <= MAX_PAGE:
        raise CursorError(f"limit must be from 1 to {MAX_PAGE}")
    if cursor is not None and not is_id(cursor, "cas"):
        raise CursorError("cursor: not one that this service gave out")
    names = account_names(session) if account == ALL_ACCOUNTS else (account,)
    states = tuple(CaseStatus) if filters.status is None else (filters.status,)
    runs = [_ids(session, name, state, filters, cursor, limit + 1) for name in names for state in states]
    ids = list(islice(merge(*runs, reverse=True), limit + 1))
    found = {row.id: row for row in session.scalars(select(CaseRow).where(CaseRow.id.in_(ids[:limit])))}
    more = ids[limit - 1] if len(ids) > limit else None
    return Page(stored(session, [found[case_id] for case_id in ids[:limit]]), more)


def _ids(
    session: Session, account: str, state: CaseStatus, filters: Filters, cursor: str | None, limit: int
) -> Sequence[str]:
    """Ids of one account and state, newest first: the index alone answers, so a filter that fits little is fast."""
    query = select(CaseRow.id).where(
        CaseRow.account == account, CaseRow.status == state.value, *_chosen(filters)
    )
    if cursor is not None:
        query = query.where(CaseRow.id < cursor)
    return session.scalars(query.order_by(CaseRow.id.desc()).limit(limit)).all()


def account_names(session: Session) -> tuple[str, ...]:
    """The accounts that have cases; as many steps in the index as there are accounts, however many cases."""
    found: list[str] = []
    while True:
        query = select(CaseRow.account).order_by(CaseRow.account).limit(1)
        if found:
            query = query.where(CaseRow.account > found[-1])
        following = session.scalars(query).first()
        if following is None:
            return tuple(found)
        found.append(following)


def decisions_of(session: Session, case_ids: Sequence[str]) -> Sequence[DecisionRow]:
    """The decisions of cases, in the order in which they were taken."""
    query = select(DecisionRow).where(DecisionRow.case_id.in_(case_ids))
    return session.scalars(query.order_by(DecisionRow.case_id, DecisionRow.number)).all()


def stored(session: Session, rows: Sequence[CaseRow]) -> tuple[StoredCase, ...]:
    """The stored cases of rows, with their decisions."""
    taken: dict[str, list[DecisionRow]] = {row.id: [] for row in rows}
    for decision in decisions_of(session, [*taken]):
        taken[decision.case_id].append(decision)
    return tuple(stored_case(row, taken[row.id]) for row in rows)


def _of_account(account: str) -> tuple[ColumnElement[bool], ...]:
    return () if account == ALL_ACCOUNTS else (CaseRow.account == account,)


def _chosen(filters: Filters) -> Iterator[ColumnElement[bool]]:
    """The conditions of filters, but for the state."""
    if filters.disposition is not None:
        yield CaseRow.disposition == filters.disposition.value
    if filters.priority is not None:
        yield CaseRow.priority == filters.priority.value
    if filters.queue is not None:
        # PostgreSQL refuses a NUL in a text; no queue has one in its name.
        yield CaseRow.queue == filters.queue.replace("\0", "\N{REPLACEMENT CHARACTER}")
    if filters.superseded is not None:
        there = CaseRow.superseded_by.is_not(None)
        yield there if filters.superseded else ~there
