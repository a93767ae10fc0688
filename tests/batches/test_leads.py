"""From when a new lead leads: batches that have begun, with and without somebody before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muster.batches.errors import BatchArchived, BatchNotOpen, LeadOverlap, NotAnInstructor, ScheduleConflict
from muster.batches.models import Batch, InstructorAssignment
from muster.batches.rules import archive_batch, assign_instructor, assign_lead, assign_leads, end_assignment
from muster.core.errors import Conflict, Missing
from muster.notifications.models import Notification
from muster.timetable.models import Booking
from tests.make import Campus, slot

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus() -> Campus:
    return Campus.found()


def running(campus: Campus, **options):
    """A batch that has begun a month ago."""
    today = campus.admin.today()
    return campus.batch(start_date=today - timedelta(days=30), end_date=today + timedelta(days=60), **options)


def test_batch_whose_lead_has_left_is_given_another(campus):
    batch, first, second = running(campus), campus.instructor(), campus.instructor()
    assign_lead(by=campus.admin, batch=batch, instructor=first)
    end_assignment(by=campus.admin, assignment=InstructorAssignment.objects.get(batch=batch))
    assign_lead(by=campus.admin, batch=batch, instructor=second)
    today = campus.admin.today()
    days = InstructorAssignment.objects.filter(batch=batch).values_list("instructor", "from_date", "until_date")
    assert list(days) == [
        (first.pk, batch.start_date, today - timedelta(days=1)),
        (second.pk, today, None),
    ]


def test_first_lead_of_a_running_batch_leads_it_from_its_first_day(campus):
    batch = running(campus)
    assign_lead(by=campus.admin, batch=batch, instructor=campus.instructor())
    assert InstructorAssignment.objects.get(batch=batch).from_date == batch.start_date


def test_whoever_was_elsewhere_in_days_that_are_over_is_told_where(campus):
    today = campus.admin.today()
    busy = campus.instructor("Ann Bell")
    week = [slot(weekday, "08:00", "10:00") for weekday in range(1, 8)]
    campus.batch(
        name="Before",
        start_date=today - timedelta(days=30),
        end_date=today - timedelta(days=10),
        status="Active",
        lead=busy,
        slots=week,
    )
    batch = running(campus, slots=week)
    with pytest.raises(ScheduleConflict, match="Ann Bell teaches Before"):
        assign_lead(by=campus.admin, batch=batch, instructor=busy)


# --- many at once -----------------------------------------------------------------------------------------------------
def test_many_batches_are_given_their_leads_and_each_lead_is_told_once(campus):
    ann, ben = campus.instructor("Ann"), campus.instructor("Ben")
    batches = [running(campus, slots=[slot(day, "08:00", "10:00")]) for day in (1, 2, 3)]
    given = assign_leads(by=campus.admin, leads={batches[0].pk: ann, batches[1].pk: ann, batches[2].pk: ben})
    assert {(one.batch_id, one.instructor_id, one.from_date) for one in given} == {
        (batch.pk, person.pk, batch.start_date) for batch, person in zip(batches, (ann, ann, ben), strict=True)
    }
    told = Notification.objects.order_by("user__full_name").values_list("user", "title")
    assert list(told) == [(ann.pk, "You lead 2 more batches"), (ben.pk, f"You lead {batches[2].code}")]
    assert Booking.objects.filter(instructor=ann).exists()
    assert [Batch.objects.get(pk=batch.pk).version for batch in batches] == [2, 2, 2]


def test_all_are_given_or_none(campus):
    ann = campus.instructor()
    batches = [running(campus, slots=[slot(1, "08:00", "10:00")]) for _each in range(2)]
    with pytest.raises(Conflict) as refused:
        assign_leads(by=campus.admin, leads={batch.pk: ann for batch in batches})
    assert refused.value.code == "schedule_conflict"
    assert not InstructorAssignment.objects.exists()
    assert not Notification.objects.exists()


def test_batch_that_has_a_lead_now_or_later_keeps_it(campus):
    led, planned = running(campus, lead=campus.instructor()), running(campus)
    later = campus.admin.today() + timedelta(days=7)
    assign_instructor(by=campus.admin, batch=planned, instructor=campus.instructor(), role="lead", from_date=later)
    for batch in (led, planned):
        with pytest.raises(LeadOverlap):
            assign_leads(by=campus.admin, leads={batch.pk: campus.instructor()})


def test_only_open_batches_and_active_instructors(campus):
    archived, over, mine = running(campus), running(campus, status="Completed"), running(campus)
    archive_batch(by=campus.admin, batch=archived)
    elsewhere = running(Campus.found())
    for batch, error in ((archived, BatchArchived), (over, BatchNotOpen), (elsewhere, Missing)):
        with pytest.raises(error):
            assign_leads(by=campus.admin, leads={batch.pk: campus.instructor()})
    with pytest.raises(NotAnInstructor):
        assign_leads(by=campus.admin, leads={mine.pk: campus.student()})


def test_statements_grow_with_the_people_and_not_with_the_batches(campus):
    ann = campus.instructor()

    def statements(days):
        batches = [running(campus, slots=[slot(day, "08:00", "10:00")]) for day in days]
        with CaptureQueriesContext(connection) as counted:
            assign_leads(by=campus.admin, leads={batch.pk: ann for batch in batches})
        return len(counted)

    assert statements([1]) == statements([2, 3, 4, 5, 6, 7]) <= 20
