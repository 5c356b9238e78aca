"""Opening hours and working days, whatever the clock changes."""

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

from cases.errors import ClockError
from policies.account import OpeningHours

LEGAL_WORKING_WEEKDAYS = frozenset({0, 1, 2, 3, 4})
"""Monday to Friday: Saturdays, Sundays and public holidays are no working days (Ley 39/2015, art. 30.2)."""
_LONGEST_CLOSURE = 400
"""Days without one open minute after which the hours are taken for a mistake."""
_DAY = timedelta(days=1)


class WorkingTime:
    """The hours of one account. ``of`` makes it; times that come out are in the account's time zone."""

    def __init__(
        self,
        hours: OpeningHours,
        zone: ZoneInfo,
        closed: holidays.HolidayBase,
        opens: time,
        closes: time | None,
    ) -> None:
        self.hours = hours
        self.zone = zone
        self._closed = closed
        self._asking = threading.Lock()
        self._opens = opens
        self._closes = closes
        """None: at midnight that ends the day."""

    def local(self, instant: datetime) -> datetime:
        """The instant on the account's clock; a time without offset is taken as already on it."""
        return instant.replace(tzinfo=self.zone) if instant.tzinfo is None else instant.astimezone(self.zone)

    def day(self, instant: datetime) -> date:
        """The day of an instant where the account is."""
        return self.local(instant).date()

    def add_minutes(self, instant: datetime, minutes: int) -> datetime:
        """The instant at which so many minutes of opening hours have passed; at least the next opening."""
        left = timedelta(minutes=minutes)
        now = self.local(instant).astimezone(UTC)
        for opens, closes in self._windows_from(self.day(instant) - _DAY):
            start = max(opens.astimezone(UTC), now)
            open_for = closes.astimezone(UTC) - start
            if open_for <= timedelta(0):
                continue
            if left <= open_for:
                return (start + left).astimezone(self.zone)
            left -= open_for
        raise AssertionError("windows never end")

    def open_between(self, start: datetime, end: datetime) -> timedelta:
        """How long it is open from one instant to another; zero where the end is not after the start."""
        first, last = self.local(start).astimezone(UTC), self.local(end).astimezone(UTC)
        total = timedelta(0)
        for opens, closes in self._windows_from(self.day(start) - _DAY):
            opening, closing = opens.astimezone(UTC), closes.astimezone(UTC)
            if opening >= last:
                return total
            total += max(timedelta(0), min(closing, last) - max(opening, first))
        raise AssertionError("windows never end")

    def add_working_days(self, instant: datetime, days: int) -> datetime:
        """The closing of the n-th working day after that of the instant (not counted: Código Civil 5.1).

        The account's closing hour, not midnight: what is due must be done while somebody is there. Where the
        hours go over midnight, the last second of the day.
        """
        day = self.day(instant)
        while days > 0:
            day += _DAY
            days -= self.is_working_day(day)
        return self.closing(day)

    def closing(self, day: date) -> datetime:
        """The closing hour of a day, open or not; the last second of the day where hours go over midnight."""
        if self._closes is None or self._closes <= self._opens:
            return datetime.combine(day, time(23, 59, 59), self.zone)
        return datetime.combine(day, self._closes, self.zone)

    def after(self, instant: datetime, span: timedelta) -> datetime:
        """The instant a span later around the clock; counted in UTC, so that a change of the clock adds nothing."""
        return (self.local(instant).astimezone(UTC) + span).astimezone(self.zone)

    def is_working_day(self, day: date) -> bool:
        """Tell whether a day counts where the law counts working days."""
        return day.weekday() in LEGAL_WORKING_WEEKDAYS and not self._is_holiday(day)

    def _windows_from(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        closed_for = 0
        while True:
            if self._opens_on(day):
                closed_for = 0
                yield self._window(day)
            else:
                closed_for += 1
                if closed_for > _LONGEST_CLOSURE:
                    raise ClockError(f"opening hours: not open on any of {_LONGEST_CLOSURE} days after {day}")
            day += _DAY

    def _opens_on(self, day: date) -> bool:
        return day.weekday() in self.hours.weekdays and not self._is_holiday(day)

    def _is_holiday(self, day: date) -> bool:
        # The library takes a year for known before it has its days: whoever asks meanwhile would see no holidays.
        with self._asking:
            return day in self._closed

    def _window(self, day: date) -> tuple[datetime, datetime]:
        """Opening and closing of a day by the wall clock; a closing before the opening is on the next day."""
        next_day = self._closes is None or self._closes <= self._opens
        closing = datetime.combine(day + _DAY if next_day else day, self._closes or time(0), self.zone)
        return datetime.combine(day, self._opens, self.zone), closing


@lru_cache(maxsize=256)
def working_time(hours: OpeningHours) -> WorkingTime:
    """Build the working time of an account's hours.

    Raises:
        ClockError: an unknown time zone, country or subdivision, an hour that is none, or no weekday.
    """
    try:
        zone = ZoneInfo(hours.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ClockError(f"opening hours: timezone {hours.timezone!r} is unknown") from None
    if not hours.weekdays or not set(hours.weekdays) <= set(range(7)):
        raise ClockError(f"opening hours: weekdays {hours.weekdays} must be some of 0 (Monday) to 6")
    try:
        closed = holidays.country_holidays(hours.country, subdiv=hours.subdivision)
    except NotImplementedError:
        place = "/".join(filter(None, (hours.country, hours.subdivision)))
        raise ClockError(f"opening hours: no calendar of holidays for {place!r}") from None
    opens = _hour(hours.opens, "opens")
    closes = None if hours.closes == "24:00" else _hour(hours.closes, "closes")
    return WorkingTime(hours, zone, closed, opens, closes)


def _hour(text: str, field: str) -> time:
    try:
        return datetime.strptime(text, "%H:%M").time()
    except ValueError:
        raise ClockError(f"opening hours: {field} {text!r} must be like 09:00") from None
