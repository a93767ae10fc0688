"""What histories tell of the generated rows."""

from __future__ import annotations

from django.db.models import Model

from muster.accounts.models import User
from muster.batches.models import Batch, BatchMeeting, InstructorAssignment
from muster.courses.models import Course, Subject
from muster.enrollments.models import Enrollment, Payment
from muster.exchange.generate.rows import keep_history
from muster.institutions.models import Affiliation, Branch, Department, Holiday, Institution, Membership, Room, Term
from muster.timetable.models import ClassSession, ScheduleSlot


def write() -> None:
    """The entries that triggers would have kept, as far as pages show them."""
    founded: tuple[type[Model], ...] = (Institution, Branch, Department, Room, Holiday, Term, Course, Subject)
    for model in founded:
        keep_history(model, use_case="found_institution", request="'founded'")
    people = {"use_case": "add_person"}
    keep_history(User, **people, request="'added ' || row.id", where="row.id IN (SELECT id FROM person)")
    for of_person in (Affiliation, Membership):
        keep_history(of_person, **people, request="'added ' || row.user_id")
    _of_batches()
    _of_sessions()
    _of_enrollments()


def _of_batches() -> None:
    opened = {"use_case": "open_batch"}
    keep_history(
        Batch, **opened, request="'opened ' || row.id",
        after="""'{"status": "Upcoming", "archived_at": null, "attended_count": null}'""",
    )  # fmt: skip
    for model, batch in ((BatchMeeting, "batch_id"), (InstructorAssignment, "batch_id"), (ScheduleSlot, "meeting_id")):
        keep_history(model, **opened, request=f"'opened ' || row.{batch}")
    _keep_change(Batch, "row.start_date::timestamptz", "status", "'Upcoming'", "'Active'", "row.status <> 'Upcoming'")
    _keep_change(
        Batch, "(row.end_date + 1)::timestamptz", "status", "'Active'", "'Completed'", "row.status = 'Completed'",
        request="'closed ' || row.id",
    )  # fmt: skip
    _keep_change(
        Batch, "row.archived_at", "archived_at", "NULL::timestamptz", "row.archived_at", "row.archived_at IS NOT NULL",
        use_case="archive_batch",
    )  # fmt: skip


def _of_sessions() -> None:
    keep_history(
        ClassSession, use_case="open_batch", request="'opened ' || row.meeting_id",
        after="""'{
            "status": "scheduled", "is_locked": false, "locked_at": null, "is_edited": false, "cancel_reason": ""
        }'""",
    )  # fmt: skip
    at = "row.date::timestamptz + interval '12 hours'"
    taken = {"use_case": "mark_register", "request": "'taken ' || row.id"}
    _keep_change(ClassSession, at, "status", "'scheduled'", "'held'", "row.status = 'held'", **taken)
    _keep_change(
        ClassSession, at, "status", "'scheduled'", "'cancelled'", "row.status = 'cancelled'", use_case="cancel_session"
    )
    _keep_change(ClassSession, "row.locked_at", "is_locked", "FALSE", "TRUE", "row.is_locked", use_case="lock_register")


def _of_enrollments() -> None:
    keep_history(
        Enrollment, use_case="enroll_student", request="'enrolled ' || row.id",
        after="""'{"status": "active", "completed_at": null, "cancelled_at": null}'""",
    )  # fmt: skip
    keep_history(Payment, use_case="enroll_student", request="'enrolled ' || row.enrollment_id")
    closed = {"use_case": "change_status", "request": "'closed ' || row.batch_id"}
    _keep_change(Enrollment, "row.updated_at", "status", "'active'", "row.status", "row.status = 'completed'", **closed)
    cancelled = {"use_case": "cancel_enrollment", "request": "'ended ' || row.id"}
    ended = "row.status IN ('cancelled', 'on_hold')"
    _keep_change(Enrollment, "row.updated_at", "status", "'active'", "row.status", ended, **cancelled)


def _keep_change(
    model: type[Batch | ClassSession | Enrollment],
    at: str,
    column: str,
    before: str,
    after: str,
    where: str,
    *,
    use_case: str = "change_status",
    request: str = "NULL",
) -> None:
    """One column that changed."""
    keep_history(
        model,
        at=at,
        use_case=use_case,
        request=request,
        before=f"jsonb_build_object('{column}', {before})",
        after=f"jsonb_build_object('{column}', {after})",
        where=where,
    )
