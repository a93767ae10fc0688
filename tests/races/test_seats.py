"""The last seat: many students at one moment, with and without what guards it."""

from functools import partial

import pytest
from django.db import IntegrityError, transaction

from muster.batches.models import Batch
from muster.batches.rules import archive_batch
from muster.core.database import violated_constraint
from muster.enrollments.errors import AlreadyEnrolled, BatchFull
from muster.enrollments.models import Enrollment
from muster.enrollments.rules import change_capacity, delete_batch, enroll_student
from tests.client import Api
from tests.make import Campus
from tests.races.rush import refused, rush, without, won

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def campus():
    return Campus.found()


def seat_by_raw_sql(batch, student):
    """What a program that knows no rule would do: read, compare, write."""
    now = Batch.objects.get(pk=batch.pk)
    if now.seats_held >= now.capacity:
        raise BatchFull(now)
    with transaction.atomic():
        return Enrollment.objects.create(
            institution_id=batch.institution_id,
            student=student,
            course_id=batch.course_id,
            batch=batch,
            enrollment_date="2030-01-01",
        )


def counted(batch):
    batch.refresh_from_db()
    return batch.enrolled_students, Enrollment.objects.holding_seats().filter(batch=batch).count()


def test_a_hundred_students_at_once_fill_thirty_seats_over_the_api(campus):
    students = [campus.student() for _each in range(100)]
    tokens = [campus.token(student) for student in students]
    for _round in range(10):
        batch = campus.batch(capacity=30)
        body = {"courseId": str(batch.course_id), "batchId": str(batch.pk)}
        outcomes = rush(
            [
                partial(Api(token).post, f"/enrollments/students/{student.pk}/enroll", body)
                for student, token in zip(students, tokens, strict=True)
            ]
        )
        assert sorted(reply.status for reply in outcomes) == [201] * 30 + [400] * 70
        told = {reply.message.partition(":")[0] for reply in outcomes if reply.status == 400}
        assert told == {"Batch has reached maximum capacity"}
        assert counted(batch) == (30, 30)


def test_without_the_lock_the_database_still_refuses_the_eleventh(campus):
    batch = campus.batch(capacity=10)
    outcomes = rush([partial(seat_by_raw_sql, batch, campus.student()) for _each in range(25)])
    assert len(won(outcomes)) == 10
    assert counted(batch) == (10, 10)
    # At least one looked, saw a seat, and met the constraint: the race was there.
    met = [violated_constraint(error) for error in outcomes if isinstance(error, IntegrityError)]
    assert set(met) <= {"seats_held_never_exceed_capacity"}


def test_control_without_the_constraint_the_batch_is_overfilled(campus):
    batch = campus.batch(capacity=10)
    students = [campus.student() for _each in range(25)]
    with without("batches_batch", constraints=["seats_held_never_exceed_capacity"]):
        rush([partial(seat_by_raw_sql, batch, student) for student in students])
        assert counted(batch)[0] > 10


def test_one_student_who_asks_ten_times_at_once_gets_one_seat(campus):
    batch, student = campus.batch(capacity=10), campus.student()
    outcomes = rush([partial(enroll_student, by=campus.admin, student=student, batch=batch) for _each in range(10)])
    assert len(won(outcomes)) == 1
    assert {type(error) for error in refused(outcomes)} == {AlreadyEnrolled}
    assert counted(batch) == (1, 1)


def test_one_student_in_two_batches_of_a_course_at_once_gets_one_seat(campus):
    course, student = campus.course(), campus.student()
    batches = [campus.batch(course=course) for _each in range(6)]
    outcomes = rush([partial(enroll_student, by=campus.admin, student=student, batch=batch) for batch in batches])
    assert len(won(outcomes)) == 1
    assert {type(error) for error in refused(outcomes)} == {AlreadyEnrolled}


def test_capacity_never_falls_below_the_seats_that_are_taken_meanwhile(campus):
    batch = campus.batch(capacity=12)
    students = [campus.student() for _each in range(12)]
    rush(
        [
            *(partial(enroll_student, by=campus.admin, student=student, batch=batch) for student in students),
            *(partial(change_capacity, by=campus.admin, batch=batch, capacity=size) for size in (3, 6, 9)),
        ]
    )
    batch.refresh_from_db()
    assert batch.enrolled_students <= batch.capacity
    assert counted(batch)[0] == counted(batch)[1]


def test_nobody_enrolls_into_a_batch_that_is_archived_or_deleted_at_that_moment(campus):
    for closing in (archive_batch, delete_batch):
        batch = campus.batch(capacity=20)
        students = [campus.student() for _each in range(8)]
        rush(
            [
                *(partial(enroll_student, by=campus.admin, student=student, batch=batch) for student in students),
                partial(closing, by=campus.admin, batch=batch),
            ]
        )
        batch.refresh_from_db()
        seats = Enrollment.objects.filter(batch=batch)
        assert batch.enrolled_students == seats.holding_seats().count()
        assert not (batch.is_deleted and batch.enrolled_students)
        assert set(seats.values_list("frozen", flat=True)) <= {batch.is_archived}


def test_raw_sql_cannot_set_the_counter(campus):
    batch = campus.batch()
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        Batch.objects.filter(pk=batch.pk).update(enrolled_students=3)
    assert violated_constraint(refusal.value) == "seat_counters_follow_the_rows"
