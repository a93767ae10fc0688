"""Reads around enrollments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from django.db import models
from django.db.models import Case, F, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext_lazy

from muster.accounts.models import User
from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.batches.queries import SEATS_HELD, batches_of, with_seats_left
from muster.core.compiled import Compiled
from muster.courses.models import Course
from muster.enrollments.models import Enrollment
from muster.enrollments.permissions import enrollments
from muster.institutions.access import Actor
from muster.institutions.models import Affiliation
from muster.people.permissions import students
from muster.people.queries import is_here, people_here


class StudentState(models.TextChoices):
    """How a student stands now."""

    INACTIVE = "inactive", gettext_lazy("Inactive")
    ENROLLED = "enrolled", gettext_lazy("Enrolled")
    ON_HOLD = "on_hold", gettext_lazy("On hold")
    NOT_ENROLLED = "not_enrolled", gettext_lazy("Not enrolled")


# In a rush all but a few are refused, and each is told of them.
SIBLINGS = Compiled(
    lambda institution, course, batch: (
        Batch.objects.booking()
        .filter(with_seats_left(), institution_id=institution, course_id=course)
        .exclude(pk=batch)
        .order_by("start_date", "pk")[:3]
    ),
    ordered=True,
    institution=UUID(int=1),
    course=UUID(int=2),
    batch=UUID(int=3),
)


def open_siblings(batch: Batch | None) -> list[Batch]:
    """The next three batches of the same course that take enrollments and have seats, the soonest first."""
    if batch is None or batch.course_id is None:
        return []
    return list(SIBLINGS(institution=batch.institution_id, course=batch.course_id, batch=batch.pk))


def everyone_of(batch: Batch) -> QuerySet[Enrollment]:
    """Every enrollment the batch ever had, with student and student number, by name."""
    return with_students(Enrollment.objects.filter(batch=batch))


def with_students(rows: QuerySet[Enrollment]) -> QuerySet[Enrollment]:
    """The enrollments with their students and student numbers, by name."""
    number = Affiliation.objects.filter(institution=OuterRef("institution"), user=OuterRef("student"))
    return (
        rows.select_related("student")
        .annotate(student_number=Subquery(number.values("student_number")[:1]))
        .order_by("student__full_name", "pk")
    )


def roster_of(batch: Batch, *, status: str = "", q: str = "") -> QuerySet[Enrollment]:
    """The batch's enrollments with their students and student numbers, by name; the cancelled only when asked for."""
    rows = everyone_of(batch)
    rows = rows.filter(status=status) if status else rows.exclude(status=Enrollment.Status.CANCELLED)
    if q:
        rows = rows.filter(Q(student__full_name__icontains=q) | Q(student__email__icontains=q))
    return rows


def open_batches_of(course: Course, actor: Actor) -> QuerySet[Batch]:
    """The batches of a course that students may enroll into, full ones too, with `seats_left`; the soonest first.

    `seats_left` is None where the capacity is open. Seats kept spare are not left to students.
    """
    percent = 0 if actor.manages else actor.institution.seat_buffer_percent
    spare = (F("capacity") * percent + 99) / 100
    left = Greatest(F("capacity") - SEATS_HELD - spare, Value(0))
    rows = batches.rows(actor, among=Batch.objects.booking()).filter(course=course, kind=Batch.Kind.COURSE)
    counted = Case(When(capacity__isnull=False, then=left), output_field=IntegerField())
    return batches_of(actor, rows).annotate(seats_left=counted).order_by("start_date", "pk")


def batches_open_to(student: User, rows: QuerySet[Batch], *, spare_percent: int = 0) -> QuerySet[Batch]:
    """Those of the batches that have a seat beside the spare ones, of no course in which the student is now; the
    soonest first."""
    taken = Enrollment.objects.current().filter(student=student)
    return (
        rows.filter(with_seats_left((F("capacity") * spare_percent + 99) / 100))
        .exclude(pk__in=taken.filter(batch__isnull=False).values("batch_id"))
        .exclude(course_id__in=taken.filter(course__isnull=False).values("course_id"))
        .order_by("start_date", "name", "pk")
    )


def offers_to(actor: Actor) -> QuerySet[Batch]:
    """The course batches, in full, into which the actor may enroll themselves, the soonest first."""
    running = Batch.objects.booking().filter(kind=Batch.Kind.COURSE, end_date__gte=actor.today())
    student, spare = cast("User", actor.user), actor.institution.seat_buffer_percent
    return batches_of(actor, batches_open_to(student, batches.rows(actor, among=running), spare_percent=spare))


def enrollments_in_full(actor: Actor, rows: QuerySet[Enrollment]) -> QuerySet[Enrollment]:
    """The enrollments with course and batch in full, the latest first. Two statements."""
    in_full = Prefetch("batch", batches_of(actor, Batch.objects.all()))
    return rows.select_related("course").prefetch_related(in_full).order_by("-created_at", "pk")


def seats_seen_by(actor: Actor) -> QuerySet[Enrollment]:
    """The current enrollments that the actor may see, with the department that the batch or else the course has."""
    rows: QuerySet[Enrollment] = enrollments.rows(actor, among=Enrollment.objects.current())
    return rows.annotate(
        dept_id=Coalesce("batch__department_id", "course__department_id"),
        dept_name=Coalesce(F("batch__department__name"), F("course__department__name")),
    )


def with_seats(actor: Actor, people: QuerySet[User]) -> QuerySet[User]:
    """The people with `seats_now`: their current enrollments that the actor may see. One further statement."""
    seats = seats_seen_by(actor).select_related("batch", "course").order_by("batch__code", "pk")
    return people.prefetch_related(Prefetch("enrollments", seats, to_attr="seats_now"))


def students_with_seats(actor: Actor) -> QuerySet[User]:
    """The students that the actor may see, by name, with `number` and `seats_now`."""
    rows: QuerySet[User] = students.rows(actor, "list", among=people_here(actor, "student_number"))
    return with_seats(actor, rows).order_by("full_name", "pk")


def student_state(person: Any, seats: Sequence[Enrollment]) -> StudentState:
    """How a person of `people_here` stands, with these current enrollments."""
    if not is_here(person):
        return StudentState.INACTIVE
    if any(seat.status == Enrollment.Status.ACTIVE for seat in seats):
        return StudentState.ENROLLED
    return StudentState.ON_HOLD if seats else StudentState.NOT_ENROLLED
