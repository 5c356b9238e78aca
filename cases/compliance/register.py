"""The register of suspected adverse events: day zero, the clocks of submission, and where each case stands."""

import json
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.audit import HEAD
from cases.decisions import CaseStatus
from cases.outbox import EventType
from cases.reading import ALL_ACCOUNTS, account_names
from cases.tables import AuditHeadRow, CaseRow, OutboxRow
from policies.adverse_events import AdverseEventPolicy, Clock

_CHUNK = 500
"""Cases read at once; SQLite takes a limited number of values in one query."""
CRITERIA = ("reporter", "patient", "product", "reaction")
"""The four minimum criteria of GVP VI.B.2."""


@dataclass(frozen=True, slots=True)
class Report:
    """What never changes of a case with a suspected adverse event: codes and dates, no text."""

    case_id: str
    account: str
    tracking_code: str
    channel: str
    received_at: datetime
    criteria: tuple[str, ...]
    """Those met."""
    serious_hint: bool
    reporter_kind: str
    situations: tuple[str, ...]
    seriousness: tuple[str, ...]
    day_zero: date | None
    """When this message met the four criteria; None where one is missing."""
    applies: Clock
    days_if_serious: int
    days_if_not_serious: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the register: the last version of a message, with the day zero of the first that met the criteria."""

    report: Report
    status: CaseStatus
    day_zero: date | None

    @property
    def missing(self) -> tuple[str, ...]:
        """The criteria that nothing speaks for; the report is valid once there is none."""
        return tuple(name for name in CRITERIA if name not in self.report.criteria)

    @property
    def if_serious(self) -> date | None:
        """Last day to submit a serious case (15 calendar days: Directive 2001/83/EC art. 107(3))."""
        return self._after(self.report.days_if_serious)

    @property
    def if_not_serious(self) -> date | None:
        """Last day to submit a case that is not serious (90 calendar days)."""
        return self._after(self.report.days_if_not_serious)

    @property
    def submit_by(self) -> date | None:
        """The last day by the hint of seriousness; a person settles whether it is serious."""
        return self.if_serious if self.report.applies == "serious" else self.if_not_serious

    def days_left(self, today: date) -> int | None:
        """Days until the last day; negative when it has passed."""
        return None if self.submit_by is None else (self.submit_by - today).days

    def _after(self, days: int) -> date | None:
        return None if self.day_zero is None else self.day_zero + timedelta(days=days)


class AdverseEventRegister:
    """Reads the register; what never changes is read once. Safe to share between threads."""

    def __init__(self, policy: AdverseEventPolicy) -> None:
        self._policy = policy
        self._known: dict[str, Report | None] = {}
        self._reading = threading.Lock()
        self._told: dict[str, tuple[int, date, tuple[Entry, ...]]] = {}
        """By account: the lines as they were at a row of the audit log. Whatever changes a case adds a row."""

    def entries(self, session: Session, *, account: str, today: date) -> tuple[Entry, ...]:
        """The lines of an account: running clocks first, the nearest end first; then ended ones; then unclocked.

        Every case that policy flagged is here, whatever became of it: superseded versions are told by the last one.
        """
        head = session.get(AuditHeadRow, HEAD)
        seq = head.seq if head is not None else 0
        known = self._told.get(account)
        if known is not None and known[:2] == (seq, today):
            return known[2]
        found = self._worked_out(session, account, today)
        self._told[account] = (seq, today, found)
        return found

    def _worked_out(self, session: Session, account: str, today: date) -> tuple[Entry, ...]:
        rows = _told(session, account)
        self._read(session, [case_id for case_id, *_ in rows])
        newer = {case_id: after for case_id, _, after in rows if after is not None}
        chains: dict[str, list[tuple[Report, CaseStatus]]] = {}
        for case_id, status, _ in rows:
            report = self._known.get(case_id)
            if report is not None:
                chains.setdefault(_last(case_id, newer), []).append((report, status))
        return tuple(sorted(map(_entry, chains.values()), key=lambda entry: _order(entry, today)))

    def _read(self, session: Session, case_ids: Sequence[str]) -> None:
        with self._reading:
            new = list(dict.fromkeys(case_id for case_id in case_ids if case_id not in self._known))
            for first in range(0, len(new), _CHUNK):
                rows = session.execute(_bodies(new[first : first + _CHUNK])).all()
                for row in rows:
                    self._known[row.id] = _report(row, self._policy)


def _told(session: Session, account: str) -> list[tuple[str, CaseStatus, str | None]]:
    """Cases for which the event of a suspected adverse event was written: one index look-up an account."""
    accounts: Iterable[str] = (account,)
    if account == ALL_ACCOUNTS:
        accounts = account_names(session)
    query = (
        select(CaseRow.id, CaseRow.status, CaseRow.superseded_by)
        .join(OutboxRow, OutboxRow.case_id == CaseRow.id)
        .where(OutboxRow.account.in_(accounts), OutboxRow.type == EventType.ADVERSE_EVENT_SUSPECTED.value)
        .order_by(CaseRow.id)
    )
    return [(row.id, CaseStatus(row.status), row.superseded_by) for row in session.execute(query)]


def _bodies(case_ids: Sequence[str]) -> Any:  # noqa: ANN401 - SQLAlchemy's type of a query
    columns = (CaseRow.id, CaseRow.account, CaseRow.tracking_code, CaseRow.channel, CaseRow.received_at)
    return select(*columns, CaseRow.body).where(CaseRow.id.in_(case_ids))


def _report(row: Any, policy: AdverseEventPolicy) -> Report | None:  # noqa: ANN401 - a row of columns
    """The report of a case; None where its body holds none (erased)."""
    found: Mapping[str, Any] | None = json.loads(row.body).get("adverse_event")
    if found is None:
        return None
    clock = found.get("clock")
    started = clock["day_zero"] if clock else found["day_zero"]
    serious = bool(found["serious_hint"])
    return Report(
        case_id=row.id,
        account=row.account,
        tracking_code=row.tracking_code,
        channel=row.channel,
        received_at=row.received_at,
        criteria=tuple(name for name in CRITERIA if found["criteria"][name]),
        serious_hint=serious,
        reporter_kind=found.get("reporter_kind", "consumer"),
        situations=tuple(one["code"] for one in found.get("situations", ())),
        seriousness=tuple(one["code"] for one in found.get("seriousness", ())),
        day_zero=None if started is None else date.fromisoformat(started[:10]),
        applies=clock["applies"] if clock else ("serious" if serious else "non_serious"),
        days_if_serious=_days(clock, "if_serious", policy.clocks["serious"].calendar_days),
        days_if_not_serious=_days(clock, "if_not_serious", policy.clocks["non_serious"].calendar_days),
    )


def _days(clock: Mapping[str, str] | None, name: str, otherwise: int) -> int:
    """The term that was in force when the case was recorded."""
    if clock is None:
        return otherwise
    return (date.fromisoformat(clock[name]) - date.fromisoformat(clock["day_zero"])).days


def _last(case_id: str, newer: Mapping[str, str]) -> str:
    """The last version of a message, which may itself hold no adverse event."""
    while (after := newer.get(case_id)) is not None:
        case_id = after
    return case_id


def _entry(versions: Sequence[tuple[Report, CaseStatus]]) -> Entry:
    report, status = versions[-1]  # in the order of ids, which is that of time
    # The clock does not start anew because the conversation went on (GVP VI.B.7).
    days = [one.day_zero for one, _ in versions if one.day_zero is not None]
    met = max((one.criteria for one, _ in versions), key=len)
    if met != report.criteria:
        report = replace(report, criteria=met)
    return Entry(report, status, min(days, default=None))


def _order(entry: Entry, today: date) -> tuple[int, int, str]:
    left = entry.days_left(today)
    if left is None:
        return 2, 0, entry.report.case_id
    return (0, left, entry.report.case_id) if left >= 0 else (1, -left, entry.report.case_id)
