"""Batches together with their students: changing, deleting, the roster, the seats."""

from typing import Annotated, Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query
from typing_extensions import TypedDict

from muster.accounts.models import User
from muster.api.batches.batches import batch_out, router
from muster.api.batches.bodies import (
    BatchIn,
    NamedRows,
    branch_named,
    course_named,
    department_named,
)
from muster.api.batches.shapes import BatchOut, with_warnings
from muster.api.kit import (
    Day,
    Deleted,
    In,
    Moment,
    PersonOut,
    WholeOrPaged,
    answer,
    day_stamp,
    expected_version,
    in_shape,
    key,
    page_of,
    request_actor,
    request_object,
    whole_list,
)
from muster.assessment.queries import progress_in, with_progress
from muster.attendance.queries import with_attendance
from muster.attendance.queries.missing import missing_registers_of
from muster.batches.models import Batch
from muster.batches.permissions import batches, deleted_batches
from muster.batches.rules import advice_on_staff, warnings_of_lead
from muster.batches.rules.inputs import FIELD_NAMES
from muster.batches.rules.locks import current_people
from muster.batches.warnings import in_plan, warnings_of_plan, warnings_of_size
from muster.core.compiled import Compiled
from muster.core.errors import Invalid
from muster.enrollments import rules
from muster.enrollments.models import Enrollment
from muster.enrollments.queries import effects_of_closing, roster_of, warnings_of_completing
from muster.institutions.access import Actor

# One path answers several methods only within one router.
__all__ = ["router"]


class ReopeningIn(In):
    reason: str = Field(max_length=300, description="Kept in the batch's history")


class LeftEndedOut(TypedDict):
    """An enrollment that stays ended, and what is in its way."""

    enrollment_id: str
    student: PersonOut
    message: str


class ReopenedOut(BatchOut):
    """A batch that is open again, with how many of the enrollments that its end ended came back, and which did not."""

    enrollments_brought_back: int
    enrollments_left: list[LeftEndedOut]


class Seats(In):
    capacity: int | None = Field(description="Seats; null for an open capacity, which batch years may have")
    waitlist_capacity: int | None = None
    reason: str = Field("", max_length=300)
    version: int | None = None


@router.put("/{batch_id}", fixed=True, allow=batches["change"], on="batch_id", data=BatchOut, versioned=True)
def update_batch(request: HttpRequest, batch_id: str, body: BatchIn) -> HttpResponse:
    """Change only the fields you send. All or nothing."""
    actor, batch = request_actor(request), request_object(request, Batch)
    changes = _changes(actor, body)
    lead = changes.get("lead")
    against = [*in_plan(warnings_of_lead(batch, lead, actor), "assigned_instructor")] if lead else []
    if changes.get("status") == Batch.Status.COMPLETED != batch.status:
        against += warnings_of_completing(batch)
    batch = rules.update_batch(by=actor, batch=batch, changes=changes, version=expected_version(request, body.version))
    if changes.keys() & {"lead", "slots"}:
        staff = User.objects.filter(pk__in=current_people(batch, batch.today()))
        against += in_plan(advice_on_staff(batch, staff, actor), "assigned_instructor")
    if changes.keys() & {"capacity", "end_date", "slots"}:
        against += warnings_of_plan(batch, changes.get("slots", ()), batch.today())
    return _answer(request, batch, "Batch updated successfully", **with_warnings(against))


def _answer(request: HttpRequest, batch: Batch, message: str, **beside: Any) -> HttpResponse:
    shown = batch_out(request, batch)
    return answer(shown, message, version=shown["version"], **beside)


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


@router.delete("/{batch_id}", fixed=True, allow=batches["change"], on="batch_id", data=Deleted, versioned=True)
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
    return _answer(request, batch, "Capacity changed successfully", **with_warnings(warnings_of_size(batch)))


class ClosingOut(TypedDict):
    """What completing or cancelling a batch now would end, and what is still open."""

    days_early: int
    enrollments: int
    on_hold: int
    waiting: int
    sessions: int
    registers_not_taken: int


@router.get(
    "/{batch_id}/closing",
    allow=batches["change"],
    on="batch_id",
    among=lambda _actor: Batch.objects.select_related("institution", "branch"),
    data=ClosingOut,
)
def preview_closing(request: HttpRequest, batch_id: str) -> HttpResponse:
    """What completing or cancelling a batch now would do, in numbers. Nothing is written."""
    batch = request_object(request, Batch)
    found = effects_of_closing(batch)
    shown: ClosingOut = {
        "days_early": found.days_early,
        "enrollments": found.enrollments,
        "on_hold": found.on_hold,
        "waiting": found.waiting,
        "sessions": found.sessions,
        "registers_not_taken": missing_registers_of(request_actor(request), batch),
    }
    return answer(shown)


class ReleasingIn(In):
    on: Day | None = Field(None, description="The first day on which no seats are kept back; today when absent")
    reason: str = Field("", max_length=300, description="Kept in the batch's history")


class KeepingIn(In):
    until: Day | None = Field(None, description="When absent, as the institution's settings say")
    reason: str = Field("", max_length=300, description="Kept in the batch's history")


@router.post("/{batch_id}/release-spare-seats", allow=batches["change"], on="batch_id", data=BatchOut)
def release_spare_seats(request: HttpRequest, batch_id: str, body: ReleasingIn) -> HttpResponse:
    """Release the seats that a batch keeps back, now or on a day. Those on the waitlist get them first."""
    batch = rules.release_spare_seats(
        by=request_actor(request), batch=request_object(request, Batch), on=body.on, reason=body.reason
    )
    return _answer(request, batch, "Spare seats released")


@router.post("/{batch_id}/keep-spare-seats", allow=batches["change"], on="batch_id", data=BatchOut)
def keep_spare_seats(request: HttpRequest, batch_id: str, body: KeepingIn) -> HttpResponse:
    """Keep spare seats back again, as far as they're free."""
    batch = rules.keep_spare_seats(
        by=request_actor(request), batch=request_object(request, Batch), until=body.until, reason=body.reason
    )
    return _answer(request, batch, "Spare seats kept back")


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
        "email": student.email or None,
        "phone": student.phone,
        "student_number": enrollment.student_number,  # type: ignore[attr-defined]
        "enrollment_id": key(enrollment.pk),
        "status": enrollment.status,
        "enrollment_type": enrollment.enrollment_type,
        "enrollment_date": day_stamp(enrollment.enrollment_date),
        "progress": progress_in(enrollment).percent,
        "attendance_percent": None if percent is None else float(percent),
    }


@router.post("/{batch_id}/restore", allow=deleted_batches["restore"], on="batch_id", data=ReopenedOut)
def restore_batch(request: HttpRequest, batch_id: str) -> HttpResponse:
    """Restore a deleted batch with the enrollments that were cancelled with it, as far as there are seats."""
    restored = rules.restore_batch(by=request_actor(request), batch=request_object(request, Batch))
    return _answer_reopened(request, restored, "Batch restored successfully")


@router.post("/{batch_id}/reopen", allow=batches["reopen"], on="batch_id", data=ReopenedOut)
def reopen_batch(request: HttpRequest, batch_id: str, body: ReopeningIn) -> HttpResponse:
    """Reopen a completed or cancelled batch, with the enrollments that its end ended, as far as there are seats.

    It books its instructors and rooms again, and is refused where something else is there now.
    """
    reopened = rules.reopen_batch(by=request_actor(request), batch=request_object(request, Batch), reason=body.reason)
    return _answer_reopened(request, reopened, "Batch reopened successfully")


def _answer_reopened(request: HttpRequest, found: rules.Reopening, message: str) -> HttpResponse:
    shown: ReopenedOut = {
        **batch_out(request, found.batch),
        "enrollments_brought_back": found.brought_back,
        "enrollments_left": [
            {
                "enrollment_id": key(one.enrollment.pk),
                "student": in_shape(PersonOut, one.enrollment.student),
                "message": one.reason,
            }
            for one in found.left
        ],
    }
    return answer(shown, message, version=found.batch.version)


@router.post("/{batch_id}/unpin", allow=batches["change"], on="batch_id", data=BatchOut)
def unpin_status(request: HttpRequest, batch_id: str) -> HttpResponse:
    """Let the status go by the batch's dates again, today's at once. A closed batch is reopened instead."""
    batch = rules.follow_dates(by=request_actor(request), batch=request_object(request, Batch))
    return _answer(request, batch, "Batch status follows its dates")


def _with_figures(rows: QuerySet[Enrollment]) -> QuerySet[Enrollment]:
    return with_progress(with_attendance(rows))


# What programs ask for most.
ROSTER = Compiled(lambda batch: _with_figures(roster_of(Batch(pk=batch))), ordered=True, batch=UUID(int=1))


@router.get("/{batch_id}/students", fixed=True, allow=batches["roster"], on="batch_id", rows=RosterRowOut)
def list_students(request: HttpRequest, batch_id: str, paging: Query[WholeOrPaged], status: str = "") -> HttpResponse:
    """The students of a batch, by name. Cancelled enrollments only with `status=cancelled`."""
    if status and status not in Enrollment.Status.values:
        raise Invalid(_("This status doesn't exist."), field="status")
    batch = request_object(request, Batch)
    if paging.asks_for_all and not status:
        return whole_list(list(ROSTER(batch=batch.pk)), roster_row)
    rows, removed = roster_of(batch, status=status, q=paging.q), roster_of(batch, status=Enrollment.Status.CANCELLED)
    return page_of(_with_figures(rows), paging, roster_row, removed=None if status else removed)
