"""Shares of working time and terms, also across a change of the clock and over nights."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.timekeeping.due import due_at, share_of
from cases.timekeeping.phrases import Found, Unit
from cases.working_time import working_time
from policies.account import OpeningHours

DAYS = OpeningHours()
NIGHTS = OpeningHours(opens="22:00", closes="06:00")
INSTANTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 6, 1), timezones=st.just(UTC))


def found(unit: Unit, count: int, month: int | None = None) -> Found:
    return Found("es.x", unit, count, month, 0, 1)


@settings(deadline=None)  # the first look at a year makes its holidays
@given(INSTANTS, st.integers(1, 5000), st.sampled_from([DAYS, NIGHTS]))
def test_open_time_between_is_what_adding_minutes_used(start: datetime, minutes: int, hours: OpeningHours):
    at = working_time(hours)
    assert at.open_between(start, at.add_minutes(start, minutes)) == timedelta(minutes=minutes)


@settings(deadline=None)
@given(INSTANTS, st.integers(1, 5000), st.floats(0.05, 0.95), st.booleans())
def test_a_share_lies_between_and_shares_keep_their_order(
    start: datetime, minutes: int, share: float, in_hours: bool
):
    at = working_time(DAYS)
    end = at.add_minutes(start, minutes)
    part = share_of(start, end, share, at, in_hours=in_hours)
    assert start <= part <= end
    assert part <= share_of(start, end, 0.99, at, in_hours=in_hours)


def test_an_empty_span_and_one_that_is_never_open():
    at = working_time(DAYS)
    saturday = datetime(2026, 11, 21, 10, tzinfo=UTC)
    assert at.open_between(saturday, saturday - timedelta(hours=1)) == timedelta(0)
    assert at.open_between(saturday, saturday + timedelta(hours=10)) == timedelta(0)
    assert share_of(saturday, saturday + timedelta(hours=10), 0.5, at, in_hours=True) == saturday + timedelta(
        hours=5
    )


@pytest.mark.parametrize(
    ("said", "asked", "due"),
    [
        # 25 October 2026: the clock goes back at 3:00; 24 hours are 24 hours.
        ("2026-10-24T12:00+02:00", found(Unit.HOURS, 24), "2026-10-25T11:00+01:00"),
        ("2026-10-24T12:00+02:00", found(Unit.DAYS, 1), "2026-10-25T18:00+01:00"),
        ("2026-01-31T12:00+01:00", found(Unit.MONTHS, 1), "2026-02-28T18:00+01:00"),
        ("2026-11-30T12:00+01:00", found(Unit.MONTHS, 14), "2028-01-30T18:00+01:00"),
        ("2026-11-20T12:00+01:00", found(Unit.WEEKDAY, 4), "2026-11-27T18:00+01:00"),
        ("2026-11-20T12:00+01:00", found(Unit.WEEKDAY, 0), "2026-11-23T18:00+01:00"),
        ("2026-11-21T12:00+01:00", found(Unit.THIS_WEEK, 0), "2026-11-22T18:00+01:00"),
        ("2026-12-21T12:00+01:00", found(Unit.THIS_WEEK, 0), "2026-12-24T18:00+01:00"),
        ("2026-11-18T12:00+01:00", found(Unit.NEXT_WEEK, 0), "2026-11-27T18:00+01:00"),
        ("2026-11-18T12:00+01:00", found(Unit.DATE, 29, 2), None),
        ("2027-03-01T12:00+01:00", found(Unit.DATE, 29, 2), "2028-02-29T18:00+01:00"),
        ("2026-11-18T20:00+01:00", found(Unit.DAYS, 0), "2026-11-18T20:00+01:00"),
    ],
)
def test_terms(said: str, asked: Found, due: str | None):
    found_at = due_at(asked, datetime.fromisoformat(said), working_time(DAYS))
    assert (found_at.isoformat(timespec="minutes") if found_at else None) == due
