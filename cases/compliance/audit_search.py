"""Searches the audit log, newest first, a bounded stretch at a time, and checks the links of what it shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session

from cases.audit import GENESIS, HEAD, Action, is_sealed, row_hash
from cases.identifiers import is_id
from cases.reading import ALL_ACCOUNTS
from cases.sealing import Sealer
from cases.tables import AuditHeadRow, AuditRow, CaseRow

STRETCH = 10_000
"""Rows looked through for one page, so that a search for what is rare answers as fast as any other."""
LATEST = 100
"""Links at the end of the chain that are checked at every look."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows; None takes all. Days are in UTC, as rows are dated."""

    account: str
    case_id: str | None = None
    tracking_code: str | None = None
    action: Action | None = None
    actor: str | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A row as it is shown. ``intact``: its hash is that of its contents, and it follows the row before it."""

    seq: int
    at: str
    actor: str
    action: str
    case_id: str | None
    payload: str
    hash: str
    intact: bool


@dataclass(frozen=True, slots=True)
class Found:
    """Rows, newest first; ``next_before`` leads on to older ones, None at the end of the log."""

    lines: tuple[Line, ...]
    next_before: int | None


@dataclass(frozen=True, slots=True)
class ChainEnd:
    """The end of the chain after a short check; ``problem`` is what is wrong with it, for people."""

    rows: int
    head: str
    last_at: str | None
    problem: str | None


def search(session: Session, wanted: Wanted, *, before: int | None = None, limit: int = 50) -> Found:
    """Rows below a number, newest first.

    A key of one account sees the rows of its cases alone: those of keys and purges speak of the whole installation.
    """
    case_id = wanted.case_id
    if wanted.tracking_code is not None:
        case_id = _case_of(session, wanted)
    if case_id is not None or wanted.tracking_code is not None:
        query = _filtered(wanted).where(AuditRow.case_id == (case_id or ""), *_days(wanted))
        if before is not None:
            query = query.where(AuditRow.seq < before)
        rows = session.scalars(query.order_by(AuditRow.seq.desc()).limit(limit + 1)).all()
        more = len(rows) > limit
        return Found(_lines(session, rows[:limit]), rows[limit - 1].seq if more else None)
    return _stretch(session, wanted, before, limit)


def _stretch(session: Session, wanted: Wanted, before: int | None, limit: int) -> Found:
    end = _day_after(wanted.last)
    top = _seq_from(session, end) if end else _newest(session) + 1
    bottom = _seq_from(session, wanted.first) if wanted.first else 1
    top = min(top, before) if before is not None else top
    low = max(bottom, top - STRETCH)
    query = _filtered(wanted).where(AuditRow.seq < top, AuditRow.seq >= low)
    rows = session.scalars(query.order_by(AuditRow.seq.desc()).limit(limit + 1)).all()
    if len(rows) > limit:
        return Found(_lines(session, rows[:limit]), rows[limit - 1].seq)
    return Found(_lines(session, rows), low if low > bottom else None)


def chain_end(session: Session, sealer: Sealer) -> ChainEnd:
    """Check the seal of the head and the last links; ``verification.verify`` checks everything."""
    rows = list(session.scalars(select(AuditRow).order_by(AuditRow.seq.desc()).limit(LATEST + 1)))
    head = session.get(AuditHeadRow, HEAD)
    newest = rows[0] if rows else None
    told = ChainEnd(
        rows=newest.seq if newest else 0,
        head=newest.hash if newest else GENESIS,
        last_at=newest.at if newest else None,
        problem=None,
    )
    problem = _end_problem(rows, head, sealer)
    return told if problem is None else ChainEnd(told.rows, told.head, told.last_at, problem)


def _end_problem(rows: Sequence[AuditRow], head: AuditHeadRow | None, sealer: Sealer) -> str | None:
    if head is None:
        return "falta la cabecera sellada" if rows else None
    if not is_sealed(sealer, head):
        return "el sello de la cabecera no es el nuestro"
    if not rows or (head.seq, head.hash) != (rows[0].seq, rows[0].hash):
        return "la última fila no es la sellada"
    for row, earlier in pairwise(rows):
        if row.seq != earlier.seq + 1:
            return f"falta la fila {row.seq - 1}"
        if not _is_linked(row, earlier.hash):
            return f"la fila {row.seq} se ha cambiado"
    oldest = rows[-1]
    if row_hash(oldest) != oldest.hash or (oldest.seq == 1 and oldest.prev_hash != GENESIS):
        return f"la fila {oldest.seq} se ha cambiado"
    return None


def _filtered(wanted: Wanted) -> Select[AuditRow]:
    query = select(AuditRow)
    if wanted.account != ALL_ACCOUNTS:
        # No join: the database would begin with all cases of the account instead of the newest rows of the log.
        of_account = exists().where(CaseRow.id == AuditRow.case_id, CaseRow.account == wanted.account)
        query = query.where(of_account)
    if wanted.action is not None:
        # The plus keeps SQLite on the primary key: the stretch is short, and the index by action is not sorted by it.
        query = query.where(AuditRow.action + "" == wanted.action.value)
    if wanted.actor is not None:
        query = query.where(AuditRow.actor == wanted.actor)
    return query


def _days(wanted: Wanted) -> list[ColumnElement[bool]]:
    """The days asked for, as conditions on rows."""
    end, found = _day_after(wanted.last), list[ColumnElement[bool]]()
    if wanted.first is not None:
        found.append(AuditRow.at >= wanted.first.isoformat())
    if end is not None:
        found.append(AuditRow.at < end.isoformat())
    return found


def _day_after(last: date | None) -> date | None:
    """The first day that is too late; None where every day is early enough."""
    return None if last is None or last == date.max else last + timedelta(days=1)


def _case_of(session: Session, wanted: Wanted) -> str | None:
    query = select(CaseRow.id).where(CaseRow.tracking_code == wanted.tracking_code)
    if wanted.account != ALL_ACCOUNTS:
        query = query.where(CaseRow.account == wanted.account)
    return session.scalars(query.limit(1)).first()


def _newest(session: Session) -> int:
    return session.execute(select(func.max(AuditRow.seq))).scalar_one() or 0


def _seq_from(session: Session, day: date) -> int:
    """The first row of a day or later, by bisection: rows are numbered in the order of their dates."""
    start, low, high = day.isoformat(), 1, _newest(session) + 1
    while low < high:
        middle = (low + high) // 2
        nearest = select(AuditRow.at).where(AuditRow.seq >= middle).order_by(AuditRow.seq).limit(1)
        at = session.scalars(nearest).first()
        if at is not None and at < start:
            low = middle + 1
        else:
            high = middle
    return low


def _lines(session: Session, rows: Sequence[AuditRow]) -> tuple[Line, ...]:
    numbers = [row.seq - 1 for row in rows]
    earlier = {
        row.seq: row.hash
        for row in session.execute(select(AuditRow.seq, AuditRow.hash).where(AuditRow.seq.in_(numbers)))
    }
    return tuple(
        Line(
            seq=row.seq,
            at=row.at,
            actor=row.actor,
            action=row.action,
            case_id=row.case_id,
            payload=row.payload,
            hash=row.hash,
            intact=_is_linked(row, earlier.get(row.seq - 1) if row.seq > 1 else GENESIS),
        )
        for row in rows
    )


def _is_linked(row: AuditRow, before: str | None) -> bool:
    return row_hash(row) == row.hash and row.prev_hash == before


def looks_like_case(text: str) -> bool:
    """Whether a text has the form of a case's id."""
    return is_id(text, "cas")
