"""Dated sessions against plain models: what clashes, and what a week makes of its days."""

from __future__ import annotations

from datetime import date, time, timedelta
from uuid import UUID

from django.db import connection
from hypothesis import event, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from muster.batches.errors import ScheduleConflict
from muster.batches.rules import SessionInput, add_session, cancel_session, change_session, restore_session
from muster.institutions.models import Holiday
from muster.timetable.models import ClassSession
from tests.make import Campus, slot

MONDAY = date(2030, 1, 7)
DAY = timedelta(days=1)
HOURS = st.tuples(st.integers(0, 6), st.integers(8, 13), st.integers(1, 3))


def clock(hour):
    return time(hour)


class SessionsAgree(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.campus = Campus.found(time_zone="Pacific/Auckland")
        cls.campus.institution.session_horizon_days = 7300
        cls.campus.institution.save()
        cls.course = cls.campus.course()

    def opened(self, lead, **fields):
        dates = {"start_date": MONDAY, "end_date": MONDAY + DAY * 13}
        return self.campus.batch(course=self.course, lead=lead, **{**dates, **fields})

    @settings(max_examples=40, deadline=None)
    @given(
        st.lists(
            st.tuples(st.sampled_from(["add", "move", "cancel", "restore"]), HOURS, st.integers(0, 50)),
            min_size=3,
            max_size=14,
        )
    )
    def test_sessions_are_booked_where_the_instructor_is_free_and_nowhere_else(self, steps):
        """A model of hours on dates says for each step whether it may be; rule and database say the same."""
        lead = self.campus.instructor()
        batch = self.opened(lead, slots=[slot(1, "08:00", "10:00"), slot(3, "09:00", "12:00")])
        other = self.opened(lead)
        held = {one.pk: (one.date, one.start_time.hour, one.end_time.hour) for one in batch.sessions}
        cancelled: dict[UUID, tuple[date, int, int]] = {}

        def is_free(day, start, end, but=None):
            return not any(
                day == there and start < until and since < end
                for key, (there, since, until) in held.items()
                if key != but
            )

        for what, (offset, start, length), pick in steps:
            wanted = (MONDAY + DAY * offset, start, start + length)
            times = {"date": wanted[0], "start_time": clock(start), "end_time": clock(start + length)}
            among = cancelled if what == "restore" else held
            key = list(among)[pick % len(among)] if among else None
            if what != "add" and key is None:
                continue
            session = ClassSession.objects.get(pk=key) if what != "add" else None
            expected = True
            try:
                if what == "add":
                    expected = is_free(*wanted)
                    held[add_session(by=self.campus.admin, batch=other, fields=SessionInput(**times)).session.pk] = (
                        wanted
                    )
                elif what == "move":
                    expected = is_free(*wanted, but=key)
                    change_session(by=self.campus.admin, session=session, changes=times)
                    held[key] = wanted
                elif what == "cancel":
                    cancel_session(by=self.campus.admin, session=session)
                    cancelled[key] = held.pop(key)
                else:
                    expected = is_free(*cancelled[key])
                    restore_session(by=self.campus.admin, session=session)
                    held[key] = cancelled.pop(key)
                found = True
            except ScheduleConflict:
                found = False
            event(f"{what}: {'free' if expected else 'taken'}")
            self.assertEqual(found, expected, (what, wanted))
        self.assertEqual(self.booked(lead), sorted(held.values()))

    def booked(self, person):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT on_date, extract(hour FROM lower(period) AT TIME ZONE 'Pacific/Auckland')::integer, "
                "extract(hour FROM upper(period) AT TIME ZONE 'Pacific/Auckland')::integer "
                "FROM timetable_booking WHERE instructor_id = %s ORDER BY 1, 2",
                [person.pk],
            )
            return cursor.fetchall()

    @settings(max_examples=60, deadline=None)
    @given(
        st.lists(st.tuples(st.integers(1, 7), st.integers(8, 20)), min_size=1, max_size=3, unique=True),
        st.lists(
            st.one_of(
                st.tuples(st.just("holiday"), st.integers(0, 20), st.integers(0, 4)),
                st.tuples(st.just("workday"), st.integers(0, 20), st.just(0)),
                st.tuples(st.just("dates"), st.integers(0, 10), st.integers(0, 15)),
                st.tuples(st.just("slot"), st.integers(1, 7), st.integers(8, 20)),
                st.tuples(st.just("again"), st.just(0), st.just(0)),
            ),
            max_size=8,
        ),
    )
    def test_days_of_a_batch_are_what_its_week_dates_and_holidays_say(self, week, steps):
        """Whatever changes in whatever order, the sessions are those of the week as it stands, each once."""
        # Before the batch has begun, so that no day of it is past.
        batch = self.opened(None, slots=[slot(day, f"{hour:02}:00", f"{hour:02}:45") for day, hour in week])
        for what, one, other in steps:
            if what == "holiday":
                Holiday.objects.create(
                    institution=self.campus.institution,
                    name="Closed",
                    start_date=MONDAY + DAY * one,
                    end_date=MONDAY + DAY * (one + other),
                )
            elif what == "workday":
                Holiday.objects.filter(start_date=MONDAY + DAY * one).delete()
            elif what == "dates":
                batch.start_date, batch.end_date = MONDAY + DAY * one, MONDAY + DAY * (one + other)
                batch.save()
            elif what == "slot":
                the_slot = batch.slots.first()
                the_slot.weekday, the_slot.start_time, the_slot.end_time = one, clock(other), clock(other + 1)
                the_slot.save()
            else:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT muster_make_sessions(ARRAY(SELECT id FROM timetable_meeting))")
            self.assertEqual(self.made(batch), self.meant(batch), what)

    def made(self, batch):
        return sorted(batch.sessions.values_list("date", "start_time", "end_time"))

    def meant(self, batch):
        closed = list(Holiday.objects.values_list("start_date", "end_date"))
        length = (batch.end_date - batch.start_date).days + 1
        days = [batch.start_date + DAY * number for number in range(length)]
        return sorted(
            (day, one.start_time, one.end_time)
            for day in days
            if not any(first <= day <= last for first, last in closed)
            for one in batch.slots
            if one.weekday == day.isoweekday()
        )
