"""Who may see, change, archive and staff batches."""

from __future__ import annotations

from django.db.models import Q

from muster.batches.models import Batch, InstructorAssignment, ScheduleSlot
from muster.core.permissions import Access, Scope, Table
from muster.institutions.access import ADMINS, Actor, Grant, own_branch, own_department, students
from muster.institutions.models import Role


def taught(actor: Actor, grant: Grant) -> Q:
    """Batches that the instructor leads, assists, substitutes in or teaches a slot of, now or before."""
    assigned = InstructorAssignment.objects.filter(instructor=actor.user, institution=actor.institution)
    slots = ScheduleSlot.objects.filter(instructor=actor.user, institution=actor.institution)
    shared = Batch.objects.filter(shared_meetings__slots__in=slots)
    return Q(deleted_at__isnull=True) & (
        Q(pk__in=assigned.values("batch_id")) | Q(pk__in=slots.values("batch_id")) | Q(pk__in=shared.values("pk"))
    )


def own_or_open(actor: Actor, grant: Grant) -> Q:
    """Batches the student is or was enrolled in, and those that take enrollments."""
    enrolled = Batch.objects.filter(enrollments__student=actor.user, institution=actor.institution)
    is_open = Q(
        kind=Batch.Kind.COURSE, status__in=(Batch.Status.UPCOMING, Batch.Status.ACTIVE), archived_at__isnull=True
    )
    return Q(deleted_at__isnull=True) & (is_open | Q(pk__in=enrolled.values("pk")))


def own_only(actor: Actor, grant: Grant) -> Q:
    """Batches the student is or was enrolled in."""
    enrolled = Batch.objects.filter(enrollments__student=actor.user, institution=actor.institution)
    return Q(deleted_at__isnull=True, pk__in=enrolled.values("pk"))


def where(condition: Q, table: Table) -> Table:
    """The same roles and scopes, on the rows that meet the condition."""
    return {role: _both(condition, scope) for role, scope in table.items()}


def _both(condition: Q, scope: Scope) -> Scope:
    return lambda actor, grant: condition & scope(actor, grant)


_managers = ADMINS | {Role.BRANCH_MANAGER.value: own_branch(), Role.DEPT_ADMIN.value: own_department()}
MANAGERS = where(Q(deleted_at__isnull=True), _managers)
DELETED = where(Q(deleted_at__isnull=False), _managers)
ARCHIVERS = where(Q(deleted_at__isnull=True), ADMINS | {Role.DEPT_ADMIN.value: own_department()})

batches = Access(
    Batch,
    {
        "see": MANAGERS | {Role.INSTRUCTOR.value: taught} | students(own_or_open),
        "change": MANAGERS,
        "archive": ARCHIVERS,
        "unarchive": where(Q(deleted_at__isnull=True), ADMINS),
        # The students of a batch: their names are not for each other.
        "roster": MANAGERS | {Role.INSTRUCTOR.value: taught},
        "history": MANAGERS | {Role.INSTRUCTOR.value: taught},
        "staff": MANAGERS,
        "see_staff": MANAGERS | {Role.INSTRUCTOR.value: taught} | students(own_only),
    },
)
# Deleted batches are there for those who may restore them, and for nobody else.
deleted_batches = Access(Batch, {"see": DELETED, "restore": DELETED})
