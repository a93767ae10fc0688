"""Batches: opening, listing, seeing, archiving."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query

from muster.api.batches.bodies import NewBatchIn, NewBatchYearIn, batch_input, course_named
from muster.api.batches.shapes import BatchOut, batch_json, batches_as_seen, with_warnings
from muster.api.kit import Door, In, WholeOrPaged, answer, page_of, request_actor, request_object, whole_list
from muster.batches import rules
from muster.batches.models import Batch
from muster.batches.permissions import batches, deleted_batches
from muster.batches.queries import BatchPhase, run_by, taught_by, with_phase
from muster.batches.rules import BatchInput
from muster.batches.warnings import PlanWarning
from muster.core.errors import Invalid
from muster.core.permissions import as_id
from muster.core.search import with_words
from muster.courses.models import Course
from muster.courses.permissions import courses
from muster.enrollments.waitlists import watched_by
from muster.institutions.access import Actor

router = Door()

COLUMNS = {
    "batch_name": "name",
    "batch_code": "code",
    "start_date": "start_date",
    "end_date": "end_date",
    "status": "status",
    "capacity": "capacity",
    "enrolled_students": "enrolled_students",
    "year": "year",
}


class BatchQuery(WholeOrPaged):
    """The filters of every list of batches."""

    dept: str = ""
    branch: str = ""
    course: str = ""
    year: int | None = None
    semester: int | None = None
    status: str = Field("", description="One or more, separated by commas")
    kind: str = ""
    phase: str = Field("", description="One or more, separated by commas")
    archived: bool | None = Field(None, description="Both when absent")
    instructor: str = ""
    watch: str = Field(
        "",
        description="Of the running batches that the caller manages all with `mine`, else those that Home counts: "
        "`without_lead`, `due` without a lead within two weeks, `slow` to fill, `filling`, `full`, `waiting` students, "
        "`no_slots` a week, or `ending`",
    )

    def of(self, actor: Actor, rows: QuerySet[Batch]) -> QuerySet[Batch]:
        """The rows that pass. Raises Invalid at the field that is no id, no status, no phase or nothing to watch."""
        plain: dict[str, Any] = {"year": self.year, "current_semester": self.semester, "kind": self.kind}
        for name, column in (("dept", "department_id"), ("branch", "branch_id"), ("course", "course_id")):
            plain[column] = self._id(name)
        status, phases = self._words("status"), self._words("phase")
        if unknown := set(status) - set(Batch.Status.values):
            raise Invalid(_("The status %(word)s doesn't exist.") % {"word": sorted(unknown)[0]}, field="status")
        if set(phases) - set(BatchPhase.IN_ORDER):
            known = ", ".join(BatchPhase.IN_ORDER)
            raise Invalid(_("Choose one or more of these phases: %(known)s.") % {"known": known}, field="phase")
        if self.kind and self.kind not in Batch.Kind.values:
            raise Invalid(_("Choose one of these kinds: course, academic."), field="kind")
        for name in ("year", "semester"):
            if not -32768 <= (getattr(self, name) or 0) <= 32767:
                raise Invalid(_("This is out of range."), field=name)
        rows = rows.filter(**{name: value for name, value in plain.items() if value not in (None, "")})
        if status:
            rows = rows.filter(status__in=status)
        if phases:
            rows = with_phase(rows).filter(Q(phase__in=phases))
        if self.archived is not None:
            rows = rows.filter(archived_at__isnull=not self.archived)
        if instructor := self._id("instructor"):
            rows = rows.filter(taught_by(instructor))
        if self.watch:
            watched = {"mine": run_by(actor), **watched_by(actor)}
            if self.watch not in watched:
                known = ", ".join(watched)
                raise Invalid(_("Choose one of these: %(known)s.") % {"known": known}, field="watch")
            rows = rows.filter(watched[self.watch])
        return with_words(rows, self.q, "name", "code", "course__title")

    def _words(self, name: str) -> list[str]:
        return [word.strip() for word in getattr(self, name).split(",") if word.strip()]

    def _id(self, name: str) -> UUID | None:
        text = getattr(self, name)
        key = as_id(text)
        if text and key is None:
            raise Invalid(_("Nothing has this id."), field=name)
        return key


class Archiving(In):
    archived: bool = True


def full_batches(actor: Actor, **only: UUID) -> QuerySet[Batch]:
    """What is told of batches, those with these keys in their columns."""
    return batches_as_seen(actor, Batch.objects.filter(**only)).select_related(None)


def batches_answer(request: HttpRequest, narrowing: BatchQuery, **only: UUID) -> HttpResponse:
    actor = request_actor(request)
    if narrowing.asks_for_all:
        return whole_list(batches.fetch_rows(actor, full_batches, only), batch_json)
    rows = narrowing.of(actor, batches.rows(actor, among=full_batches(actor, **only)))
    removed = deleted_batches.rows(actor).filter(**only)
    return page_of(rows, narrowing, batch_json, COLUMNS, removed=removed)


def _course(actor: Any, course_id: str) -> Course:
    return courses.get(actor, course_id, among=Course.objects.select_related("department", "default_instructor"))


@router.post(
    "/courses/{course_id}/batches",
    allow=batches["change"],
    on="course_id",
    find=_course,
    fixed=True,
    data=BatchOut,
    status=201,
)
def open_course_batch(request: HttpRequest, course_id: str, body: NewBatchIn) -> HttpResponse:
    """Create a batch of a course. Generates a code if there is none; the lead defaults to the course's instructor."""
    actor, course = request_actor(request), request_object(request, Course)
    fields = batch_input(actor, body)
    lead = fields.lead or course.default_instructor
    if lead is None:
        raise Invalid(_("Instructor assignment is required for a batch"), field="assigned_instructor", code="required")
    capacity = fields.capacity if "capacity" in body.model_fields_set else course.default_capacity
    fields = replace(fields, course=course, lead=lead, capacity=capacity, auto_rollover=False)
    return _open(request, fields)


def _open(request: HttpRequest, fields: BatchInput) -> HttpResponse:
    warnings: list[PlanWarning] = []
    batch = rules.open_batch(by=request_actor(request), fields=fields, warnings=warnings)
    return answer(batch_out(request, batch), "Batch created successfully", status=201, **with_warnings(warnings))


@router.get("/courses/{course_id}/batches", allow=batches["roster"], fixed=True, rows=BatchOut)
def list_course_batches(request: HttpRequest, course_id: str, narrowing: Query[BatchQuery]) -> HttpResponse:
    """The batches of a course the caller can see, all of them unless `page` is sent."""
    course = courses.get(request_actor(request), course_id)
    return batches_answer(request, narrowing, course_id=course.pk)


@router.get("", allow=batches["see"], fixed=True, rows=BatchOut)
def list_batches(request: HttpRequest, narrowing: Query[BatchQuery]) -> HttpResponse:
    """The batches the caller can see, all of them unless `page` is sent."""
    return batches_answer(request, narrowing)


@router.post("", allow=batches["change"], fixed=True, data=BatchOut, status=201)
def open_batch_year(request: HttpRequest, body: NewBatchYearIn) -> HttpResponse:
    """Create a batch year of a department."""
    actor = request_actor(request)
    course = course_named(actor, body.course_id)
    fields = replace(batch_input(actor, body), kind=Batch.Kind.ACADEMIC, course=course)
    return _open(request, fields)


@router.get(
    "/{batch_id}",
    allow=batches["see"],
    on="batch_id",
    among=full_batches,
    data=BatchOut,
    versioned=True,
    fixed=True,
)
def see_batch(request: HttpRequest, batch_id: str) -> HttpResponse:
    """One batch."""
    batch = request_object(request, Batch)
    return answer(batch_json(batch), version=batch.version)


@router.put("/{batch_id}/archive", allow=batches["archive"], fixed=True, on="batch_id", data=BatchOut)
def archive_batch(request: HttpRequest, batch_id: str, body: Archiving) -> HttpResponse:
    """Archive a batch, or unarchive it (administrators only)."""
    actor, batch = request_actor(request), request_object(request, Batch)
    if body.archived:
        return answer(batch_out(request, rules.archive_batch(by=actor, batch=batch)), "Batch archived successfully")
    batches.must_reach(actor, "unarchive", batch)
    return answer(batch_out(request, rules.unarchive_batch(by=actor, batch=batch)), "Batch un-archived successfully")


def batch_out(request: HttpRequest, batch: Batch) -> BatchOut:
    """A batch of which something was just changed: whoever may do that sees it."""
    return batch_json(batches.get(request_actor(request), batch.pk, among=full_batches))
