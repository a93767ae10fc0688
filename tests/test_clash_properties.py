"""The database's idea of a clash against a plain one, over random weeks and dates."""

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from muster.batches.errors import ScheduleConflict
from muster.batches.models import InstructorAssignment
from muster.core.database import violated_constraint
from tests.make import Campus, slot

FIRST = date(2030, 1, 1)
MINUTES = st.integers(0, 23 * 4 + 3).map(lambda quarter: quarter * 15)


@st.composite
def weeks(draw):
    """A few slots on few weekdays, so that they meet often; up to the last minute of the day."""
    slots = []
    for _each in range(draw(st.integers(1, 3))):
        start = draw(MINUTES)
        end = min(start + draw(st.integers(1, 16)) * 15, 24 * 60 - 1)
        slots.append((draw(st.integers(1, 3)), start, end))
    return slots


RANGES = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(
    lambda pair: (FIRST + timedelta(days=pair[0]), FIRST + timedelta(days=sum(pair)))
)


def clock(minutes):
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def hours(week, dates):
    """Every hour of a week over its dates, as pairs of moments."""
    day, last = dates
    while day <= last:
        for weekday, start, end in week:
            if day.isoweekday() == weekday:
                midnight = datetime.combine(day, datetime.min.time())
                yield midnight + timedelta(minutes=start), midnight + timedelta(minutes=end)
        day += timedelta(days=1)


def clash(one, other):
    """Two half-open times overlap; touching is no overlap."""
    return any(start < end2 and start2 < end for start, end in one for start2, end2 in other)


def meets_itself(week):
    pairs = [(a, b) for n, a in enumerate(week) for b in week[:n]]
    return any(a[0] == b[0] and a[1] < b[2] and b[1] < a[2] for a, b in pairs)


class ClashesAgree(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.campus = Campus.found(time_zone="America/New_York")
        cls.course = cls.campus.course()
        cls.people = [cls.campus.instructor(), cls.campus.instructor()]
        cls.rooms = [cls.campus.room(), cls.campus.room()]

    def opened(self, week, dates, **options):
        slots = [slot(day, clock(start), clock(end), room=options.get("room")) for day, start, end in week]
        return self.campus.batch(
            course=self.course, start_date=dates[0], end_date=dates[1], slots=slots, lead=options.get("lead")
        )

    @settings(max_examples=150, deadline=None)
    @given(weeks(), RANGES, weeks(), RANGES, st.sampled_from(["lead", "room"]))
    def test_the_rule_and_the_database_refuse_what_overlaps_and_nothing_else(self, week, dates, week2, dates2, what):
        own = list(hours(week, dates)), list(hours(week2, dates2))
        # A batch that meets itself is refused for another reason.
        assume(not any(meets_itself(each) for each in (week, week2)))
        one, other = {"lead": self.people, "room": self.rooms}[what]
        self.opened(week, dates, **{what: one})
        expected = clash(*own)
        event("clash" if expected else "no clash")
        try:
            with transaction.atomic():
                self.opened(week2, dates2, **{what: one})
                found = False
        except ScheduleConflict:
            found = True
        self.assertEqual(found, expected)

        # And without asking the rule: the same batch elsewhere, moved by plain SQL.
        second = self.opened(week2, dates2, **{what: other}) if not expected else None
        if second is None:
            with transaction.atomic():
                apart = self.opened(week2, dates2)
                with self.assertRaises(IntegrityError) as refusal, transaction.atomic():
                    if what == "room":
                        apart.slots.update(room=one)
                    else:
                        InstructorAssignment.objects.create(
                            institution=self.campus.institution, batch=apart, instructor=one, from_date=FIRST
                        )
                self.assertIn(
                    violated_constraint(refusal.exception),
                    ("instructor_is_in_one_place_at_a_time", "room_holds_one_meeting_at_a_time"),
                )
                transaction.set_rollback(True)
