"""Batches under their cohort names."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query

from muster.accounts.models import User
from muster.api.attendance.schemas import CohortOut
from muster.api.kit import (
    Day,
    Door,
    In,
    WholeOrPaged,
    answer,
    day_stamp,
    filter_by_ids,
    in_shape,
    key,
    page_of,
    request_actor,
    request_object,
    warning,
)
from muster.api.narrowing import OfBatches
from muster.attendance.permissions import cohorts
from muster.attendance.queries import cohorts_of, facilitators_of, progress_of
from muster.batches.models import Batch
from muster.batches.permissions import deleted_batches
from muster.batches.rules import BatchInput, open_batch
from muster.batches.warnings import PlanWarning
from muster.core.errors import DomainError, FieldError, Invalid
from muster.core.permissions import any_id
from muster.core.search import with_words
from muster.courses.models import Course
from muster.courses.permissions import courses
from muster.institutions.models import Affiliation

router = Door(fixed=True)

COLUMNS = {
    "name": "name",
    "start_date": "start_date",
    "end_date": "end_date",
    "learner_count": "enrolled_students",
}
CONDITIONS = {
    "ACTIVE": Q(archived_at__isnull=True, status__in=(Batch.Status.UPCOMING, Batch.Status.ACTIVE)),
    "COMPLETED": Q(archived_at__isnull=True, status__in=(Batch.Status.COMPLETED, Batch.Status.CANCELLED)),
    "ARCHIVED": Q(archived_at__isnull=False),
}
# What the rules call the fields of a cohort.
NAMES = {
    "batch_name": "name",
    "course": "qualification_id",
    "assigned_instructor": "facilitator_ids",
    "assistants": "facilitator_ids",
}
MOST_FACILITATORS = 50


class CohortIn(In):
    """A cohort to create. Dates and capacity default to those of the qualification."""

    name: str
    qualification_id: str = Field(max_length=60)
    start_date: Day | None = None
    end_date: Day | None = None
    capacity: int | None = None
    facilitator_ids: list[str] | None = Field(None, description="The first leads; the qualification's own when absent")


class CohortQuery(WholeOrPaged, OfBatches):
    """The filters of the list of cohorts."""

    status: str = Field("", description="ACTIVE, COMPLETED or ARCHIVED")
    qualification_id: str = Field("", max_length=60)
    facilitator_id: str = Field("", max_length=60)

    def of(self, rows: QuerySet[Batch]) -> QuerySet[Batch]:
        """The rows that pass. Raises Invalid at the field that is no id or no status."""
        paths = {
            "qualification_id": "course_id",
            "facilitator_id": "instructor_assignments__instructor_id",
        }
        rows = self.narrowed(rows, "")
        if any(getattr(self, name) for name in paths):
            # Beside the rows, so that one who teaches a batch twice makes no two of it.
            rows = rows.filter(pk__in=filter_by_ids(Batch.objects.all(), self, paths).values("pk"))
        if self.status:
            if self.status not in CONDITIONS:
                raise Invalid(
                    _("Choose one of these statuses: %(known)s.") % {"known": ", ".join(CONDITIONS)}, field="status"
                )
            rows = rows.filter(CONDITIONS[self.status])
        return with_words(rows, self.q, "name", "code")


def status_of(batch: Batch) -> str:
    """The status of a batch by its cohort name."""
    if batch.is_archived:
        return "ARCHIVED"
    return "ACTIVE" if batch.status in (Batch.Status.UPCOMING, Batch.Status.ACTIVE) else "COMPLETED"


def cohort_json(batch: Batch) -> CohortOut:
    """A batch that came through `queries.cohorts_of`."""
    progress = progress_of(batch)
    return in_shape(
        CohortOut,
        batch,
        cohort_id=key(batch.pk),
        qualification_id=key(batch.course_id),
        qualification_title=batch.course.title if batch.course else None,
        start_date=day_stamp(batch.start_date),
        end_date=day_stamp(batch.end_date),
        status=status_of(batch),
        facilitators=facilitators_of(batch),
        learner_count=batch.learners,
        session_count=progress.sessions,
        marked_count=progress.taken,
        attendance_rate=progress.rate,
    )


@router.get("/cohorts", allow=cohorts["see"], rows=CohortOut)
def list_cohorts(request: HttpRequest, narrowing: Query[CohortQuery]) -> HttpResponse:
    """The cohorts the caller can see, all of them unless `page` is sent; facilitators see their own."""
    actor = request_actor(request)
    rows = cohorts_of(actor, narrowing.of(cohorts.rows(actor)))
    return page_of(rows, narrowing, cohort_json, COLUMNS, removed=deleted_batches.rows(actor))


@router.get(
    "/cohorts/{cohort_id}",
    allow=cohorts["see"],
    on="cohort_id",
    among=lambda actor: cohorts_of(actor, Batch.objects.all()),
    data=CohortOut,
)
def see_cohort(request: HttpRequest, cohort_id: str) -> HttpResponse:
    """One cohort."""
    return answer(cohort_json(request_object(request, Batch)))


@router.post("/cohorts", allow=cohorts["open"], data=CohortOut, status=201)
def open_cohort(request: HttpRequest, body: CohortIn) -> HttpResponse:
    """Create a batch of a course, as a cohort."""
    actor = request_actor(request)
    course = courses.get_named(actor, body.qualification_id, "qualification_id")
    people = _facilitators(actor, course, body.facilitator_ids)
    start = body.start_date or actor.today()
    advised = course.default_capacity or actor.institution.advised_size_max
    warnings: list[PlanWarning] = []
    with contract_field_names():
        batch = open_batch(
            by=actor,
            warnings=warnings,
            fields=BatchInput(
                name=body.name,
                course=course,
                department=course.department,
                start_date=start,
                end_date=body.end_date or _end(course, start),
                capacity=body.capacity if "capacity" in body.model_fields_set else advised,
                lead=people[0] if people else None,
                assistants=people[1:],
            ),
        )
    shown = cohorts_of(actor, Batch.objects.filter(pk=batch.pk)).get()
    found = [warning(NAMES.get(one.field, one.field), one.message, one.kind) for one in warnings]
    beside: dict[str, Any] = {"warnings": found} if found else {}
    return answer(cohort_json(shown), "Cohort created successfully", status=201, **beside)


def _end(course: Course, start: Any) -> Any:
    try:
        return start + timedelta(days=course.length_days)
    except OverflowError:
        raise Invalid(_("This date is out of range."), field="start_date") from None


def _facilitators(actor: Any, course: Course, ids: list[str] | None) -> list[User]:
    """The people named, in their order. Raises Invalid for one who is not of the institution, or named twice."""
    if ids is None:
        return [course.default_instructor] if course.default_instructor else []
    if len(ids) > MOST_FACILITATORS or len(set(ids)) < len(ids):
        raise Invalid(_("List each facilitator once, up to fifty."), field="facilitator_ids")
    wanted = [any_id(text) for text in ids]
    rows = Affiliation.objects.filter(institution=actor.institution, user_id__in=wanted).select_related("user")
    known = {row.user_id: row.user for row in rows}
    for place, pk in enumerate(wanted):
        if pk not in known:
            raise Invalid(_("No one has this id."), field=f"facilitator_ids.{place}")
    return [known[pk] for pk in wanted]


@contextmanager
def contract_field_names() -> Iterator[None]:
    """A rule's refusals at the contract's own names of the fields."""
    try:
        yield
    except DomainError as error:
        error.errors = [FieldError(NAMES.get(wrong.field, wrong.field), wrong.message) for wrong in error.errors]
        raise
