"""When cases that may become a crisis come close together, the plan is opened: told once, whatever the hour (M62)."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.canonical import Json
from cases.outbox import EventType
from cases.tables import CaseRow, OutboxRow
from cases.timekeeping.rows import Desk

MOST_IDS = 20
"""Ids of cases in the event; the rest is found by the list of cases."""


def open_if_many(session: Session, row: CaseRow, desk: Desk) -> bool:
    """Tell that the plan is to be opened, where this case makes so many; False where it does not, or was told."""
    rules = desk.policy.crisis
    own = session.scalars(_suspected(row.account).where(OutboxRow.case_id == row.id)).first()
    if own is None or desk.is_forgotten(own.created_at):
        return False
    since = own.created_at - timedelta(minutes=rules.within_minutes)
    query = (
        _suspected(row.account)
        .join(CaseRow, CaseRow.id == OutboxRow.case_id)
        .where(OutboxRow.created_at >= since, OutboxRow.position <= own.position)
        # A message that came again is one case, not two.
        .where(CaseRow.superseded_by.is_(None))
        .order_by(OutboxRow.position.desc())
        .limit(rules.cases + MOST_IDS)
    )
    found = list(dict.fromkeys(event.case_id for event in session.scalars(query)))
    quiet = desk.now() - timedelta(hours=rules.quiet_hours)
    if len(found) < rules.cases or _opened_since(session, row.account, quiet):
        return False
    ids: list[Json] = [*found[:MOST_IDS]]
    data: dict[str, Json] = {"cases": len(found), "within_minutes": rules.within_minutes, "case_ids": ids}
    desk.tell(session, row, EventType.CRISIS_OPENED, data)
    return True


def _suspected(account: str) -> Any:  # noqa: ANN401 - a Select, whose type differs between versions
    return select(OutboxRow).where(
        OutboxRow.account == account, OutboxRow.type == EventType.CRISIS_SUSPECTED.value
    )


def _opened_since(session: Session, account: str, since: datetime) -> bool:
    query = select(OutboxRow.id).where(
        OutboxRow.account == account,
        OutboxRow.type == EventType.CRISIS_OPENED.value,
        OutboxRow.created_at > since,
    )
    return session.scalars(query.limit(1)).first() is not None
