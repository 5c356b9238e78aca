"""Deadlines over nights, weekends, holidays and changes of the clock, with dates worked out by hand."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from time import sleep
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.clocks import sla_for
from cases.errors import ClockError
from cases.working_time import WorkingTime, working_time
from policies.account import ConflictSettings, OpeningHours
from policies.decision import SlaTargets

SPAIN = OpeningHours()
MADRID = OpeningHours(subdivision="MD")
BARCELONA = OpeningHours(subdivision="CT")
NIGHT = OpeningHours(opens="22:00", closes="06:00", weekdays=(0, 1, 2, 3, 4))
ALWAYS = OpeningHours(opens="00:00", closes="24:00", weekdays=tuple(range(7)))
LATE = OpeningHours(opens="16:00", closes="24:00")
BOGOTA = OpeningHours(timezone="America/Bogota", country="CO")

TARGETS = SlaTargets(acknowledge_minutes=30, answer_minutes=120, resolve_working_days=15)
NOW = SlaTargets(
    acknowledge_minutes=5, answer_minutes=15, resolve_working_days=5, ignores_business_hours=True
)


def answer(hours: OpeningHours, received: str, minutes: int = 120) -> str:
    targets = SlaTargets(acknowledge_minutes=30, answer_minutes=minutes, resolve_working_days=15)
    answer_by = sla_for(targets, hours, datetime.fromisoformat(received)).answer_by
    assert answer_by is not None
    return answer_by.isoformat(timespec="minutes")


@pytest.mark.parametrize(
    ("hours", "received", "minutes", "due"),
    [
        # inside the day, at its edges, over the night
        (MADRID, "2026-11-18T10:00+01:00", 120, "2026-11-18T12:00+01:00"),
        (MADRID, "2026-11-18T16:00+01:00", 120, "2026-11-18T18:00+01:00"),
        (MADRID, "2026-11-18T16:01+01:00", 120, "2026-11-19T09:01+01:00"),
        (MADRID, "2026-11-18T18:00+01:00", 120, "2026-11-19T11:00+01:00"),
        (MADRID, "2026-11-18T07:30+01:00", 120, "2026-11-18T11:00+01:00"),
        (MADRID, "2026-11-18T23:59+01:00", 120, "2026-11-19T11:00+01:00"),
        (MADRID, "2026-11-19T00:00+01:00", 120, "2026-11-19T11:00+01:00"),
        # more than one day long: 9 h a day
        (MADRID, "2026-11-18T09:00+01:00", 540, "2026-11-18T18:00+01:00"),
        (MADRID, "2026-11-18T09:00+01:00", 541, "2026-11-19T09:01+01:00"),
        (MADRID, "2026-11-18T17:00+01:00", 1440, "2026-11-23T14:00+01:00"),
        # no minutes: now, or the next opening
        (MADRID, "2026-11-18T10:00+01:00", 0, "2026-11-18T10:00+01:00"),
        (MADRID, "2026-11-18T20:00+01:00", 0, "2026-11-19T09:00+01:00"),
        # weekend
        (MADRID, "2026-11-20T17:00+01:00", 120, "2026-11-23T10:00+01:00"),
        (MADRID, "2026-11-21T12:00+01:00", 120, "2026-11-23T11:00+01:00"),
        # holidays of 2026: 8 December everywhere, 7 December in Madrid too, 11 September in Catalonia only
        (SPAIN, "2026-12-07T17:00+01:00", 120, "2026-12-09T10:00+01:00"),
        (MADRID, "2026-12-04T17:00+01:00", 120, "2026-12-09T10:00+01:00"),
        (BARCELONA, "2026-09-10T17:00+02:00", 120, "2026-09-14T10:00+02:00"),
        (MADRID, "2026-09-10T17:00+02:00", 120, "2026-09-11T10:00+02:00"),
        # New Year: the calendar of the next year counts
        (MADRID, "2026-12-31T17:00+01:00", 120, "2027-01-04T10:00+01:00"),
        # given in UTC, answered with the account's offset
        (MADRID, "2026-07-15T08:00+00:00", 120, "2026-07-15T12:00+02:00"),
        (BOGOTA, "2026-11-18T13:00+00:00", 120, "2026-11-18T11:00-05:00"),
        # clock changes: 29 March 2026 forward, 25 October 2026 back, both on a Sunday
        (MADRID, "2026-03-27T17:00+01:00", 120, "2026-03-30T10:00+02:00"),
        (MADRID, "2026-10-23T17:00+02:00", 120, "2026-10-26T10:00+01:00"),
        (ALWAYS, "2026-03-29T01:30+01:00", 60, "2026-03-29T03:30+02:00"),
        (ALWAYS, "2026-10-25T01:30+02:00", 120, "2026-10-25T02:30+01:00"),
        # over midnight
        (NIGHT, "2026-11-18T23:00+01:00", 120, "2026-11-19T01:00+01:00"),
        (NIGHT, "2026-11-19T05:00+01:00", 120, "2026-11-19T23:00+01:00"),
        (NIGHT, "2026-11-21T05:00+01:00", 60, "2026-11-21T06:00+01:00"),
        (NIGHT, "2026-11-22T23:00+01:00", 60, "2026-11-23T23:00+01:00"),
        (LATE, "2026-11-18T23:30+01:00", 60, "2026-11-19T16:30+01:00"),
        (LATE, "2026-11-18T23:30+01:00", 30, "2026-11-19T00:00+01:00"),
    ],
)
def test_the_answer_is_due_after_so_many_minutes_of_opening_hours(
    hours: OpeningHours, received: str, minutes: int, due: str
):
    assert answer(hours, received, minutes) == due


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-11-21T23:50+01:00", "2026-11-22T00:20:00+01:00"),  # a Saturday at midnight
        ("2026-12-25T12:00+01:00", "2026-12-25T12:30:00+01:00"),
        ("2026-03-29T01:45+01:00", "2026-03-29T03:15:00+02:00"),
        ("2026-10-25T02:45+02:00", "2026-10-25T02:15:00+01:00"),  # the first 02:45 of that night
    ],
)
def test_the_acknowledgement_never_waits_for_the_opening(received: str, due: str):
    sla = sla_for(TARGETS, MADRID, datetime.fromisoformat(received))
    assert sla.acknowledge_by is not None
    assert sla.acknowledge_by.isoformat() == due


@pytest.mark.parametrize(
    ("hours", "received", "days", "due"),
    [
        (MADRID, "2026-11-18T10:00+01:00", 1, "2026-11-19T18:00+01:00"),
        (MADRID, "2026-11-20T10:00+01:00", 1, "2026-11-23T18:00+01:00"),
        (MADRID, "2026-11-21T10:00+01:00", 1, "2026-11-23T18:00+01:00"),
        # 19, 20, 23-27 and 30 November, 1-4 December, then 7 (not in Madrid), 9, 10 and 11: 8 is a holiday
        (SPAIN, "2026-11-18T10:00+01:00", 15, "2026-12-10T18:00+01:00"),
        (MADRID, "2026-11-18T10:00+01:00", 15, "2026-12-11T18:00+01:00"),
        (MADRID, "2026-11-18T10:00+01:00", 40, "2026-12-11T18:00+01:00"),
        # the day is that of the account's clock: 23:30 UTC on the 18th is the 19th in Madrid
        (MADRID, "2026-11-18T23:30+00:00", 1, "2026-11-20T18:00+01:00"),
        (MADRID, "2026-10-23T10:00+02:00", 1, "2026-10-26T18:00+01:00"),
        (LATE, "2026-11-18T10:00+01:00", 1, "2026-11-19T23:59+01:00"),
        (NIGHT, "2026-11-18T10:00+01:00", 1, "2026-11-19T23:59+01:00"),
        # open on Saturdays: they are still no working days before the law
        (OpeningHours(weekdays=(1, 2, 3, 4, 5)), "2026-11-20T10:00+01:00", 1, "2026-11-23T18:00+01:00"),
    ],
)
def test_the_resolution_counts_working_days_and_never_more_than_the_law(
    hours: OpeningHours, received: str, days: int, due: str
):
    targets = SlaTargets(acknowledge_minutes=30, answer_minutes=120, resolve_working_days=days)
    sla = sla_for(targets, hours, datetime.fromisoformat(received))
    assert sla.resolve_by is not None
    assert sla.resolve_by.isoformat(timespec="minutes") == due


def test_an_emergency_does_not_wait_for_the_opening():
    received = datetime.fromisoformat("2026-12-25T03:00+01:00")
    in_hours = ConflictSettings(x2_hours="acknowledge_in_hours")
    for settings in (None, in_hours):
        sla = sla_for(NOW, MADRID, received, settings)
        assert (sla.acknowledge_by, sla.answer_by) == (
            received + timedelta(minutes=5),
            received + timedelta(minutes=15),
        )


def test_an_account_may_declare_that_acknowledgements_wait():
    received = datetime.fromisoformat("2026-11-21T12:00+01:00")
    settings = ConflictSettings(x2_hours="acknowledge_in_hours")
    sla = sla_for(TARGETS, MADRID, received, settings)
    assert sla.acknowledge_by == datetime.fromisoformat("2026-11-23T09:30+01:00")


def test_a_single_clock_leaves_the_answer_and_the_law():
    received = datetime.fromisoformat("2026-11-18T10:00+01:00")
    settings = ConflictSettings(x5_clocks="single_clock")
    sla = sla_for(NOW, MADRID, received, settings)
    assert sla.acknowledge_by is None
    assert sla.answer_by == datetime.fromisoformat("2026-11-18T10:15+01:00")
    assert sla.resolve_by == datetime.fromisoformat("2026-12-11T18:00+01:00")


def test_a_time_without_offset_is_on_the_account_s_clock():
    naive = datetime(2026, 7, 15, 10, 0)
    assert sla_for(TARGETS, MADRID, naive) == sla_for(
        TARGETS, MADRID, naive.replace(tzinfo=ZoneInfo("Europe/Madrid"))
    )


@pytest.mark.parametrize(
    ("hours", "message"),
    [
        (OpeningHours(timezone="Europe/Madriz"), "timezone 'Europe/Madriz'"),
        (OpeningHours(timezone="../etc"), "timezone"),
        (OpeningHours(country="XX"), "holidays for 'XX'"),
        (OpeningHours(subdivision="ZZ"), "holidays for 'ES/ZZ'"),
        (OpeningHours(opens="9"), "opens '9'"),
        (OpeningHours(closes="25:00"), "closes '25:00'"),
        (OpeningHours(weekdays=()), "weekdays"),
        (OpeningHours(weekdays=(7,)), "weekdays"),
    ],
)
def test_hours_that_cannot_be_followed_are_refused_by_name(hours: OpeningHours, message: str):
    with pytest.raises(ClockError, match=message):
        sla_for(TARGETS, hours, datetime(2026, 11, 18, 10, 0, tzinfo=UTC))


HOURS = st.sampled_from([MADRID, BARCELONA, NIGHT, ALWAYS, LATE, BOGOTA])
INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))


@given(HOURS, INSTANTS, st.integers(0, 5000), st.integers(0, 5000))
def test_minutes_add_up(hours: OpeningHours, instant: datetime, first: int, second: int):
    at = working_time(hours)
    assert at.add_minutes(at.add_minutes(instant, first), second) == at.add_minutes(instant, first + second)


@given(HOURS, INSTANTS, st.integers(1, 3000))
def test_the_last_minute_before_a_deadline_is_open(hours: OpeningHours, instant: datetime, minutes: int):
    at = working_time(hours)
    due = at.add_minutes(instant, minutes)
    # Through UTC: local arithmetic would skip an hour where the clock changes.
    second = timedelta(seconds=1)
    assert at.open_between(due.astimezone(UTC) - second, due) == second
    assert due.astimezone(UTC) - instant >= timedelta(minutes=minutes)


class SlowCalendar(holidays.HolidayBase):
    """A calendar that takes its time to work a year out."""

    country = "XX"

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.goes_on = threading.Event(), threading.Event()

    def _populate(self, year: int) -> None:
        self.begun.set()
        assert self.goes_on.wait(10)
        self[date(year, 11, 18)] = "Fiesta"


def test_a_holiday_is_one_for_whoever_asks_while_its_year_is_worked_out():
    calendar = SlowCalendar()
    at = WorkingTime(OpeningHours(), ZoneInfo("Europe/Madrid"), calendar, time(9), time(18))
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(at.is_working_day, date(2026, 11, 18))
        assert calendar.begun.wait(10)
        second = threads.submit(at.is_working_day, date(2026, 11, 18))
        sleep(0.1)  # until it has asked
        calendar.goes_on.set()
        assert (first.result(10), second.result(10)) == (False, False)
