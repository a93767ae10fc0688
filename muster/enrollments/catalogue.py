"""The catalogue: the batches that are open for enrollment, as students, staff and strangers see it."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, F, Func, OuterRef, Q, QuerySet, TextField, Value

from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.batches.queries import batches_of
from muster.core.errors import Missing
from muster.courses.models import Course
from muster.courses.permissions import courses
from muster.enrollments.models import Enrollment
from muster.enrollments.opening import taking_students
from muster.institutions.access import Actor
from muster.institutions.models import Institution


def catalogue_of(actor: Actor) -> QuerySet[Batch]:
    """The course batches open for enrollment that the actor may see, full ones too, in full and with `seats_left`; the
    soonest first. A stranger sees them where the institution publishes its catalogue."""
    booking = Batch.objects.booking().filter(kind=Batch.Kind.COURSE)
    if actor.grants:
        rows = batches.rows(actor, among=booking)
    else:
        rows = booking.filter(institution=actor.institution, institution__catalogue_is_public=True)
    return taking_students(actor, batches_of(actor, rows)).order_by("start_date", "name__plain", "pk")


def courses_to_study_alone(actor: Actor) -> QuerySet[Course]:
    """The offered courses that the actor may see and that students take without a batch, by name, each told by
    `is_taken` whether the actor is enrolled in it now."""
    own = Enrollment.objects.current().filter(student=actor.user, course=OuterRef("pk"))
    rows = courses.rows(actor, among=Course.objects.filter(is_active=True, individual_study=True))
    return rows.annotate(is_taken=Exists(own)).order_by("title__plain", "pk")


def searchable(rows: QuerySet[Batch]) -> QuerySet[Batch]:
    """The batches with `skills`, what their course requires in one line, to be searched."""
    words = Func(F("course__required_skills"), Value(" "), function="array_to_string", output_field=TextField())
    return rows.annotate(skills=words)


def published_by(slug: str) -> Actor:
    """A stranger before the catalogue of that institution. Raises Missing where it publishes none."""
    institution = Institution.objects.filter(slug=slug, catalogue_is_public=True).first()
    if institution is None:
        raise Missing
    return Actor.stranger(institution)


def published_course(stranger: Actor, course_id: UUID) -> Course:
    """A course that is offered, or has a batch in the catalogue, with its department. Raises Missing."""
    open_now = catalogue_of(stranger).filter(course=OuterRef("pk")).order_by()
    rows = Course.objects.filter(Q(is_active=True) | Exists(open_now), institution=stranger.institution)
    course = rows.select_related("department").filter(pk=course_id).first()
    if course is None:
        raise Missing
    return course


def published_batch(stranger: Actor, batch_id: UUID) -> Batch:
    """A batch of the catalogue, in full. Raises Missing."""
    batch = catalogue_of(stranger).filter(pk=batch_id).first()
    if batch is None:
        raise Missing
    return batch
