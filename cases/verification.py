"""Checks the audit log against itself, its sealed head, and the records it tells of."""

import hmac
import json
from collections.abc import Iterable
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Executable, func, select
from sqlalchemy.orm import Session, aliased

from cases.audit import GENESIS, HEAD, Action, is_sealed, row_hash
from cases.database import Database
from cases.decisions import STATUS_AFTER, CaseStatus, Verb
from cases.desk_order import copies_of
from cases.satisfaction import find_changed
from cases.sealing import Sealer
from cases.tables import AuditHeadRow, AuditRow, CaseRow, DecisionRow

_CHUNK = 1000
_ERASED = aliased(AuditRow)
_IS_ERASED = (_ERASED.case_id == AuditRow.case_id) & (_ERASED.action == Action.CASE_ERASED)
"""The row that tells of a case's erasure: there is at most one, for an erased case is not erased again."""


@dataclass(frozen=True, slots=True)
class AuditReport:
    """The result of a verification."""

    ok: bool
    rows: int
    first_bad_seq: int | None
    """Number of the first row that is wrong or missing; None if all is well, or no single row is to blame."""
    problem: str | None
    head: str
    """Hash of the last row. Noted elsewhere, it shows later whether the whole database was put back."""


@dataclass(frozen=True, slots=True)
class _Finding:
    seq: int | None
    problem: str


@dataclass(slots=True)
class _End:
    seq: int = 0
    hash: str = GENESIS


def verify(database: Database, sealer: Sealer, *, noted_head: str | None = None) -> AuditReport:
    """Find any row that was changed, removed, inserted or moved, a tail cut off, and records changed past the log.

    Args:
        noted_head: ``head`` of an earlier report: its row must still be in the chain.

    Raises:
        StoreUnavailableError: the database cannot be read.
    """
    with database.read() as session:
        end = _End()
        finding = (
            _chain(session, end)
            or _head(session, sealer, end)
            or _noted(session, noted_head)
            or _cases(session, sealer)
            or _decisions(session, sealer)
            or _statuses(session)
            or _superseded(session)
            or _grades(session, sealer)
        )
        rows = session.execute(select(func.count()).select_from(AuditRow)).scalar_one()
    if finding is None:
        return AuditReport(True, rows, None, None, end.hash)
    return AuditReport(False, rows, finding.seq, finding.problem, end.hash)


def _chain(session: Session, end: _End) -> _Finding | None:
    """Follow the rows from the first to the last."""
    with _streamed(session, select(AuditRow).order_by(AuditRow.seq)) as rows:
        return next(filter(None, (_link(row, end) for (row,) in rows)), None)


def _link(row: AuditRow, end: _End) -> _Finding | None:
    """Check one row against the one before, and move the end on."""
    expected = end.seq + 1
    if row.seq > expected:
        return _Finding(expected, f"row {expected} is missing: removed, or moved elsewhere")
    if row.seq < expected:
        return _Finding(row.seq, f"row {row.seq} was inserted before the first")
    if row_hash(row) != row.hash:
        return _Finding(row.seq, f"row {row.seq} was changed or moved here")
    if row.prev_hash != end.hash:
        return _Finding(row.seq, f"row {row.seq} does not follow row {end.seq}: one of the two was replaced")
    end.seq, end.hash = row.seq, row.hash
    return None


def _head(session: Session, sealer: Sealer, end: _End) -> _Finding | None:
    """Compare the last row with the sealed head."""
    head = session.get(AuditHeadRow, HEAD)
    if head is None:
        return _Finding(None, "the sealed head is missing") if end.seq else None
    if not is_sealed(sealer, head):
        return _Finding(None, "the seal of the head is wrong: it was changed, or another audit key is in use")
    if head.seq > end.seq:
        return _Finding(end.seq + 1, f"rows {end.seq + 1} to {head.seq} are missing: the end was cut off")
    if head.seq < end.seq:
        return _Finding(head.seq + 1, f"row {head.seq + 1} was added past the head")
    if head.hash != end.hash:
        return _Finding(None, "the last row is not the sealed one: rows were replaced and hashed again")
    return None


def _noted(session: Session, noted_head: str | None) -> _Finding | None:
    if noted_head is None or noted_head == GENESIS:
        return None
    found = session.scalars(select(AuditRow.seq).where(AuditRow.hash == noted_head).limit(1)).first()
    return (
        None if found else _Finding(None, "the noted head is not in the chain: an older state was put back")
    )


def _cases(session: Session, sealer: Sealer) -> _Finding | None:
    """Compare each case with the seal in its audit row, or with that of its erasure."""
    told = (
        select(AuditRow, CaseRow, _ERASED.payload)
        .outerjoin(CaseRow, CaseRow.audit_seq == AuditRow.seq)
        .outerjoin(_ERASED, _IS_ERASED)
        .where(AuditRow.action == Action.CASE_RECORDED)
        .order_by(AuditRow.seq)
    )
    with _streamed(session, told) as rows:
        for audit, row, erased in rows:
            if row is None:
                return _Finding(audit.seq, f"case {audit.case_id} was removed")
            if not _sealed(erased or audit.payload, sealer.case_seal(row)):
                return _Finding(audit.seq, f"case {audit.case_id} was changed after it was recorded")
            if (row.language, row.flags, row.desk_key) != copies_of(row.body):
                return _Finding(audit.seq, f"the place of case {audit.case_id} in the inbox was changed")
    is_told = (AuditRow.seq == CaseRow.audit_seq) & (AuditRow.action == Action.CASE_RECORDED)
    untold = select(CaseRow.id).outerjoin(AuditRow, is_told).where(AuditRow.seq.is_(None))
    case_id = session.scalars(untold.limit(1)).first()
    return _Finding(None, f"case {case_id} has no row in the audit log") if case_id else None


def _decisions(session: Session, sealer: Sealer) -> _Finding | None:
    """Compare each decision with the seal in its audit row, or with that of its case's erasure."""
    told = (
        select(AuditRow, DecisionRow, _ERASED.payload)
        .outerjoin(DecisionRow, DecisionRow.audit_seq == AuditRow.seq)
        .outerjoin(_ERASED, _IS_ERASED & (_ERASED.seq > AuditRow.seq))
        .where(AuditRow.action == Action.DECISION_RECORDED)
        .order_by(AuditRow.seq)
    )
    with _streamed(session, told) as rows:
        for audit, row, erased in rows:
            if row is None:
                return _Finding(audit.seq, f"a decision on case {audit.case_id} was removed")
            if not _sealed(erased or audit.payload, sealer.decision_seal(row), decision=row.number):
                return _Finding(audit.seq, f"decision {row.number} on case {audit.case_id} was changed")
    is_told = (AuditRow.seq == DecisionRow.audit_seq) & (AuditRow.action == Action.DECISION_RECORDED)
    untold = select(DecisionRow.case_id).outerjoin(AuditRow, is_told).where(AuditRow.seq.is_(None))
    case_id = session.scalars(untold.limit(1)).first()
    return _Finding(None, f"a decision on case {case_id} has no row in the audit log") if case_id else None


def _statuses(session: Session) -> _Finding | None:
    """Compare each case's status with its last decision."""
    numbers = select(DecisionRow.case_id, func.max(DecisionRow.number).label("number"))
    last = numbers.group_by(DecisionRow.case_id).subquery()
    query = (
        select(CaseRow.id, CaseRow.status, CaseRow.audit_seq, DecisionRow.decision)
        .outerjoin(last, last.c.case_id == CaseRow.id)
        .outerjoin(DecisionRow, (DecisionRow.case_id == CaseRow.id) & (DecisionRow.number == last.c.number))
        .order_by(CaseRow.audit_seq)
    )
    with _streamed(session, query) as rows:
        for case_id, status, seq, decision in rows:
            expected = STATUS_AFTER[Verb(decision)] if decision else CaseStatus.OPEN
            if status != expected:
                return _Finding(seq, f"case {case_id} is marked {status}, not {expected.value} as decided")
    return None


def _superseded(session: Session) -> _Finding | None:
    """Compare what supersedes each case with the log."""
    is_told = (AuditRow.case_id == CaseRow.id) & (AuditRow.action == Action.CASE_SUPERSEDED)
    query = (
        select(CaseRow.id, CaseRow.superseded_by, AuditRow.payload)
        .outerjoin(AuditRow, is_told)
        .where(CaseRow.superseded_by.is_not(None) | AuditRow.seq.is_not(None))
    )
    with _streamed(session, query) as rows:
        for case_id, superseded_by, payload in rows:
            if payload is None or json.loads(payload)["superseded_by"] != superseded_by:
                return _Finding(None, f"case {case_id}: what supersedes it was changed")
    return None


def _grades(session: Session, sealer: Sealer) -> _Finding | None:
    """Compare each customer's grade with the log."""
    changed = find_changed(session, sealer)
    return None if changed is None else _Finding(*changed)


def _streamed(session: Session, query: Executable) -> AbstractContextManager[Iterable[Any]]:
    """Rows in chunks, not all in memory; the server's cursor is closed however the loop ends."""
    return closing(session.execute(query, execution_options={"yield_per": _CHUNK}))


def _sealed(payload: str, seal: str, *, decision: int | None = None) -> bool:
    """Compare a seal with the one in a row's payload; an erasure's holds those of the decisions apart."""
    # The chain was found intact before: the payload is the one that was written.
    told = json.loads(payload)
    apart = decision is not None and "decisions" in told
    noted = told["decisions"].get(str(decision)) if apart else told["seal"]
    return hmac.compare_digest(str(noted).encode(), seal.encode())
