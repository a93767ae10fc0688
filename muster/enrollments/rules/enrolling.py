"""Giving a student a seat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.batches.models import Batch
from muster.batches.rules.locks import bare_batch
from muster.core.compiled import Compiled
from muster.core.database import atomic, refused_at_last
from muster.core.errors import FieldError, Invalid
from muster.core.history import recorded
from muster.courses.models import Course
from muster.enrollments.errors import (
    AlreadyEnrolled,
    BatchFull,
    NotAStudent,
    NotOpenForEnrollment,
    TransactionTaken,
)
from muster.enrollments.models import Enrollment, Payment
from muster.enrollments.queries import open_siblings
from muster.institutions.access import Actor
from muster.institutions.models import STUDENT_ROLES, Affiliation, Membership


@dataclass(frozen=True)
class PaymentInput:
    """What is known of a payment: amount in `currency` (ISO 4217). Recorded, not processed."""

    amount: Decimal
    currency: str
    method: str = ""
    status: str = Payment.Status.PENDING
    transaction_id: str = ""


@atomic
def enroll_student(
    *,
    by: Actor,
    student: User,
    batch: Batch | None = None,
    course: Course | None = None,
    enrollment_type: str | None = None,
    source: str = "",
    enrollment_date: date | None = None,
    payment: PaymentInput | None = None,
) -> Enrollment:
    """Give the student a seat in the batch, or, without a batch, a place in the course.

    Locks the batch row first, so that two callers never count the same seat. Students who enroll themselves choose
    among few types, pay nothing by their own word, date nothing back, and leave the spare seats to the staff. Raises
    BatchArchived, NotOpenForEnrollment, BatchFull, AlreadyEnrolled, NotAStudent, TransactionTaken, Invalid.
    """
    by_themself = not by.manages
    if enrollment_type is None:
        enrollment_type = Enrollment.Type.BATCH if batch else Enrollment.Type.INDIVIDUAL
    _must_be_sound(by, batch, course, enrollment_type, enrollment_date, payment)
    if batch is not None:
        batch = _as_it_stands(batch, by, by_themself=by_themself)
        if not batch.takes_enrollments:
            raise NotOpenForEnrollment(batch)
    course_id = batch.course_id if batch else course.pk if course else None
    _must_be_a_student(by, student, course_id, batch)
    if batch is not None and not _has_seat(batch, by, by_themself=by_themself):
        raise BatchFull(batch, open_siblings(batch))

    today = by.today()
    with (
        recorded(by, "enroll_student"),
        refused_at_last(
            one_current_enrollment=lambda: AlreadyEnrolled(student),
            seats_held_never_exceed_capacity=lambda: batch_full(batch),
            one_payment_for_each_transaction=lambda: TransactionTaken(payment.transaction_id if payment else ""),
        ),
    ):
        enrollment = Enrollment.objects.create(
            institution=by.institution,
            student=student,
            course_id=course_id,
            batch=batch,
            enrollment_type=enrollment_type,
            source=source,
            enrollment_date=enrollment_date or today,
            access_expiry_date=access_until(by, batch, course, enrollment_date or today),
            created_by=by.user,
        )
        if payment is not None:
            Payment.objects.create(institution=by.institution, enrollment=enrollment, **vars(payment))
    return enrollment


def _as_it_stands(batch: Batch, by: Actor, *, by_themself: bool) -> Batch:
    """The batch, locked; unlocked where it is full, so that in a rush nobody queues to hear that no seat is left."""
    if not _has_seat(batch, by, by_themself=by_themself):
        now = bare_batch(batch, locked=False)
        if not _has_seat(now, by, by_themself=by_themself):
            return now
    return bare_batch(batch, locked=True)


def batch_full(batch: Batch | None) -> BatchFull:
    """What the constraint says: there were more who looked than seats."""
    assert batch is not None  # noqa: S101
    return BatchFull(Batch.objects.get(pk=batch.pk), open_siblings(batch))


def access_until(by: Actor, batch: Batch | None, course: Course | None, begins: date) -> date | None:
    """The last day of access: the batch's end, or the course's usual length, plus the institution's grace."""
    grace = timedelta(days=by.institution.access_grace_days)
    if batch is not None:
        return batch.end_date + grace if batch.end_date else None
    return begins + timedelta(days=course.length_days) + grace if course else None


def _must_be_sound(
    by: Actor,
    batch: Batch | None,
    course: Course | None,
    enrollment_type: str,
    enrollment_date: date | None,
    payment: PaymentInput | None,
) -> None:
    found: list[FieldError] = []
    if batch is None and course is None:
        found.append(FieldError("courseId", _("Choose a course or a batch.")))
    if batch is None and course is not None and not course.is_active:
        found.append(FieldError("courseId", _("This course isn't currently offered.")))
    if batch is not None and course is not None and batch.course_id != course.pk:
        found.append(FieldError("batchId", _("This batch belongs to another course.")))
    if enrollment_type not in Enrollment.Type.values:
        known = ", ".join(Enrollment.Type.values)
        found.append(FieldError("enrollment_type", _("Choose one of these types: %(known)s.") % {"known": known}))
    if enrollment_date is not None and enrollment_date > by.today():
        found.append(FieldError("enrollment_date", _("The enrollment date can't be in the future.")))
    if not by.manages:
        found += _beyond_self_service(by, batch, enrollment_type, enrollment_date, payment)
    if payment is not None:
        found += problems_of_payment(payment)
    if found:
        raise Invalid.fields(found)


def _beyond_self_service(
    by: Actor, batch: Batch | None, enrollment_type: str, enrollment_date: date | None, payment: PaymentInput | None
) -> list[FieldError]:
    found: list[FieldError] = []
    if enrollment_type in Enrollment.Type.values and enrollment_type not in Enrollment.SELF_SERVICE_TYPES:
        found.append(FieldError("enrollment_type", _("Only the institution can enroll you this way.")))
    if enrollment_date is not None and enrollment_date != by.today():
        found.append(FieldError("enrollment_date", _("Only the institution can backdate an enrollment.")))
    if payment is not None and payment.status != Payment.Status.PENDING:
        found.append(FieldError("paymentDetails.payment_status", _("Only the institution can confirm a payment.")))
    if batch is not None and batch.kind != Batch.Kind.COURSE:
        found.append(
            FieldError("batchId", _("Your institution handles enrollment in this batch. Ask them to enroll you."))
        )
    return found


def problems_of_payment(payment: PaymentInput) -> list[FieldError]:
    """Everything wrong with a payment, at the API's field names."""
    found: list[FieldError] = []
    if payment.amount < 0 or payment.amount >= Decimal("1e10"):
        found.append(FieldError("paymentDetails.amount", _("Enter a valid amount.")))
    if len(payment.currency) != 3 or not payment.currency.isalpha() or not payment.currency.isupper():
        found.append(FieldError("paymentDetails.currency", _("Enter a three-letter currency code, such as USD.")))
    if payment.status not in Payment.Status.values:
        known = ", ".join(Payment.Status.values)
        found.append(
            FieldError(
                "paymentDetails.payment_status", _("Choose one of these statuses: %(known)s.") % {"known": known}
            )
        )
    return found


def _must_be_a_student(by: Actor, student: User, course_id: UUID | None, batch: Batch | None) -> None:
    """One query: is the person an active student here, and not enrolled already?"""
    asked = STUDENT.one(
        student=student.pk,
        institution=by.institution.pk,
        course=course_id or NOWHERE,
        batch=batch.pk if batch else NOWHERE,
    )
    if asked is None:
        raise NotAStudent(student)
    if asked.is_enrolled:  # type: ignore[attr-defined]
        raise AlreadyEnrolled(student)


def _student_here(student: UUID, institution: UUID, course: UUID, batch: UUID) -> QuerySet[User]:
    """The person, if an active student of the institution, with whether the course or the batch has them already."""
    enrolled = Enrollment.objects.current().filter(Q(course=course) | Q(batch=batch), student=OuterRef("pk"))
    return (
        User.objects.filter(
            Exists(Membership.objects.filter(user=OuterRef("pk"), institution=institution, role__in=STUDENT_ROLES)),
            Exists(Affiliation.objects.filter(user=OuterRef("pk"), institution=institution, is_active=True)),
            pk=student,
            is_active=True,
        )
        .annotate(is_enrolled=Exists(enrolled))
        .only("pk")
    )


# Where no row is.
NOWHERE = UUID(int=0)
STUDENT = Compiled(_student_here, student=UUID(int=1), institution=UUID(int=2), course=UUID(int=3), batch=UUID(int=4))


def _has_seat(batch: Batch, by: Actor, *, by_themself: bool) -> bool:
    if batch.capacity is None:
        return True
    # Seats kept spare are for transfers and repeats, which the staff decides.
    spare = -(-batch.capacity * by.institution.seat_buffer_percent // 100) if by_themself else 0
    return batch.seats_held < batch.capacity - spare
