"""Who may see, change, archive and staff batches."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from muster.batches.models import Batch, BatchMeeting, CalendarFeed, InstructorAssignment
from muster.core.permissions import Access, Scope, Table
from muster.core.subqueries import KeyIn, is_one_of
from muster.institutions.access import ADMINS, Actor, Grant, own_branch, own_department, own_person, students
from muster.institutions.models import Role, is_before_today, is_from_today
from muster.timetable.models import ClassSession, ScheduleSlot


def taught_batches(actor: Actor, grant: Grant) -> Q:
    """Batches that the instructor leads, assists, substitutes in or teaches a slot of, now, before or later.

    That they exist, and no more: what is told of them is for `batches_being_taught`.
    """
    return _batches_by_teaching(actor, InstructorAssignment.objects.all())


def batches_being_taught(actor: Actor, grant: Grant) -> Q:
    """Batches in which the instructor teaches now or will: assigned to them, or named by one of their slots.

    Whoever was replaced is none of them, and a substitute only on the days of the substitution.
    """
    lasts = Q(until_date__isnull=True) | is_from_today("until_date", "batch__")
    has_come = ~Q(role=InstructorAssignment.Role.SUBSTITUTE) | is_before_today("from_date", "batch__", days=1)
    return _batches_by_teaching(actor, InstructorAssignment.objects.filter(lasts, has_come))


def _batches_by_teaching(actor: Actor, among: QuerySet[InstructorAssignment]) -> Q:
    assigned = among.filter(instructor=actor.user, institution=actor.institution)
    slots = ScheduleSlot.objects.filter(instructor=actor.user, institution=actor.institution)
    named = BatchMeeting.objects.filter(meeting__in=slots.values("meeting"))
    return Q(deleted_at__isnull=True) & KeyIn(assigned.order_by().values("batch_id"), named.order_by().values("batch"))


def own_or_open(actor: Actor, grant: Grant) -> Q:
    """Batches the student is or was enrolled in, for as long as they have access, and those that take enrollments."""
    is_open = Q(
        kind=Batch.Kind.COURSE, status__in=(Batch.Status.UPCOMING, Batch.Status.ACTIVE), archived_at__isnull=True
    )
    return Q(deleted_at__isnull=True) & (is_open | is_one_of("id", _enrolled(actor)))


def own_only(actor: Actor, grant: Grant) -> Q:
    """Batches the student is or was enrolled in, for as long as they have access."""
    return Q(deleted_at__isnull=True, pk__in=_enrolled(actor))


def attended(actor: Actor, grant: Grant) -> Q:
    """Those of them that the student attends or completed: what a seat that is on hold or was left gives no part in."""
    return Q(deleted_at__isnull=True, pk__in=_enrolled(actor, "active", "completed"))


def _enrolled(actor: Actor, *statuses: str) -> QuerySet[Batch, Any]:
    lasts = Q(enrollments__access_expiry_date__isnull=True) | is_from_today("enrollments__access_expiry_date")
    is_kept = Q(archived_at__isnull=True) | Q(institution__archived_disables_access=False)
    enrolled = Batch.objects.filter(
        lasts,
        is_kept,
        enrollments__student=actor.user,
        enrollments__status__in=statuses or ("active", "on_hold", "completed", "cancelled"),
        institution=actor.institution,
    )
    return enrolled.order_by().values("pk")


def restrict_rows(condition: Q, table: Table) -> Table:
    """The same roles and scopes, on the rows that meet the condition."""
    return {role: _with_condition(condition, scope) for role, scope in table.items()}


def _with_condition(condition: Q, scope: Scope) -> Scope:
    return lambda actor, grant: condition & scope(actor, grant)


_managers = ADMINS | {Role.BRANCH_MANAGER.value: own_branch(), Role.DEPT_ADMIN.value: own_department()}
MANAGERS = restrict_rows(Q(deleted_at__isnull=True), _managers)
DELETED = restrict_rows(Q(deleted_at__isnull=False), _managers)
ARCHIVERS = restrict_rows(Q(deleted_at__isnull=True), ADMINS | {Role.DEPT_ADMIN.value: own_department()})

batches = Access(
    Batch,
    {
        "see": MANAGERS | {Role.INSTRUCTOR.value: taught_batches} | students(own_or_open),
        "change": MANAGERS,
        "archive": ARCHIVERS,
        "unarchive": restrict_rows(Q(deleted_at__isnull=True), ADMINS),
        "reopen": restrict_rows(Q(deleted_at__isnull=True), ADMINS),
        # The students of a batch: their names are not for each other.
        "roster": MANAGERS | {Role.INSTRUCTOR.value: batches_being_taught},
        "history": MANAGERS | {Role.INSTRUCTOR.value: batches_being_taught},
        "staff": MANAGERS,
        # Give it sessions, move and cancel them.
        "schedule": MANAGERS | {Role.INSTRUCTOR.value: batches_being_taught},
        "see_staff": MANAGERS | {Role.INSTRUCTOR.value: batches_being_taught} | students(own_only),
        # Those, and of what somebody taught once their own part in it.
        "assignments": MANAGERS | {Role.INSTRUCTOR.value: taught_batches} | students(own_only),
    },
)


def _of_staff_seen(scope: Scope) -> Scope:
    def condition(actor: Actor, grant: Grant) -> Q:
        seen = Batch.objects.filter(scope(actor, grant), institution=actor.institution)
        return Q(batch__in=seen.values("pk"))

    return condition


def _own_part(actor: Actor, grant: Grant) -> Q:
    return _of_staff_seen(batches_being_taught)(actor, grant) | Q(instructor=actor.user)


# Who teaches in which batch from when until when.
assignments = Access(
    InstructorAssignment,
    {
        "see": {role: _of_staff_seen(scope) for role, scope in MANAGERS.items()}
        | {Role.INSTRUCTOR.value: _own_part}
        | students(_of_staff_seen(own_only)),
    },
)


def with_rights(actor: Actor, rows: QuerySet[Batch], *actions: str) -> QuerySet[Batch]:
    """The batches, each told by `may_<action>` whether the actor may do this to it."""
    return rows.annotate(**{f"may_{action}": batches.right(actor, action) for action in actions})


# Sessions of what is not deleted: of one of its batches at least.
IS_THERE = Q(Exists(BatchMeeting.objects.filter(meeting=OuterRef("meeting"), batch__deleted_at__isnull=True)))


def of_batches(table: Table) -> Table:
    """The same roles, on the sessions of the batches that they reach, shared ones among them."""
    return {role: _meeting_in(scope) for role, scope in table.items()}


def _meetings_of(scope: Scope, actor: Actor, grant: Grant) -> QuerySet[BatchMeeting, Any]:
    reached = Batch.objects.filter(scope(actor, grant), institution=actor.institution)
    return BatchMeeting.objects.filter(batch__in=reached.values("pk")).values("meeting")


def _meeting_in(scope: Scope) -> Scope:
    return lambda actor, grant: Q(meeting__in=_meetings_of(scope, actor, grant))


def teaching_session(actor: Actor, grant: Grant) -> Q:
    """Sessions of the batches in which the instructor teaches now, and those that name them."""
    return is_one_of("meeting", _meetings_of(batches_being_taught, actor, grant)) | Q(instructor=actor.user)


def taught_session(actor: Actor, grant: Grant) -> Q:
    """Those, and the sessions of the days on which the instructor taught or will."""
    own = InstructorAssignment.objects.filter(
        batch__deleted_at__isnull=True, instructor=actor.user, institution=actor.institution
    )
    there = own.filter(
        Q(until_date__isnull=True) | Q(until_date__gte=OuterRef("date")),
        from_date__lte=OuterRef("date"),
        batch__meeting_links__meeting=OuterRef("meeting"),
    )
    # The meetings are found first, by an index; then each of their sessions is asked for its day.
    meetings = BatchMeeting.objects.filter(batch__in=own.order_by().values("batch")).values("meeting")
    return teaching_session(actor, grant) | (is_one_of("meeting", meetings) & Q(Exists(there)))


sessions = Access(
    ClassSession,
    {
        "see": of_batches(MANAGERS) | {Role.INSTRUCTOR.value: taught_session} | students(_meeting_in(own_only)),
        "change": of_batches(MANAGERS) | {Role.INSTRUCTOR.value: teaching_session},
    },
)

# A feed is its owner's alone; of whom it tells, their own permissions say at every fetch.
feeds = Access(
    CalendarFeed,
    {action: {str(role): own_person() for role in Role if role != Role.REGULATOR} for action in ("see", "change")},
)

# Deleted batches are there for those who may restore them, and for nobody else.
deleted_batches = Access(Batch, {"see": DELETED, "restore": DELETED})
