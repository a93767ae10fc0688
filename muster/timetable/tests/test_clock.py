"""Local times as moments: Python, the database and calendar files say the same, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from muster.timetable.clock import moment, moments

ZONES = [
    "Africa/Casablanca",
    "Africa/Cairo",
    "America/New_York",
    "America/Santiago",
    "America/St_Johns",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Europe/Dublin",
    "Pacific/Auckland",
]
DAY = timedelta(days=1)


def turns(zone):
    """Every change of the clocks from 2026 to 2028: the moment, and how far they went forward."""
    at, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
    while at < end:
        before, after = at.astimezone(zone).utcoffset(), (at + timedelta(hours=1)).astimezone(zone).utcoffset()
        at += timedelta(hours=1)
        if before != after:
            yield at, after - before


TURNS = [(name, at, by) for name in ZONES for at, by in turns(ZoneInfo(name))]


def test_every_zone_changes_its_clocks_in_every_year():
    assert {(name, at.year) for name, at, _by in TURNS} == {
        (name, year) for name in ZONES for year in (2026, 2027, 2028)
    }


def stored(day, start, end, zone):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT lower(period), upper(period) FROM muster_period(%s, %s, %s, %s) AS period",
            [day, start, end, zone.key],
        )
        return cursor.fetchone()


class ClocksAgree(TestCase):
    @settings(max_examples=600, deadline=None)
    @given(
        st.sampled_from(TURNS),
        st.integers(-26 * 60, 26 * 60),
        st.integers(1, 300),
    )
    def test_what_meets_around_a_change_of_clocks_lasts_and_is_the_same_everywhere(self, turn, offset, length):
        name, at, by = turn
        zone = ZoneInfo(name)
        local = (at.astimezone(zone) + timedelta(minutes=offset)).replace(tzinfo=None, second=0, microsecond=0)
        last = datetime.combine(local.date(), time(23, 59))
        end = min(local + timedelta(minutes=length), last)
        if end <= local:
            return
        starts, ends = moments(local.date(), local.time(), end.time(), zone)
        shown = starts.replace(tzinfo=None)
        # Python subtracts clock times where both carry one zone.
        starts, ends = starts.astimezone(UTC), ends.astimezone(UTC)
        self.assertEqual(stored(local.date(), local.time(), end.time(), zone), (starts, ends))
        # It lasts, and as long as it says but for the hour that the clocks take or give between its ends.
        self.assertGreater(ends, starts)
        self.assertIn(ends - starts, (end - local, end - local - by))
        # What the clocks show at the beginning is what it says, or later by the gap where that time is skipped.
        self.assertIn(shown - local, (timedelta(), max(by, timedelta())))
        if shown != local:
            self.assertEqual(ends - starts, end - local)


@pytest.mark.parametrize(
    ("zone", "day", "start", "end", "expected"),
    [
        # The clocks go from 02:00 to 03:00: the whole session moves, or its end alone.
        ("Europe/Berlin", date(2026, 3, 29), time(2, 30), time(2, 50), ("03:30+0200", "03:50+0200")),
        ("Europe/Berlin", date(2026, 3, 29), time(2, 30), time(3, 15), ("03:30+0200", "04:15+0200")),
        ("Europe/Berlin", date(2026, 3, 29), time(1, 30), time(2, 30), ("01:30+0100", "03:30+0200")),
        # They go from 03:00 back to 02:00: the first of two counts.
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30), time(2, 45), ("02:30+0200", "02:45+0200")),
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30), time(3, 30), ("02:30+0200", "03:30+0100")),
        # By half an hour, and at midnight.
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 10), time(2, 20), ("02:40+1100", "02:50+1100")),
        ("Asia/Beirut", date(2026, 3, 29), time(0, 15), time(0, 45), ("01:15+0300", "01:45+0300")),
    ],
)
@pytest.mark.django_db
def test_times_that_the_clocks_skip_or_show_twice(zone, day, start, end, expected):
    starts, ends = moments(day, start, end, ZoneInfo(zone))
    assert (f"{starts:%H:%M%z}", f"{ends:%H:%M%z}") == expected
    assert stored(day, start, end, ZoneInfo(zone)) == (starts.astimezone(UTC), ends.astimezone(UTC))


def test_a_moment_carries_its_zone():
    zone = ZoneInfo("Asia/Tokyo")
    assert moment(date(2030, 1, 7), time(9), zone).isoformat() == "2030-01-07T09:00:00+09:00"
