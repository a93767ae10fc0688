"""Transfers at one moment: of one student, to the last seat, and beside what closes a batch."""

from __future__ import annotations

from contextlib import contextmanager
from decimal import Decimal
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from muster.batches.errors import BatchArchived
from muster.batches.models import Batch
from muster.batches.rules import archive_batch
from muster.core.checks import run_checks
from muster.core.database import violated_constraint
from muster.core.ownership import as_owner
from muster.enrollments.checks import INVARIANTS
from muster.enrollments.errors import PaymentOfFormerSeat, TransferRefused
from muster.enrollments.models import Enrollment
from muster.enrollments.rules import (
    PaymentInput,
    add_payment,
    approve_transfer,
    ask_for_transfer,
    cancel_enrollment,
    return_students,
    transfer_students,
    withdraw_transfer,
)
from tests.make import Campus
from tests.races.rush import refused, rush, without, won

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def campus() -> Campus:
    return Campus.found()


def moving(campus, seat, to):
    return partial(transfer_students, by=campus.admin, enrollments=[seat], to=to)


def counted(batch):
    batch.refresh_from_db()
    return batch.enrolled_students, Enrollment.objects.holding_seats().filter(batch=batch).count()


def nothing_is_broken(campus):
    return [found for found in run_checks(INVARIANTS, owner=campus.institution.pk) if not found.holds] == []


def by_raw_sql(seat, to):
    """What a program that knows no rule would do: read, compare, write."""
    now = Enrollment.objects.get(pk=seat.pk)
    if not now.holds_a_seat or Batch.objects.get(pk=to.pk).is_full:
        return None
    with transaction.atomic():
        # What was read is written, whatever has come of it since.
        Enrollment.objects.filter(pk=seat.pk).update(status="cancelled", cancelled_at=timezone.now())
        return Enrollment.objects.create(
            institution_id=now.institution_id,
            student_id=now.student_id,
            course_id=to.course_id,
            batch=to,
            enrollment_date="2030-01-01",
        )


def test_one_student_who_is_transferred_eight_times_at_once_moves_once(campus):
    course = campus.course()
    old, *targets = (campus.batch(course=course) for _each in range(5))
    seat = campus.enroll(old)
    outcomes = rush([moving(campus, seat, to) for to in targets * 2])
    assert len(won(outcomes)) == 1
    assert {(type(error), error.code) for error in refused(outcomes)} == {(TransferRefused, "already_transferred")}
    assert Enrollment.objects.holding_seats().filter(student=seat.student).count() == 1
    assert nothing_is_broken(campus)


def test_without_the_lock_the_database_still_leaves_one_seat(campus):
    course = campus.course()
    old, *targets = (campus.batch(course=course) for _each in range(9))
    seat = campus.enroll(old)
    outcomes = rush([partial(by_raw_sql, seat, to) for to in targets])
    met = {violated_constraint(error) for error in outcomes if isinstance(error, IntegrityError)}
    assert met <= {"one_current_enrollment_in_a_course"}
    assert Enrollment.objects.holding_seats().filter(student=seat.student).count() == 1


def test_control_without_the_constraint_one_student_gets_several_seats(campus):
    course = campus.course()
    old, *targets = (campus.batch(course=course) for _each in range(9))
    seat = campus.enroll(old)
    with without_index("enrollments_enrollment", "one_current_enrollment_in_a_course"):
        rush([partial(by_raw_sql, seat, to) for to in targets])
        assert Enrollment.objects.holding_seats().filter(student=seat.student).count() > 1


@contextmanager
def without_index(table, name):
    """A control: the table without the unique index that guards it."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [name])
        [(definition,)] = cursor.fetchall()
        cursor.execute(f'DROP INDEX "{name}"')
    try:
        yield
    finally:
        with as_owner(), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {table} CASCADE")
            cursor.execute(definition)


def test_of_many_who_are_moved_to_the_last_seat_at_once_one_gets_it(campus):
    course = campus.course()
    old, new = campus.batch(course=course), campus.batch(course=course, capacity=1)
    seats = [campus.enroll(old) for _each in range(8)]
    outcomes = rush([moving(campus, seat, new) for seat in seats])
    assert len(won(outcomes)) == 1
    assert {error.code for error in refused(outcomes)} == {"batch_full"}
    assert (counted(old), counted(new)) == ((7, 7), (1, 1))


def test_without_the_lock_the_database_still_refuses_the_seat_too_many(campus):
    course = campus.course()
    old, new = campus.batch(course=course, capacity=20), campus.batch(course=course, capacity=3)
    outcomes = rush([partial(by_raw_sql, campus.enroll(old), new) for _each in range(12)])
    met = {violated_constraint(error) for error in outcomes if isinstance(error, IntegrityError)}
    assert met <= {"seats_held_never_exceed_capacity"}
    assert counted(new) == (3, 3)


def test_control_without_the_constraint_the_target_is_overfilled(campus):
    course = campus.course()
    old, new = campus.batch(course=course, capacity=20), campus.batch(course=course, capacity=3)
    seats = [campus.enroll(old) for _each in range(20)]
    with without("batches_batch", constraints=["seats_held_never_exceed_capacity"]):
        rush([partial(by_raw_sql, seat, new) for seat in seats])
        assert counted(new)[0] > 3


def test_two_batches_exchange_their_students_without_a_deadlock(campus):
    course = campus.course()
    batches = [campus.batch(course=course, capacity=20) for _each in range(2)]
    seats = [[campus.enroll(batch) for _each in range(6)] for batch in batches]
    outcomes = rush([moving(campus, seat, batches[1 - side]) for side in (0, 1) for seat in seats[side]])
    assert len(won(outcomes)) == 12, outcomes
    assert [counted(batch) for batch in batches] == [(6, 6), (6, 6)]


def test_nobody_is_moved_to_or_from_a_batch_that_is_archived_at_that_moment(campus):
    course = campus.course()
    for archived in (0, 1):
        batches = [campus.batch(course=course) for _each in range(2)]
        seats = [campus.enroll(batches[0]) for _each in range(6)]
        outcomes = rush(
            [
                partial(archive_batch, by=campus.admin, batch=batches[archived]),
                *(moving(campus, seat, batches[1]) for seat in seats),
            ]
        )
        assert {type(error) for error in outcomes if isinstance(error, Exception)} <= {BatchArchived}
        for batch in batches:
            now, there = counted(batch)
            assert now == there
            seats_there = Enrollment.objects.holding_seats().filter(batch=batch)
            assert set(seats_there.values_list("frozen", flat=True)) <= {batch.is_archived}
    assert nothing_is_broken(campus)


def test_a_payment_that_comes_with_a_transfer_is_not_left_behind(campus):
    course = campus.course()
    for _round in range(5):
        old, new = campus.batch(course=course), campus.batch(course=course)
        seat = campus.enroll(old)
        paid = PaymentInput(Decimal(10), "EUR", status="completed")
        outcomes = rush(
            [
                moving(campus, seat, new),
                *(partial(add_payment, by=campus.admin, enrollment=seat, payment=paid) for _each in range(4)),
            ]
        )
        assert {type(error) for error in outcomes if isinstance(error, Exception)} <= {PaymentOfFormerSeat}
        seat.refresh_from_db()
        assert seat.payments.count() == 0
        assert seat.transferred_to.payments.count() == len(won(outcomes)) - 1
        cancel_enrollment(by=campus.admin, enrollment=seat.transferred_to)


def test_a_payment_that_comes_while_a_transfer_is_undone_is_not_left_behind(campus):
    course = campus.course()
    for _round in range(5):
        old, new = campus.batch(course=course), campus.batch(course=course)
        seat = campus.enroll(old)
        [one] = transfer_students(by=campus.admin, enrollments=[seat], to=new).outcomes
        paid = PaymentInput(Decimal(10), "EUR", status="completed")
        outcomes = rush(
            [
                partial(return_students, by=campus.admin, enrollments=[seat]),
                *(partial(add_payment, by=campus.admin, enrollment=one.enrollment, payment=paid) for _each in range(4)),
            ]
        )
        assert {type(error) for error in outcomes if isinstance(error, Exception)} <= {PaymentOfFormerSeat}
        assert one.enrollment.payments.count() == 0
        assert seat.payments.count() == len(won(outcomes)) - 1
        cancel_enrollment(by=campus.admin, enrollment=seat)


def test_a_transfer_that_is_undone_while_the_seat_goes_leaves_nothing_to_mend(campus):
    course = campus.course()
    old, new = campus.batch(course=course, capacity=1), campus.batch(course=course)
    seat = campus.enroll(old)
    transfer_students(by=campus.admin, enrollments=[seat], to=new)
    newcomers = [campus.enroll(campus.batch(course=course)) for _each in range(4)]
    outcomes = rush(
        [
            *(partial(return_students, by=campus.admin, enrollments=[seat]) for _each in range(3)),
            *(moving(campus, one, old) for one in newcomers),
        ]
    )
    assert len(won(outcomes)) == 1
    assert {type(error) for error in outcomes if isinstance(error, Exception)} == {TransferRefused}
    assert counted(old) == (1, 1)
    assert nothing_is_broken(campus)


def test_a_request_that_is_approved_and_withdrawn_at_once_has_one_answer(campus):
    course = campus.course()
    for _round in range(4):
        old, new = campus.batch(course=course), campus.batch(course=course)
        seat = campus.enroll(old)
        by = campus.actor(seat.student)
        asked = ask_for_transfer(by=by, enrollment=seat, reason="Works mornings")
        outcomes = rush(
            [
                *(partial(approve_transfer, by=campus.admin, request=asked, to=new) for _each in range(2)),
                partial(withdraw_transfer, by=by, request=asked),
            ]
        )
        assert len(won(outcomes)) == 1
        assert {error.code for error in refused(outcomes)} == {"already_decided"}
        asked.refresh_from_db()
        seat.refresh_from_db()
        assert (asked.status == "approved") == (seat.transferred_to is not None)
