"""Who may see, mark, lock and unlock registers, and see what became of whole batches."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from muster.attendance.models import AbsenceNotice, AttendanceRecord, CorrectionRequest, Evidence, UnlockRequest
from muster.batches.models import Batch, BatchMeeting, InstructorAssignment, meets
from muster.batches.permissions import (
    IS_THERE,
    MANAGERS,
    batches_being_taught,
    of_batches,
    own_only,
    restrict_rows,
    sessions,
    taught_session,
)
from muster.core.permissions import Access, Scope, Table
from muster.core.subqueries import is_one_of
from muster.enrollments.models import Enrollment, SeatPeriod
from muster.institutions.access import ADMINS, Actor, Grant, own_person, students
from muster.institutions.models import STUDENT_ROLES, Role, local_today
from muster.timetable.models import ClassSession, ScheduleSlot


def _assignments(actor: Actor, first: Any, last: Any) -> QuerySet[InstructorAssignment]:
    """The instructor's that hold today or held between two days; each may be an outer reference."""
    today, endless = local_today("batch__"), Q(until_date__isnull=True)
    return InstructorAssignment.objects.filter(
        Q(endless | Q(until_date__gte=first), from_date__lte=last)
        | Q(endless | Q(until_date__gte=today), from_date__lte=today),
        endless | Q(until_date__gte=F("from_date")),
        instructor=actor.user,
        institution=actor.institution,
    )


def teaching_now(actor: Actor, grant: Grant) -> Q:
    """Sessions of batches that the instructor teaches today, and those that name them.

    What somebody taught who was replaced since, or substituted on other days, is theirs to read and no more.
    """
    own: dict[str, Any] = {"instructor": actor.user, "institution": actor.institution}
    now = InstructorAssignment.objects.on(local_today("batch__")).filter(**own)
    meetings = BatchMeeting.objects.filter(batch__in=now.values("batch"))
    slots = ScheduleSlot.objects.filter(**own).order_by()
    return (
        Q(instructor=actor.user)
        | is_one_of("slot", slots.values("pk"))
        | is_one_of("meeting", meetings.values("meeting"))
    )


# Administrators reach every session, but those of a deleted batch.
_ADMINS = restrict_rows(IS_THERE, ADMINS)
_MANAGERS = of_batches(MANAGERS) | _ADMINS
MARKERS = _MANAGERS | {Role.INSTRUCTOR.value: teaching_now}

registers = Access(
    ClassSession,
    {
        "see": sessions.tables["see"] | _ADMINS,
        "mark": MARKERS,
        "lock": MARKERS,
        "unlock": _ADMINS,
        # Signing it while locking it, as whoever teaches it: administrators lock without signing.
        "sign": {Role.INSTRUCTOR.value: teaching_now},
        # Asking those who teach for registers that they have not taken.
        "remind": _MANAGERS,
        # Registers on paper and as files, and which of them are not taken.
        "sheets": _MANAGERS | {Role.INSTRUCTOR.value: taught_session},
        # Before whom the whole class stands, whatever part of it they manage.
        "teach": {Role.INSTRUCTOR.value: taught_session},
    },
)

# What tells of whole classes; students see their own record on their own pages.
cohorts = Access(
    Batch,
    {
        "see": MANAGERS | {Role.INSTRUCTOR.value: batches_being_taught},
        "open": MANAGERS,
        "mark": MANAGERS | {Role.INSTRUCTOR.value: batches_being_taught},
    },
)


def _in_part(scope: Scope, path: str) -> Scope:
    """Rows whose batch, at the end of this path, lies within the scope."""

    def condition(actor: Actor, grant: Grant) -> Q:
        rows = Batch.objects.filter(scope(actor, grant), institution=actor.institution)
        return Q(**{f"{path}__in": rows.values("pk")})

    return condition


_PARTS = {role: scope for role, scope in MANAGERS.items() if role not in ADMINS}


def _by_batch(path: str, taught: Scope, student: str) -> Table:
    """Administrators all, managers those of their batches, instructors what they teach, students their own."""
    parts = {role: _in_part(scope, path) for role, scope in _PARTS.items()}
    return ADMINS | parts | {Role.INSTRUCTOR.value: taught} | students(own_person(student))


_of_batches_taught = _by_batch(
    "enrollment__batch", _in_part(batches_being_taught, "enrollment__batch"), "enrollment__student_id"
)


# --- why somebody did not come -------------------------------------------------------------------------------------
# Health data, mostly: those who manage the batch, those who teach it now or taught it on the days in question, and the
# learner. Nobody else, whatever else they see of the batch.
def _teaches(actor: Actor, batch: Any, first: Any, last: Any) -> Q:
    """Whether the instructor teaches a batch today or did between two days; each is an outer reference."""
    own: dict[str, Any] = {"instructor": actor.user, "institution": actor.institution}
    slots = ScheduleSlot.objects.filter(meets(batch), **own)
    named = ClassSession.objects.filter(meets(batch), date__gte=first, date__lte=last, **own)
    return Q(Exists(_assignments(actor, first, last).filter(batch=batch))) | Q(Exists(slots)) | Q(Exists(named))


def _records_taught(actor: Actor, grant: Grant) -> Q:
    day = OuterRef("record_date")
    return _teaches(actor, OuterRef("enrollment__batch"), day, day)


def _days_of_notice(actor: Actor, seen: Q) -> Q:
    """Notices that touch a seat which meets the condition: in the batch they name, else in any."""
    seats = SeatPeriod.objects.filter(
        Q(until_date__isnull=True) | Q(until_date__gte=OuterRef("first_date")),
        seen,
        institution=actor.institution,
        enrollment__student=OuterRef("student"),
        from_date__lte=OuterRef("last_date"),
    )
    return Q(Q(Exists(seats)), enrollment__isnull=True) | Q(Exists(seats.filter(enrollment=OuterRef("enrollment"))))


def _notices_in_part(scope: Scope) -> Scope:
    return lambda actor, grant: _days_of_notice(actor, _in_part(scope, "batch")(actor, grant))


def _notices_taught(actor: Actor, grant: Grant) -> Q:
    first, last = OuterRef(OuterRef("first_date")), OuterRef(OuterRef("last_date"))
    return _days_of_notice(actor, _teaches(actor, OuterRef("batch"), first, last))


def _only_own(table: Table, path: str) -> Table:
    """The same, but instructors and students only what they did themselves."""
    own = own_person(path)
    return {role: scope if role in MANAGERS else _intersection(scope, own) for role, scope in table.items()}


def _intersection(first: Scope, second: Scope) -> Scope:
    return lambda actor, grant: first(actor, grant) & second(actor, grant)


# Whose absence somebody may announce.
learners = Access(Enrollment, {"see": _by_batch("batch", _in_part(batches_being_taught, "batch"), "student_id")})

_notices = (
    ADMINS
    | {role: _notices_in_part(scope) for role, scope in _PARTS.items()}
    | {Role.INSTRUCTOR.value: _notices_taught}
    | students(own_person("student_id"))
)
absences = Access(
    AbsenceNotice, {"see": _notices, "announce": _notices, "withdraw": _only_own(_notices, "announced_by_id")}
)

_marks = _by_batch("enrollment__batch", _records_taught, "enrollment__student_id")
records = Access(AttendanceRecord, {"see": _marks})


def _with_access(own: Scope) -> Scope:
    """What is the student's own, while they have access to the batch that it is about, if it is about one."""

    def condition(actor: Actor, grant: Grant) -> Q:
        return own(actor, grant) & (Q(enrollment__isnull=True) | _in_part(own_only, "enrollment__batch")(actor, grant))

    return condition


def _students_with_access(table: Table) -> Table:
    return table | {role: _with_access(table[role]) for role in map(str, STUDENT_ROLES)}


# Records, as what evidence hangs on.
_proven = _students_with_access(_marks)
proven = Access(AttendanceRecord, {"see": _proven, "add": _proven})


def _evidence_scope(record: Scope, notice: Scope) -> Scope:
    """Evidence on records or notices of this kind."""

    def condition(actor: Actor, grant: Grant) -> Q:
        records = AttendanceRecord.objects.filter(record(actor, grant), pk=OuterRef("record"))
        notices = AbsenceNotice.objects.filter(notice(actor, grant), pk=OuterRef("notice"))
        return Q(Exists(records)) | Q(Exists(notices))

    return condition


_told = _students_with_access(_notices)
_seen = ADMINS | {role: _evidence_scope(_proven[role], _told[role]) for role in _told if role not in ADMINS}
evidence = Access(
    Evidence,
    {
        "see": _seen,
        "remove": _only_own(_seen, "uploaded_by_id"),
        # Who looked at it: for those who answer for it, and for whoever it is about.
        "looks": ADMINS | students(_seen[Role.STUDENT.value]),
    },
)

corrections = Access(CorrectionRequest, {"see": _of_batches_taught, "decide": ADMINS})
# Whoever asked sees what became of it.
unlocks = Access(
    UnlockRequest,
    {"see": ADMINS | {role: own_person("asked_by_id") for role in MARKERS if role not in ADMINS}, "decide": ADMINS},
)
