"""Who may see, mark, lock and unlock registers, and see what became of whole batches."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q

from muster.attendance.models import AttendanceRecord
from muster.batches.models import Batch, ClassSession, InstructorAssignment
from muster.batches.permissions import MANAGERS, of_batches, sessions, taught, taught_session, where
from muster.core.permissions import Access, Scope
from muster.institutions.access import ADMINS, Actor, Grant, own_person, students
from muster.institutions.models import Role


def taught_then(actor: Actor, grant: Grant) -> Q:
    """Sessions of batches that the instructor teaches now or taught on the session's day, and those that name them."""
    mine = InstructorAssignment.objects.filter(
        Q(until_date__isnull=True) | Q(until_date__gte=F("from_date")),
        instructor=actor.user,
        institution=actor.institution,
    )
    today, then = actor.today(), OuterRef("date")
    lately = mine.filter(
        Q(Q(until_date__isnull=True) | Q(until_date__gte=then), from_date__lte=then)
        | Q(Q(until_date__isnull=True) | Q(until_date__gte=today), from_date__lte=today)
    )
    own = lately.filter(batch=OuterRef("batch"))
    shared = lately.filter(batch__meeting_members__shared_meeting=OuterRef("shared_meeting"))
    return Q(instructor=actor.user) | Q(slot__instructor=actor.user) | Q(Exists(own)) | Q(Exists(shared))


MARKERS = of_batches(MANAGERS) | {Role.INSTRUCTOR.value: taught_then}

registers = Access(
    ClassSession,
    {
        "see": sessions.tables["see"],
        "mark": MARKERS,
        "lock": MARKERS,
        "unlock": of_batches(where(Q(deleted_at__isnull=True), ADMINS)),
        # Registers on paper and as files, and which of them are not taken.
        "sheets": of_batches(MANAGERS) | {Role.INSTRUCTOR.value: taught_session},
        # Before whom the whole class stands, whatever part of it they manage.
        "teach": {Role.INSTRUCTOR.value: taught_session},
    },
)

# What tells of whole classes; students see their own record on their own pages.
cohorts = Access(
    Batch,
    {
        "see": MANAGERS | {Role.INSTRUCTOR.value: taught},
        "open": MANAGERS,
        "mark": MANAGERS | {Role.INSTRUCTOR.value: taught},
    },
)


def _in_batches(scope: Scope) -> Scope:
    """Records of the learners of these batches."""

    def condition(actor: Actor, grant: Grant) -> Q:
        rows = Batch.objects.filter(scope(actor, grant), institution=actor.institution)
        return Q(enrollment__batch__in=rows.values("pk"))

    return condition


_narrowed = {role: _in_batches(scope) for role, scope in MANAGERS.items() if role not in ADMINS}
records = Access(
    AttendanceRecord,
    {
        "see": ADMINS
        | _narrowed
        | {Role.INSTRUCTOR.value: _in_batches(taught)}
        | students(own_person("enrollment__student_id")),
    },
)
