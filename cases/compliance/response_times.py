"""How fast customers were answered, which clocks ended too late, and what became of the drafts (M73, M75, M76)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Select, case, extract, func, select
from sqlalchemy.orm import Session

from cases.audit import HEAD
from cases.decisions import SENDING, CaseStatus, Outcome
from cases.reading import ALL_ACCOUNTS
from cases.satisfaction import SatisfactionFigures, satisfaction_figures
from cases.tables import AuditHeadRow, CaseRow, DecisionRow
from cases.work_tables import ClockRow, MarkRow

WITHIN_MINUTES = (30, 300, 1440)
"""Half an hour and 24 hours (M1), five hours (M2)."""
MOST_LATE = 100
"""Late cases that are listed; the rest are counted."""
_MARK = "timekeeping"
"""Where the keeper of the clocks notes how far it has read (``cases/timekeeping/keeper.py``)."""


@dataclass(frozen=True, slots=True)
class Speed:
    """Of the cases of a channel, or of all. Minutes from arrival to the first reply sent."""

    channel: str
    received: int
    answered: int
    median: float | None
    p90: float | None
    within: tuple[float, ...]
    """Shares of the answered ones, in the order of ``WITHIN_MINUTES``."""


@dataclass(frozen=True, slots=True)
class ClockFigures:
    """One of the three clocks (X5)."""

    clock: str
    counted: int
    breached: int
    late_now: int
    """Breached and still running."""


@dataclass(frozen=True, slots=True)
class Late:
    """A clock that has ended and still runs."""

    case_id: str
    tracking_code: str
    priority: str
    queue: str
    clock: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything of one account since an instant."""

    speeds: tuple[Speed, ...]
    """All channels first, then each."""
    clocks: tuple[ClockFigures, ...]
    late: tuple[Late, ...]
    outcomes: Mapping[str, int]
    mean_edit: float | None
    """Share of the draft's characters that changed, over the edited ones."""
    statuses: Mapping[str, int]
    wrote_again: int
    """Cases whose message came again with a longer thread: what followed a reply (M75)."""
    unread: int
    """Records that the keeper of the clocks has not read: their clocks are not counted."""
    satisfaction: SatisfactionFigures
    """What customers said of how they were served (M73)."""


def figures(session: Session, *, account: str, since: datetime, now: datetime) -> Figures:
    """Work out the figures of cases received since an instant; takes a second or two with 100,000 cases."""
    chosen = _chosen(account, since)
    outcomes, mean_edit = _outcomes(session, chosen)
    statuses = _counts(session, select(CaseRow.status, func.count()).where(*chosen).group_by(CaseRow.status))
    again = select(func.count()).select_from(CaseRow).where(*chosen, CaseRow.superseded_by.is_not(None))
    return Figures(
        speeds=_speeds(session, chosen),
        clocks=_clocks(session, chosen, now),
        late=_late(session, account, now),
        outcomes=outcomes,
        mean_edit=mean_edit,
        statuses={status.value: statuses.get(status.value, 0) for status in CaseStatus},
        wrote_again=session.execute(again).scalar_one(),
        unread=_unread(session),
        satisfaction=satisfaction_figures(session, chosen),
    )


def _chosen(account: str, since: datetime) -> tuple[Any, ...]:
    recent = (CaseRow.received_at >= since,)
    return recent if account == ALL_ACCOUNTS else (*recent, CaseRow.account == account)


def _speeds(session: Session, chosen: Sequence[Any]) -> tuple[Speed, ...]:
    sent = select(DecisionRow.case_id, func.min(DecisionRow.decided_at).label("at"))
    sent = sent.where(DecisionRow.decision.in_([verb.value for verb in SENDING]))
    first = sent.group_by(DecisionRow.case_id).subquery()
    # As seconds since 1970, worked out by the database: making datetimes of them takes ten times as long.
    seconds = extract("epoch", first.c.at) - extract("epoch", CaseRow.received_at)
    query = (
        select(CaseRow.channel, seconds)
        .outerjoin(first, first.c.case_id == CaseRow.id)
        .where(*chosen, CaseRow.superseded_by.is_(None))
    )
    received: dict[str, int] = {}
    minutes: dict[str, list[float]] = {}
    for channel, taken in session.execute(query):
        received[channel] = received.get(channel, 0) + 1
        if taken is not None:
            minutes.setdefault(channel, []).append(float(taken) / 60)
    every = [one for found in minutes.values() for one in found]
    return (
        _speed("", sum(received.values()), every),
        *(_speed(channel, received[channel], minutes.get(channel, [])) for channel in sorted(received)),
    )


def _speed(channel: str, received: int, minutes: Sequence[float]) -> Speed:
    if not minutes:
        return Speed(channel, received, 0, None, None, ())
    taken: npt.NDArray[np.float64] = np.maximum(np.array(minutes, dtype=np.float64), 0)
    median, p90 = (float(value) for value in np.quantile(taken, (0.5, 0.9)))
    within = tuple(float((taken <= limit).mean()) for limit in WITHIN_MINUTES)
    return Speed(channel, received, len(minutes), median, p90, within)


def _clocks(session: Session, chosen: Sequence[Any], now: datetime) -> tuple[ClockFigures, ...]:
    running = ClockRow.stopped_at.is_(None)
    over = case((func.coalesce(ClockRow.stopped_at, now) > ClockRow.due_at, 1), else_=0)
    still = case((running & (ClockRow.due_at < now), 1), else_=0)
    query = (
        select(ClockRow.clock, func.count(), func.sum(over), func.sum(still))
        .join(CaseRow, CaseRow.id == ClockRow.case_id)
        .where(*chosen, CaseRow.superseded_by.is_(None))
        .group_by(ClockRow.clock)
    )
    found = {row[0]: ClockFigures(row[0], row[1], int(row[2]), int(row[3])) for row in session.execute(query)}
    return tuple(
        found.get(name, ClockFigures(name, 0, 0, 0)) for name in ("acknowledge", "answer", "resolve")
    )


def _late(session: Session, account: str, now: datetime) -> tuple[Late, ...]:
    """The clocks that have ended and still run, the latest first to end."""
    query = (
        select(
            CaseRow.id,
            CaseRow.tracking_code,
            CaseRow.priority,
            CaseRow.queue,
            ClockRow.clock,
            ClockRow.due_at,
        )
        .join(ClockRow, ClockRow.case_id == CaseRow.id)
        .where(ClockRow.stopped_at.is_(None), ClockRow.due_at < now)
        .order_by(CaseRow.priority, ClockRow.due_at)
    )
    if account != ALL_ACCOUNTS:
        query = query.where(CaseRow.account == account)
    return tuple(Late(*row) for row in session.execute(query.limit(MOST_LATE)))


def _outcomes(session: Session, chosen: Sequence[Any]) -> tuple[dict[str, int], float | None]:
    joined: Select[str, int] = (
        select(DecisionRow.outcome, func.count())
        .join(CaseRow, CaseRow.id == DecisionRow.case_id)
        .where(*chosen)
        .group_by(DecisionRow.outcome)
    )
    counted = _counts(session, joined)
    mean = (
        select(func.avg(DecisionRow.edit_distance))
        .join(CaseRow, CaseRow.id == DecisionRow.case_id)
        .where(*chosen, DecisionRow.outcome == Outcome.SENT_EDITED.value)
    )
    value = session.execute(mean).scalar_one()
    outcomes = {outcome.value: counted.get(outcome.value, 0) for outcome in Outcome}
    return outcomes, None if value is None else float(value)


def _counts(session: Session, query: Select[str, int]) -> dict[str, int]:
    return {str(name): int(count) for name, count in session.execute(query)}


def _unread(session: Session) -> int:
    head, mark = session.get(AuditHeadRow, HEAD), session.get(MarkRow, _MARK)
    return (head.seq if head is not None else 0) - (mark.position if mark is not None else 0)
