"""What the books of clocks and promises share: where they write, whose hours they keep, what is too old to tell."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from cases.canonical import Json
from cases.outbox import Event, EventType, Outbox
from cases.tables import CaseRow
from cases.timekeeping.policy import ClocksPolicy
from cases.working_time import WorkingTime, working_time
from policies.account import OpeningHours


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts that every book works with. ``hours_of`` gives the opening hours of an account's id."""

    outbox: Outbox
    policy: ClocksPolicy
    hours_of: Callable[[str], OpeningHours]
    now: Callable[[], datetime]

    def time_of(self, account: str) -> WorkingTime:
        """The working time of an account."""
        return working_time(self.hours_of(account))

    def is_forgotten(self, due_at: datetime) -> bool:
        """Whether something fell due so long ago that nobody is told any more."""
        return self.now() - due_at > timedelta(days=self.policy.forget_after_days)

    def tell(self, session: Session, row: CaseRow, event: EventType, data: dict[str, Json]) -> None:
        """Add an event of a case to the outbox, with what a receiver sorts by."""
        known: dict[str, Json] = {
            "priority": row.priority,
            "queue": row.queue,
            "tracking_code": row.tracking_code,
        }
        self.outbox.add(session, [Event(event, {**known, **data})], account=row.account, case_id=row.id)


def body_of(row: CaseRow) -> dict[str, Any]:
    """The case as JSON data, without checking it again: it was checked when it was recorded."""
    body: dict[str, Any] = json.loads(row.body)
    return body
