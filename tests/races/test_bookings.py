"""One instructor, one room, one hour: many bookings at one moment."""

from datetime import date
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction

from muster.batches.models import Batch, InstructorAssignment
from muster.batches.rules import assign_lead
from muster.core.errors import Conflict
from muster.institutions.models import Role
from muster.timetable.models import Booking
from tests.client import Api
from tests.make import Campus, slot
from tests.races.rush import refused, rush, without, won

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def campus():
    return Campus.found()


def booked_twice():
    """Pairs of bookings of one person or room that overlap."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM timetable_booking AS a JOIN timetable_booking AS b ON a.id < b.id "
            "AND a.period && b.period AND (a.instructor_id = b.instructor_id OR a.room_id = b.room_id)"
        )
        return cursor.fetchone()[0]


def test_ten_requests_that_book_one_instructor_into_one_hour_get_one_booking(campus):
    course, farid, token = campus.course(), campus.instructor("Farid Osman"), campus.token()
    body = {
        "batch_name": "Evenings",
        "start_date": "2030-01-07",
        "end_date": "2030-02-01",
        "capacity": 10,
        "assigned_instructor": str(farid.pk),
        "schedule": [{"day": "Tuesday", "start_time": "18:00", "end_time": "20:00"}],
    }
    outcomes = rush([partial(Api(token).post, f"/batches/courses/{course.pk}/batches", body) for _each in range(10)])
    assert sorted(reply.status for reply in outcomes) == [201] + [400] * 9
    told = [reply.message for reply in outcomes if reply.status == 400]
    assert all(message.startswith("Schedule conflict: Farid Osman teaches Evenings") for message in told)
    assert Batch.objects.filter(course=course).count() == 1


def test_ten_batches_that_want_one_lead_get_one(campus):
    farid = campus.instructor()
    batches = [campus.batch(slots=[slot(1, "08:00", "10:00"), slot(3, "08:00", "10:00")]) for _each in range(10)]
    outcomes = rush([partial(assign_lead, by=campus.admin, batch=batch, instructor=farid) for batch in batches])
    assert len(won(outcomes)) == 1
    assert len(refused(outcomes)) == 9
    assert {error.code for error in refused(outcomes)} == {"schedule_conflict"}
    assert booked_twice() == 0


def test_three_slot_bookings_in_any_order_do_not_lock_each_other_out(campus):
    branch = campus.branch()
    rooms = [campus.room(branch) for _each in range(3)]
    people = [campus.instructor() for _each in range(3)]
    course = campus.course()

    def open_in_order(turn):
        order = [(turn + step) % 3 for step in range(3)]
        week = [slot(1 + place, "08:00", "10:00", room=rooms[place], instructor=people[place]) for place in order]
        return campus.batch(course=course, slots=week)

    outcomes = rush([partial(open_in_order, turn) for turn in range(10)])
    assert len(won(outcomes)) == 1
    assert all(isinstance(outcome, Conflict | Batch) for outcome in outcomes)
    assert booked_twice() == 0


def assign_by_raw_sql(batch, person):
    with transaction.atomic():
        return InstructorAssignment.objects.create(
            institution_id=batch.institution_id, batch=batch, instructor=person, from_date=date(2030, 1, 1)
        )


def test_without_the_lock_the_database_still_refuses_the_second_booking(campus):
    farid = campus.instructor()
    batches = [campus.batch(slots=[slot(1, "08:00", "10:00")]) for _each in range(6)]
    outcomes = rush([partial(assign_by_raw_sql, batch, farid) for batch in batches])
    assert len(won(outcomes)) == 1
    assert booked_twice() == 0


def test_control_without_the_constraint_the_instructor_is_in_two_places(campus):
    farid = campus.instructor()
    batches = [campus.batch(slots=[slot(1, "08:00", "10:00")]) for _each in range(6)]
    with without("timetable_booking", constraints=["instructor_is_in_one_place_at_a_time"]):
        assert len(won(rush([partial(assign_by_raw_sql, batch, farid) for batch in batches]))) == 6
        assert booked_twice() > 0


def test_a_batch_never_has_two_leads_on_one_day(campus):
    batch = campus.batch()
    people = [campus.instructor() for _each in range(8)]
    rush([partial(assign_lead, by=campus.admin, batch=batch, instructor=person) for person in people])
    raw = rush([partial(assign_by_raw_sql, batch, person) for person in people])
    assert {type(outcome) for outcome in raw} == {IntegrityError}
    today = campus.admin.today()
    assert InstructorAssignment.objects.filter(batch=batch).leads().on(today).count() == 1


def test_two_leads_swap_their_hours_in_one_transaction(campus):
    """The constraint is deferrable: what is right at the end may cross in between."""
    first, second = campus.instructor(), campus.instructor()
    week = [slot(1, "08:00", "10:00")]
    one = campus.batch(lead=first, slots=week)
    two = campus.batch(lead=second, slots=week)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS instructor_is_in_one_place_at_a_time DEFERRED")
        InstructorAssignment.objects.filter(batch=one).update(instructor=second)
        InstructorAssignment.objects.filter(batch=two).update(instructor=first)
    assert booked_twice() == 0
    assert Booking.objects.filter(meeting__batches=one, instructor=second).exists()


def test_an_instructor_of_two_institutions_is_booked_in_each(campus):
    other = Campus.found()
    farid = campus.instructor("Farid Osman")
    there = other.joined_by(farid, Role.INSTRUCTOR)
    week = [slot(1, "08:00", "10:00")]
    campus.batch(lead=farid, slots=week)
    assert other.batch(lead=there, slots=week).pk
