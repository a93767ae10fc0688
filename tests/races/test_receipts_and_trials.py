"""Receipts that are numbered, and trials that begin, at one moment."""

from decimal import Decimal
from functools import partial

import pytest
from django.db import connection

from muster.core.database import violated_constraint
from muster.core.ownership import as_owner
from muster.enrollments.errors import AlreadyEnrolled, HadTrial
from muster.enrollments.models import Enrollment, Payment
from muster.enrollments.rules import PaymentInput, add_payment, enroll_student
from tests.make import Campus
from tests.races.rush import refused, rush, won

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def campus():
    return Campus.found()


def pay(campus, seat):
    paid = PaymentInput(Decimal(5), "ZAR", status="completed")
    return add_payment(by=campus.admin, enrollment=seat, payment=paid)


def test_receipts_of_one_moment_are_numbered_without_a_gap(campus):
    batch = campus.batch()
    outcomes = rush([partial(pay, campus, campus.enroll(batch)) for _each in range(8)])
    assert sorted(one.receipt_number for one in won(outcomes)) == [*range(1, 9)]


def test_control_without_the_lock_two_want_one_number(campus):
    """What the count is locked for: the index still refuses, and somebody is told of a fault that is none of theirs."""
    batch = campus.batch()
    seats = [campus.enroll(batch) for _each in range(8)]
    name = "pgtrigger_receipts_are_numbered"
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT oid, proname FROM pg_proc WHERE proname LIKE %s", [f"{name}%"])
        [(oid, _name)] = cursor.fetchall()
        cursor.execute("SELECT pg_get_functiondef(%s)", [oid])
        definition = cursor.fetchone()[0]
        cursor.execute(definition.replace("PERFORM pg_advisory_xact_lock", "PERFORM pg_sleep(0.1), abs"))
    try:
        outcomes = rush([partial(pay, campus, seat) for seat in seats])
        lost = [one for one in outcomes if isinstance(one, Exception)]
        assert {violated_constraint(one) for one in lost} == {"one_payment_for_each_receipt"}
        numbers = list(Payment.objects.values_list("receipt_number", flat=True))
        assert len(numbers) == len(set(numbers)) < 8
    finally:
        with as_owner(), connection.cursor() as cursor:
            cursor.execute(definition)


def test_trials_of_one_course_that_begin_at_once_are_one(campus):
    course, student = campus.course(), campus.student()
    batches = [campus.batch(course=course) for _each in range(4)]
    outcomes = rush(
        [
            partial(enroll_student, by=campus.admin, student=student, batch=batch, enrollment_type="trial")
            for batch in batches
        ]
    )
    assert len(won(outcomes)) == Enrollment.objects.count() == 1
    assert {type(one) for one in refused(outcomes)} <= {AlreadyEnrolled, HadTrial}
