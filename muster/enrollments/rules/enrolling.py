"""Giving a student a seat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Protocol, TypedDict, Unpack, cast
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.accounts.models import User
from muster.batches.models import Batch
from muster.batches.rules.locks import bare_batch, bare_batch_and
from muster.batches.warnings import PlanWarning
from muster.core.compiled import Compiled
from muster.core.database import atomic, refused_at_last
from muster.core.errors import FieldError, Invalid
from muster.core.history import recorded
from muster.core.inserts import PreparedInsert
from muster.core.permissions import any_id
from muster.courses.models import Course
from muster.courses.permissions import courses
from muster.enrollments.errors import (
    AlreadyEnrolled,
    BatchFull,
    EnrollmentEnded,
    HadTrial,
    MeetsAtOnce,
    NotAStudent,
    NotOpenForEnrollment,
    TransactionTaken,
)
from muster.enrollments.models import Enrollment, Organisation, Payment, WaitlistEntry
from muster.enrollments.opening import last_day_to_enroll, seats_for_the_line, seats_kept_back, seats_left_of
from muster.enrollments.queries import HasClash, further_sessions, open_siblings, own_clashes
from muster.institutions.access import Actor
from muster.institutions.models import STUDENT_ROLES, Affiliation, Membership
from muster.notifications.rules import is_quiet


@dataclass(frozen=True)
class PaymentInput:
    """What is known of a payment: amount in `currency` (ISO 4217). Recorded, not processed."""

    amount: Decimal
    currency: str
    method: str = ""
    status: str = Payment.Status.PENDING
    transaction_id: str = ""
    payer: str = ""
    organisation: Organisation | None = None


class SeatFields(TypedDict, total=False):
    """What can be said of an enrollment beside who gets it, and where."""

    course: Course | None
    enrollment_type: str | None
    source: str
    enrollment_date: date | None
    payment: PaymentInput | None
    accept_clash: bool
    organisation: Organisation | None


class NoSeat(Exception):
    """No seat is left for the student in the batch, as it stands, or the next one goes to somebody in line."""

    def __init__(self, batch: Batch, asked: Asked, *, is_awaited: bool = False) -> None:
        super().__init__()
        self.batch, self.asked, self.is_awaited = batch, asked, is_awaited


@atomic
def enroll_student(*, by: Actor, student: User, batch: Batch | None = None, **fields: Unpack[SeatFields]) -> Enrollment:
    """Give the student a seat in the batch, or, without a batch, a place in the course.

    Locks the batch row first, so that two callers never count the same seat. Students who enroll themselves choose
    among few types, pay nothing by their own word, date nothing back, come before the last day for enrolling, and leave
    the seats kept back to the staff. Nobody overtakes the waitlist: a seat that is free goes to the next in line, and
    whoever enrolls while it is their turn, or while a seat is offered to them, leaves the line with it. An
    `organisation` that pays for the seat makes it a corporate one, unless told otherwise. What staff passes over, and a
    clash with the student's own timetable, stands in `warnings` of the enrollment; without `accept_clash` the clash is
    refused. A trial lasts as many days as the institution says, once for each course. Raises BatchArchived,
    NotOpenForEnrollment, EnrollmentEnded, BatchFull, AlreadyEnrolled, HadTrial, MeetsAtOnce, NotAStudent,
    TransactionTaken, Invalid.
    """
    try:
        return take_seat(by=by, student=student, at=_as_it_stands(by, student, batch) if batch else None, **fields)
    except NoSeat as none:
        raise BatchFull(none.batch, open_siblings(none.batch, by), is_awaited=none.is_awaited) from none


def take_seat(
    *,
    by: Actor,
    student: User,
    at: Standing | None,
    course: Course | None = None,
    enrollment_type: str | None = None,
    source: str = "",
    enrollment_date: date | None = None,
    payment: PaymentInput | None = None,
    accept_clash: bool = True,
    organisation: Organisation | None = None,
) -> Enrollment:
    """What `enroll_student` does with a batch as it stands. Raises NoSeat, before anything is written."""
    batch = at.batch if at else None
    if enrollment_type is None and organisation is not None:
        enrollment_type = Enrollment.Type.CORPORATE
    elif enrollment_type is None:
        enrollment_type = Enrollment.Type.BATCH if batch else Enrollment.Type.INDIVIDUAL
    _must_be_sound(by, batch, course, enrollment_type, payment)
    _must_pay(by, organisation)
    if batch is None:
        _must_manage(by, course)
    warnings: list[PlanWarning] = []
    today = by.today()
    if batch is not None:
        today = batch.local_today  # type: ignore[attr-defined]
        if not batch.takes_enrollments:
            raise NotOpenForEnrollment(batch)
        warnings += _passed_over(batch, by, today)
    _must_be_dated(by, enrollment_date, today)
    course_id = batch.course_id if batch else course.pk if course else None
    asked = must_be_a_student(student, at.asked if at else ask(by, student, course_id))
    place = None
    if batch is not None and asked.own_place:
        place = _place_in_turn(by, batch, asked, today)
    elif batch is not None:
        _must_have_a_seat(by, batch, asked, today)
    if batch is not None and asked.meets_at_once:
        clashes = own_clashes(student, by.institution.pk, [batch.pk]).get(batch.pk, [])
        if clashes and not accept_clash:
            raise MeetsAtOnce(batch, clashes)
        warnings += [PlanWarning("batchId", "own_clash", f"{batch.code} {clash}.") for clash in clashes]
    begins = enrollment_date or today
    trial = None
    if enrollment_type == Enrollment.Type.TRIAL:
        must_have_had_no_trial(student, course_id)
        trial = trial_period(by, batch, course, begins)

    with (
        recorded(by, "enroll_student") as context,
        refused_at_last(
            one_trial_of_a_course=lambda: HadTrial(student),
            one_current_enrollment=lambda: AlreadyEnrolled(student),
            seats_held_never_exceed_capacity=lambda: batch_full(batch, by),
            one_payment_for_each_transaction=lambda: TransactionTaken(payment.transaction_id if payment else ""),
        ),
    ):
        if place is not None:
            leave_with_a_seat(place)
        enrollment = WRITE_ENROLLMENT(
            context,
            Enrollment(
                institution=by.institution,
                student=student,
                course_id=course_id,
                batch=batch,
                enrollment_type=enrollment_type,
                source=source,
                enrollment_date=begins,
                access_expiry_date=trial.last if trial else access_until(by, batch, course, begins),
                trial_began_on=trial.first if trial else None,
                organisation=organisation,
                created_by=by.user,
                welcome_due=not is_quiet(),
            ),
        )
        if payment is not None:
            Payment.objects.create(institution=by.institution, enrollment=enrollment, **vars(payment))
        if place is not None:
            WaitlistEntry.objects.filter(pk=place.pk).update(enrollment=enrollment)
    enrollment.warnings = warnings
    return enrollment


def _as_it_stands(by: Actor, student: User, batch: Batch) -> Standing:
    """The batch, locked; unlocked where it is full, so that in a rush nobody queues to hear that no seat is left."""
    if seats_left_of(batch, by) == 0:
        now = bare_batch(batch, locked=False)
        if seats_left_of(now, by) == 0:
            return Standing(now, ask(by, student, now.course_id, now))
    return locked_standing(by, student, batch, batch.course_id)


def _must_have_a_seat(by: Actor, batch: Batch, asked: Asked, today: date) -> None:
    """Raise NoSeat where no seat is left for a newcomer, or the next one goes to somebody in line.

    Seats that the line does not get, since they are kept back or the batch is past its last day for enrolling, are the
    staff's to give.
    """
    if seats_left_of(batch, by) == 0:
        raise NoSeat(batch, asked)
    if asked.next_in_line and seats_for_the_line(batch, by.institution, today) != 0:
        raise NoSeat(batch, asked, is_awaited=True)


def _place_in_turn(by: Actor, batch: Batch, asked: Asked, today: date) -> WaitlistEntry:
    """The student's own place in line, if it is their turn. Locks the batch. Raises NoSeat."""
    batch = bare_batch(batch, locked=True)
    place = WaitlistEntry.objects.get(pk=any_id(asked.own_place))
    first = WaitlistEntry.objects.waiting().filter(batch=batch).first()
    is_next = first == place or seats_for_the_line(batch, by.institution, today) == 0
    waits = place.status == WaitlistEntry.Status.WAITING
    if place.is_offered(timezone.now()) or (waits and is_next and seats_left_of(batch, by) != 0):
        return place
    raise NoSeat(batch, asked, is_awaited=not batch.is_full)


def leave_with_a_seat(place: WaitlistEntry) -> None:
    """End the place in line as accepted; what was held for it is free for the enrollment that follows."""
    now = timezone.now()
    place.status, place.answered_at = WaitlistEntry.Status.ACCEPTED, now
    place.offered_at = place.offered_at or now
    place.save(update_fields=["status", "answered_at", "offered_at", "updated_at"])


def _passed_over(batch: Batch, by: Actor, today: date) -> list[PlanWarning]:
    """What staff passes over by enrolling somebody. Raises EnrollmentEnded for students."""
    found = warn_of_last_day(batch, by, today)
    kept, free = seats_kept_back(batch, by.institution), batch.available_spots
    if free is not None and 0 < free <= kept:
        words = ngettext(
            "This was a seat kept back for transfers and repeats: %(left)d of %(kept)d is left.",
            "This was a seat kept back for transfers and repeats: %(left)d of %(kept)d are left.",
            1 if 1 in (free - 1, kept) else 2,
        )
        found.append(PlanWarning("batchId", "seat_kept_back", words % {"left": free - 1, "kept": kept}))
    return found


def warn_of_last_day(batch: Batch, by: Actor, today: date, field: str = "batchId") -> list[PlanWarning]:
    """That the batch is past its last day for enrolling. Raises EnrollmentEnded for students."""
    last = last_day_to_enroll(batch, by.institution)
    if last is None or today <= last:
        return []
    if not by.manages:
        raise EnrollmentEnded(batch, last)
    words = _("%(batch)s took enrollments until %(day)s.")
    return [PlanWarning(field, "enrollment_ended", words % {"batch": batch.code, "day": date_format(last, "D j M Y")})]


def batch_full(batch: Batch | None, by: Actor) -> BatchFull:
    """What the constraint says: there were more who looked than seats."""
    assert batch is not None  # noqa: S101
    return BatchFull(Batch.objects.get(pk=batch.pk), open_siblings(batch, by))


def access_until(by: Actor, batch: Batch | None, course: Course | None, begins: date) -> date | None:
    """The last day of access: the batch's end, or the course's usual length, plus the institution's grace."""
    grace = timedelta(days=by.institution.access_grace_days)
    if batch is not None:
        return batch.end_date + grace if batch.end_date else None
    return begins + timedelta(days=course.length_days) + grace if course else None


@dataclass(frozen=True)
class TrialPeriod:
    """The first and the last day of a trial."""

    first: date
    last: date


def trial_period(by: Actor, batch: Batch | None, course: Course | None, day: date) -> TrialPeriod:
    """When a trial that is given on that day begins, with the batch where that is later, and when it ends: after the
    institution's days, and never after a full enrollment would."""
    first = max(day, batch.start_date) if batch and batch.start_date else day
    last, whole = first + timedelta(days=by.institution.trial_days - 1), access_until(by, batch, course, day)
    return TrialPeriod(first, min(last, whole) if whole else last)


def must_have_had_no_trial(student: User, course_id: UUID | None) -> None:
    """Raises HadTrial."""
    had = Enrollment.objects.filter(student=student, trial_began_on__isnull=False)
    if course_id is not None and had.filter(course=course_id).exists():
        raise HadTrial(student)


def _must_be_sound(
    by: Actor,
    batch: Batch | None,
    course: Course | None,
    enrollment_type: str,
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
    if not by.manages:
        found += _beyond_self_service(batch, course, enrollment_type, payment)
    if payment is not None:
        found += problems_of_payment(payment)
    if found:
        raise Invalid.fields(found)


def _must_manage(by: Actor, course: Course | None) -> None:
    """Study without a batch is given by who manages the course. Raises Invalid."""
    if course is not None and by.manages and not courses.allows(by, "change", course):
        raise Invalid(_("This course is outside the part of the institution you manage."), field="courseId")


def _must_pay(by: Actor, organisation: Organisation | None) -> None:
    if organisation is None:
        return
    if not by.manages:
        raise Invalid(_("Only the institution can enroll you this way."), field="organisation_id")
    must_be_active(organisation)


def must_be_active(organisation: Organisation) -> None:
    """Raises Invalid for an organisation that is not chosen any more."""
    if not organisation.is_active:
        raise Invalid(inactive_organisation(), field="organisation_id")


def inactive_organisation() -> str:
    """That an organisation is not chosen any more, in words."""
    return _("This organization is inactive. Choose another one.")


def _must_be_dated(by: Actor, day: date | None, today: date) -> None:
    """Raise Invalid for a date that has not come where the batch meets, or one that a student gives themself."""
    if day is not None and day > today:
        raise Invalid(_("The enrollment date can't be in the future."), field="enrollment_date")
    if day is not None and day != today and not by.manages:
        raise Invalid(_("Only the institution can backdate an enrollment."), field="enrollment_date")


def _beyond_self_service(
    batch: Batch | None, course: Course | None, enrollment_type: str, payment: PaymentInput | None
) -> list[FieldError]:
    found: list[FieldError] = []
    if batch is None and course is not None and not course.individual_study:
        found.append(FieldError("courseId", _("This course is taught in batches only. Choose one of its batches.")))
    if enrollment_type in Enrollment.Type.values and enrollment_type not in Enrollment.SELF_SERVICE_TYPES:
        found.append(FieldError("enrollment_type", _("Only the institution can enroll you this way.")))
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
    if payment.organisation is not None and not payment.organisation.is_active:
        found.append(FieldError("paymentDetails.organisation_id", inactive_organisation()))
    if payment.payer and payment.organisation is not None:
        found.append(FieldError("paymentDetails.payer", _("Name a person or an organization, not both.")))
    return found


class Asked(Protocol):
    """What one query tells of a student who is to be enrolled."""

    # Whether the course or the batch has them already.
    is_enrolled: bool
    # Whether another batch of theirs meets at the same time.
    meets_at_once: bool
    # The keys of their own place in line for the batch, and of the first in line.
    own_place: UUID | None
    next_in_line: UUID | None


@dataclass(frozen=True)
class Standing:
    """A batch as it stands, and what is known of a student who wants a seat: None of who is no active student here."""

    batch: Batch
    asked: Asked | None


def locked_standing(by: Actor, student: User, batch: Batch, course_id: UUID | None) -> Standing:
    """The batch, locked, and the student asked about behind the lock. A seat elsewhere in the course is one already.

    Raises Missing, BatchArchived.
    """
    now, asked = bare_batch_and(batch, STUDENT, _values(by, student, course_id, batch))
    if course_id is not None and now.course_id != course_id:
        # The batch became one of another course meanwhile.
        asked = ask(by, student, now.course_id, now)
    return Standing(now, asked)


def ask(by: Actor, student: User, course_id: UUID | None, batch: Batch | None = None) -> Asked | None:
    """One query: is the person an active student here, and not enrolled already? Who waits for the batch?"""
    return cast("Asked | None", STUDENT.one(**_values(by, student, course_id, batch)))


def _values(by: Actor, student: User, course_id: UUID | None, batch: Batch | None) -> dict[str, UUID]:
    return {
        "student": student.pk,
        "institution": by.institution.pk,
        "course": course_id or NOWHERE,
        "batch": batch.pk if batch else NOWHERE,
    }


def must_be_a_student(student: User, asked: Asked | None) -> Asked:
    """What was asked, of a student who can be enrolled. Raises NotAStudent, AlreadyEnrolled."""
    if asked is None:
        raise NotAStudent(student)
    if asked.is_enrolled:
        raise AlreadyEnrolled(student)
    return asked


def active_students(institution: Any, user: Any) -> Q:
    """The condition that a user is an active student of the institution; takes `OuterRef`s as well as ids."""
    return Q(
        Exists(Membership.objects.filter(user=user, institution=institution, role__in=STUDENT_ROLES)),
        Exists(Affiliation.objects.filter(user=user, institution=institution, is_active=True)),
    )


def _student_here(student: UUID, institution: UUID, course: UUID, batch: UUID) -> QuerySet[User]:
    """The person, if an active student of the institution, with whether the course or the batch has them already,
    whether another batch of theirs meets at the same time, and who waits for this one."""
    current = Enrollment.objects.current().filter(student=OuterRef("pk"))
    enrolled = current.filter(Q(course=course) | Q(batch=batch))
    own = WaitlistEntry.objects.current().filter(student=OuterRef("pk"), batch=batch).order_by()
    line = WaitlistEntry.objects.waiting().filter(batch=batch)
    return (
        User.objects.filter(active_students(institution, OuterRef("pk")), pk=student, is_active=True)
        .annotate(
            is_enrolled=Exists(enrolled),
            # What is of no batch is compared when there is any: few have a mentor.
            meets_at_once=HasClash(F("pk"), Value(institution), Value(batch))
            | Exists(further_sessions(OuterRef("pk"), institution)),
            own_place=Subquery(own.values("pk")[:1]),
            next_in_line=Subquery(line.values("pk")[:1]),
        )
        .only("pk")
    )


WRITE_ENROLLMENT = PreparedInsert(Enrollment)
# Where no row is.
NOWHERE = UUID(int=0)
STUDENT = Compiled(_student_here, student=UUID(int=1), institution=UUID(int=2), course=UUID(int=3), batch=UUID(int=4))
