"""Rows that are written by a prepared statement."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from muster.core.history import recorded
from muster.core.inserts import PreparedInsert
from muster.core.models import AuditEntry
from muster.enrollments.models import Enrollment
from muster.enrollments.rules import PaymentInput, enroll_student
from tests.make import Campus

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus() -> Campus:
    return Campus.found()


def values_of(row: Enrollment) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_a_row_is_kept_as_it_was_made(campus: Campus) -> None:
    made = enroll_student(by=campus.admin, student=campus.student(), batch=campus.batch(), source="fair")
    assert (made._state.adding, made._state.db) == (False, "default")
    assert values_of(Enrollment.objects.get(pk=made.pk)) == values_of(made)


def test_history_knows_who_wrote_it_and_what_follows_in_the_use_case(campus: Campus) -> None:
    payment = PaymentInput(Decimal("10.00"), "EUR")
    made = enroll_student(by=campus.admin, student=campus.student(), batch=campus.batch(), payment=payment)
    written = AuditEntry.objects.filter(row_id__in=[made.pk, made.payments.get().pk])
    assert {(entry.use_case, entry.by_id) for entry in written} == {("enroll_student", campus.admin.user.pk)}
    assert written.count() == 2


def test_constraints_refuse_it_as_they_refuse_what_is_saved(campus: Campus) -> None:
    batch, student = campus.batch(), campus.student()
    again = {"institution": campus.institution, "student": student, "batch": batch, "course_id": batch.course_id}
    enroll_student(by=campus.admin, student=student, batch=batch)
    with pytest.raises(IntegrityError), transaction.atomic(), recorded(campus.admin, "enroll_student") as context:
        PreparedInsert(Enrollment)(context, Enrollment(**again, enrollment_date=campus.admin.today()))
