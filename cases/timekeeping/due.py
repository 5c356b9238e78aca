"""When a promise must be kept: its words turned into an instant, as the customer understands them."""

import calendar
from datetime import date, datetime, timedelta

from cases.timekeeping.phrases import Found, Unit
from cases.working_time import WorkingTime

_DAY = timedelta(days=1)


def due_at(found: Found, said_at: datetime, at: WorkingTime) -> datetime | None:
    """The instant by which a promise is to be kept, in the account's time zone; None for a date that does not exist.

    Hours run at night too. A day ends when the account closes, whatever the day: later, nobody is there to keep it.
    """
    local = at.local(said_at)
    if found.unit is Unit.HOURS:
        return at.after(said_at, timedelta(hours=found.count))
    if found.unit is Unit.WORKING_DAYS:
        return at.add_working_days(said_at, found.count)
    day = _day(found, local.date(), at)
    return None if day is None else max(at.closing(day), local)


def _day(found: Found, today: date, at: WorkingTime) -> date | None:
    if found.unit is Unit.DAYS:
        return today + found.count * _DAY
    if found.unit is Unit.WEEKS:
        return today + found.count * 7 * _DAY
    if found.unit is Unit.MONTHS:
        return _months_on(today, found.count)
    if found.unit is Unit.WEEKDAY:
        # On a Friday, "on Friday" is the next one.
        return today + (((found.count - today.weekday() - 1) % 7) + 1) * _DAY
    if found.unit is Unit.DATE:
        return _date(today, found.count, found.month or 1)
    monday = today - today.weekday() * _DAY + (7 * _DAY if found.unit is Unit.NEXT_WEEK else timedelta(0))
    return _last_working_day(monday, today, at)


def _last_working_day(monday: date, today: date, at: WorkingTime) -> date:
    """The last working day of a week that is still to come, or its Sunday."""
    days = [monday + number * _DAY for number in range(7)]
    return max((day for day in days if day >= today and at.is_working_day(day)), default=days[-1])


def _months_on(today: date, months: int) -> date:
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))


def _date(today: date, day: int, month: int) -> date | None:
    for year in (today.year, today.year + 1):
        try:
            made = date(year, month, day)
        except ValueError:
            continue
        if made >= today:
            return made
    return None


def share_of(start: datetime, end: datetime, share: float, at: WorkingTime, *, in_hours: bool) -> datetime:
    """The instant at which a share of the time between two is used, counted in opening hours or around the clock."""
    if in_hours:
        open_for = at.open_between(start, end)
        if open_for > timedelta(0):
            minutes = int(open_for.total_seconds() * share // 60)
            return min(at.add_minutes(start, minutes), at.local(end))
    return at.after(start, max(timedelta(0), end - start) * share)
