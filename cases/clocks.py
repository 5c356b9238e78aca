"""The three clocks of a case (X5): acknowledgement, first substantive answer, resolution."""

from datetime import datetime, timedelta

from cases.case import Sla
from cases.working_time import WorkingTime, working_time
from policies.account import ConflictSettings, OpeningHours
from policies.decision import SlaTargets

RESOLVE_CEILING_DAYS = 15
"""Working days to answer a query or complaint (Ley 10/2025): a policy may give less, not more."""


def sla_for(
    targets: SlaTargets,
    hours: OpeningHours,
    received_at: datetime,
    settings: ConflictSettings | None = None,
) -> Sla:
    """Turn a policy's targets into absolute times with the account's offset.

    - *Acknowledgement* runs around the clock (M10, X2), unless the account declared ``acknowledge_in_hours``.
    - *Answer* counts minutes of opening hours, holidays left out; around the clock where the policy says so
      (emergencies, crises: M11).
    - *Resolution* counts working days, at most 15, and is due at the closing of the last one.

    With ``x5_clocks: single_clock`` only the answer and the legal ceiling remain.

    Args:
        received_at: when the message came; taken on the account's clock if it has no offset.

    Raises:
        ClockError: the hours cannot be followed.
    """
    settings = settings or ConflictSettings()
    at = working_time(hours)
    in_hours = settings.x2_hours == "acknowledge_in_hours" and not targets.ignores_business_hours
    acknowledge_by = _after(at, received_at, targets.acknowledge_minutes, in_hours=in_hours)
    answer_by = _after(at, received_at, targets.answer_minutes, in_hours=not targets.ignores_business_hours)
    waits = {"acknowledge": in_hours, "answer": not targets.ignores_business_hours}
    single = settings.x5_clocks == "single_clock"
    days = RESOLVE_CEILING_DAYS if single else min(targets.resolve_working_days, RESOLVE_CEILING_DAYS)
    return Sla(
        acknowledge_by=None if single else acknowledge_by,
        answer_by=answer_by,
        resolve_by=at.add_working_days(received_at, days),
        around_the_clock=tuple(clock for clock in ("acknowledge", "answer") if not waits[clock]),
    )


def _after(at: WorkingTime, instant: datetime, minutes: int, *, in_hours: bool) -> datetime:
    if in_hours:
        return at.add_minutes(instant, minutes)
    return at.after(instant, timedelta(minutes=minutes))
