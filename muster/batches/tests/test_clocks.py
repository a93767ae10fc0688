"""Sessions around a change of clocks: what is booked, shown, fed to calendars and exported is the same moment."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from muster.attendance.queries.calendar import calendar_sessions, events_of
from muster.attendance.register_files.reading import batch_sheet
from muster.batches import feeds
from muster.batches.models import Batch
from muster.batches.occurrences import occurrences_of
from muster.batches.rules import SessionInput, add_session, make_feed
from muster.timetable.models import Booking
from muster.timetable.tests.test_clock import TURNS, ZONES
from tests.make import Campus

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("zone", ZONES)
def test_every_door_tells_the_same_moment_around_each_change_of_clocks(zone: str, monkeypatch: pytest.MonkeyPatch):
    campus, here = Campus.found(time_zone="Africa/Johannesburg"), ZoneInfo(zone)
    lead = campus.instructor()
    batch = campus.batch(branch=campus.branch(time_zone=zone), lead=lead, start_date=datetime(2026, 1, 1).date())  # noqa: DTZ001
    turns = [(at, by) for name, at, by in TURNS if name == zone]
    made = []
    for at, by in turns:
        # Within the hour that is skipped, or that comes twice, and out of it.
        local = (at - MINUTE).astimezone(here).replace(tzinfo=None) + MINUTE
        begins = local + by / 2
        # A session ends on its day, which may be where the clocks change.
        ends = min(begins + abs(by), datetime.combine(begins, time(23, 59)))
        fields = SessionInput(begins.date(), begins.time(), ends.time())
        made.append((add_session(by=campus.admin, batch=batch, fields=fields).session, begins, ends))
    assert len(made) == 6

    expected = []
    for session, begins, ends in made:
        starts, until = (one.astimezone(UTC) for one in session.moments)
        assert until - starts >= ends - begins
        assert Booking.objects.get(session=session).period.lower == starts
        assert Booking.objects.get(session=session).period.upper == until
        expected.append((starts, until))

    first, last = made[0][0].date - timedelta(days=1), made[-1][0].date + timedelta(days=1)
    shown = occurrences_of(campus.admin, Batch.objects.all(), first, last)
    assert [(one.starts_at.astimezone(UTC), one.ends_at.astimezone(UTC)) for one in shown] == expected
    events = events_of(calendar_sessions(campus.admin, first, last))
    assert [(one.starts.astimezone(UTC), one.ends.astimezone(UTC)) for one in events] == expected

    monkeypatch.setattr(feeds, "BACK", timedelta(days=2000))
    monkeypatch.setattr(feeds, "AHEAD", timedelta(days=2000))
    feed, _secret = make_feed(by=campus.admin, kind="batch", batch=batch)
    fed = Calendar.from_ical(feeds.render_feed(feed, campus.admin, lambda _session: "https://example.org/"))
    told = [(event["dtstart"].dt.astimezone(UTC), event["dtend"].dt.astimezone(UTC)) for event in fed.walk("VEVENT")]
    assert told == expected

    # Sheets say the clock times of the class as they are written, and convert none.
    columns = batch_sheet(campus.admin, batch, first, last).columns
    assert [(one.start_time, one.end_time) for one in columns] == [(one.time(), two.time()) for _row, one, two in made]
