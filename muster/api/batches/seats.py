"""Batches together with their students: changing, deleting, the roster, the seats."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query

from muster.api.batches.batches import batch_out, router
from muster.api.batches.bodies import (
    BatchIn,
    NamedRows,
    branch_named,
    course_named,
    department_named,
)
from muster.api.batches.shapes import BatchOut
from muster.api.kit import (
    Deleted,
    In,
    Moment,
    PersonOut,
    WholeOrPaged,
    answer,
    day_stamp,
    expected_version,
    key,
    page_of,
    request_actor,
    request_object,
)
from muster.attendance.queries import with_attendance
from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.batches.rules.inputs import FIELD_NAMES
from muster.core.compiled import Compiled
from muster.core.errors import Invalid
from muster.enrollments import rules
from muster.enrollments.models import Enrollment
from muster.enrollments.queries import roster_of
from muster.institutions.access import Actor

# One path answers several methods only within one router.
__all__ = ["router"]


class Seats(In):
    capacity: int | None = Field(description="Seats; null for an open capacity, which batch years may have")
    waitlist_capacity: int | None = None
    reason: str = Field("", max_length=300)
    version: int | None = None


@router.put("/{batch_id}", allow=batches["change"], on="batch_id", data=BatchOut, versioned=True)
def update_batch(request: HttpRequest, batch_id: str, body: BatchIn) -> HttpResponse:
    """Change only the fields you send. All or nothing."""
    actor = request_actor(request)
    batch = rules.update_batch(
        by=actor,
        batch=request_object(request, Batch),
        changes=_changes(actor, body),
        version=expected_version(request, body.version),
    )
    return _answer(request, batch, "Batch updated successfully")


def _answer(request: HttpRequest, batch: Batch, message: str) -> HttpResponse:
    shown = batch_out(request, batch)
    return answer(shown, message, version=shown["version"])


def _changes(actor: Actor, body: BatchIn) -> dict[str, Any]:
    sent = body.model_fields_set
    if "current_semester" in sent:
        raise Invalid(_("A batch's semester can only change through a rollover."), field="current_semester")
    changes = {own: getattr(body, name) for own, name in FIELD_NAMES.items() if name in sent}
    changes |= {name: changes[name] or "" for name in ("name", "code", "notes") if name in changes}
    for name in ("auto_rollover", "status"):
        if name in changes and changes[name] is None:
            raise Invalid(_("This can't be blank."), field=name)
    for own, name, named_by in (
        ("course", "course_id", course_named),
        ("branch", "branch_id", branch_named),
        ("department", "dept_id", department_named),
    ):
        if name in sent:
            changes[own] = named_by(actor, getattr(body, name))
    named = NamedRows(actor, body.schedule, [body.assigned_instructor])
    if "schedule" in sent:
        changes["slots"] = named.slots()
    if "assigned_instructor" in sent:
        if not body.assigned_instructor:
            raise Invalid(_("Instructor assignment is required for a batch"), field="assigned_instructor")
        changes["lead"] = named.person(body.assigned_instructor, "assigned_instructor")
    return changes


@router.delete("/{batch_id}", allow=batches["change"], on="batch_id", data=Deleted, versioned=True)
def delete_batch(
    request: HttpRequest, batch_id: str, enrollments: Annotated[str, Query(max_length=20)] = ""
) -> HttpResponse:
    """Delete a batch. It can be restored. With `enrollments=cancel`, its current enrollments are cancelled."""
    batch = rules.delete_batch(
        by=request_actor(request),
        batch=request_object(request, Batch),
        enrollments=enrollments,
        version=expected_version(request),
    )
    return answer({"_id": key(batch.pk)}, "Batch deleted successfully")


@router.put("/{batch_id}/capacity", allow=batches["change"], on="batch_id", data=BatchOut, versioned=True)
def change_capacity(request: HttpRequest, batch_id: str, body: Seats) -> HttpResponse:
    """Change a batch's capacity, never below the seats taken."""
    batch = rules.change_capacity(
        by=request_actor(request),
        batch=request_object(request, Batch),
        capacity=body.capacity,
        waitlist_capacity=body.waitlist_capacity,
        reason=body.reason,
        version=expected_version(request, body.version),
    )
    return _answer(request, batch, "Capacity changed successfully")


class RosterRowOut(PersonOut):
    """A student of a batch, with how they are enrolled."""

    phone: str
    student_number: str | None
    enrollment_id: str
    status: str
    enrollment_type: str
    enrollment_date: Moment
    progress: int
    attendance_percent: float | None


def roster_row(enrollment: Enrollment) -> RosterRowOut:
    """A student of the batch, with how they are enrolled."""
    student = enrollment.student
    percent = enrollment.attendance_percent  # type: ignore[attr-defined]
    return {
        "_id": key(student.pk),
        "full_name": student.full_name,
        "email": student.email,
        "phone": student.phone,
        "student_number": enrollment.student_number,  # type: ignore[attr-defined]
        "enrollment_id": key(enrollment.pk),
        "status": enrollment.status,
        "enrollment_type": enrollment.enrollment_type,
        "enrollment_date": day_stamp(enrollment.enrollment_date),
        "progress": enrollment.progress,
        "attendance_percent": None if percent is None else float(percent),
    }


# What programs ask for most.
ROSTER = Compiled(lambda batch: with_attendance(roster_of(Batch(pk=batch))), ordered=True, batch=UUID(int=1))


@router.get("/{batch_id}/students", allow=batches["roster"], on="batch_id", rows=RosterRowOut)
def list_students(request: HttpRequest, batch_id: str, paging: Query[WholeOrPaged], status: str = "") -> HttpResponse:
    """The students of a batch, by name. Cancelled enrollments only with `status=cancelled`."""
    if status and status not in Enrollment.Status.values:
        raise Invalid(_("This status doesn't exist."), field="status")
    batch = request_object(request, Batch)
    if paging.asks_for_all and not status:
        return page_of(list(ROSTER(batch=batch.pk)), paging, roster_row)
    return page_of(with_attendance(roster_of(batch, status=status, q=paging.q)), paging, roster_row)
