"""Which cases and which rows of the audit log an evidence pack is about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.canonical import Json
from cases.errors import EvidenceError
from cases.reading import ALL_ACCOUNTS, row_of
from cases.tables import AuditRow, CaseRow, DecisionRow


@dataclass(frozen=True, slots=True)
class Period:
    """Days of a calendar, both included."""

    first: date
    last: date
    timezone: str

    def instants(self) -> tuple[datetime, datetime]:
        """The first instant, and the first one after the last day.

        Raises:
            EvidenceError: the last day is before the first, or the time zone is unknown.
        """
        if self.last < self.first:
            raise EvidenceError("--to is before --from")
        try:
            zone = ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            raise EvidenceError(f"time zone {self.timezone!r} is unknown") from None
        start = datetime.combine(self.first, time(), zone)
        return start.astimezone(UTC), datetime.combine(
            self.last + timedelta(days=1), time(), zone
        ).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Selection:
    """One case, or all cases recorded or decided on in a period."""

    case_id: str | None = None
    period: Period | None = None
    account: str = ALL_ACCOUNTS
    full_chain: bool = False
    """Contents of every row up to the head, also of other cases: for an inspector of the whole service."""

    def __post_init__(self) -> None:
        """Refuse neither or both."""
        if (self.case_id is None) == (self.period is None):
            raise EvidenceError("name one case, or the days from and to")

    def described(self) -> dict[str, Json]:
        """The selection as the pack and the audit log tell it."""
        told: dict[str, Json] = {"account": self.account, "chain": "full" if self.full_chain else "minimal"}
        if self.period is not None:
            days = {"from": self.period.first.isoformat(), "to": self.period.last.isoformat()}
            return told | days | {"timezone": self.period.timezone}
        return told | {"case": self.case_id}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The cases of a selection by id, and which rows show their contents."""

    case_ids: frozenset[str]
    start: str
    end: str
    by_time: bool
    everything: bool

    def shows(self, row: AuditRow) -> bool:
        """Whether a row belongs to the selection itself."""
        if row.case_id in self.case_ids:
            return True
        return self.by_time and self.start <= row.at < self.end


def choose(session: Session, selection: Selection) -> Chosen:
    """Find the cases of a selection.

    Raises:
        CaseNotFoundError: no such case in the account.
        EvidenceError: nothing happened in the period.
    """
    if selection.period is None:
        row = row_of(session, selection.case_id or "", selection.account)
        return Chosen(frozenset({row.id}), "", "", False, selection.full_chain)
    start, end = selection.period.instants()
    recorded = select(CaseRow.id).where(CaseRow.recorded_at >= start, CaseRow.recorded_at < end)
    decided = (
        select(CaseRow.id)
        .join(DecisionRow, DecisionRow.case_id == CaseRow.id)
        .where(DecisionRow.decided_at >= start, DecisionRow.decided_at < end)
    )
    of_account = () if selection.account == ALL_ACCOUNTS else (CaseRow.account == selection.account,)
    ids = {*session.scalars(recorded.where(*of_account)), *session.scalars(decided.where(*of_account))}
    if not ids:
        raise EvidenceError("no case was recorded or decided on in these days")
    # Rows of no case (keys, purges) speak of the whole installation: not for one account's pack.
    return Chosen(
        frozenset(ids), _text(start), _text(end), selection.account == ALL_ACCOUNTS, selection.full_chain
    )


def _text(instant: datetime) -> str:
    """An instant as audit rows write theirs: text order is then time order."""
    return instant.isoformat(timespec="microseconds")


def row_json(row: AuditRow) -> Mapping[str, Json]:
    """A row with its contents: the hash can be worked out again from them."""
    return {
        "seq": row.seq,
        "at": row.at,
        "actor": row.actor,
        "action": row.action,
        "case_id": row.case_id,
        "payload": row.payload,
        "prev_hash": row.prev_hash,
        "hash": row.hash,
    }
