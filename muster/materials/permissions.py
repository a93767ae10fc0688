"""Who may read materials, who may add and change them, and who sees which students have opened them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

from muster.batches.models import Batch, BatchMeeting
from muster.batches.permissions import MANAGERS, attended, batches, batches_being_taught
from muster.core.permissions import Access, Scope, Table
from muster.core.subqueries import KeyIn
from muster.courses.models import Course
from muster.courses.permissions import courses
from muster.institutions.access import ADMINS, Actor, Grant, own_department, students
from muster.institutions.models import Role, local_today
from muster.materials.models import Material

# Those who run or teach a batch: of its sessions and of its course too, whoever else takes the course.
_TEACHING = MANAGERS | {Role.INSTRUCTOR.value: batches_being_taught}
# Courses that somebody has a part in without having a batch of it.
_COURSES: Table = ADMINS | {Role.DEPT_ADMIN.value: own_department()}

Rows = Callable[[], QuerySet[Material]]


def _of_batches(scope: Scope, rows: Rows, more_courses: Scope | None = None) -> Scope:
    """Materials of batches, of their sessions and of their courses, each found by an index of its own."""

    def condition(actor: Actor, grant: Grant) -> Q:
        reached = Batch.objects.filter(scope(actor, grant), institution=actor.institution).order_by()
        meetings = BatchMeeting.objects.filter(batch__in=reached.values("pk"))
        arms = [
            Q(batch__in=reached.values("pk")),
            Q(session__meeting__in=meetings.values("meeting")),
            Q(course__in=reached.values("course")),
        ]
        if more_courses is not None:
            more = Course.objects.filter(more_courses(actor, grant), institution=actor.institution)
            arms.append(Q(course__in=more.order_by().values("pk")))
        return KeyIn(*(rows().filter(arm).order_by().values("pk") for arm in arms))

    return condition


def _studied_alone(actor: Actor, grant: Grant) -> Q:
    """Courses that the student takes, or took, without a batch, for as long as they have access."""
    lasts = Q(enrollments__access_expiry_date__isnull=True) | Q(
        enrollments__access_expiry_date__gte=local_today("enrollments__batch__", institution="institution")
    )
    return Q(
        lasts,
        enrollments__student=actor.user,
        enrollments__batch__isnull=True,
        enrollments__status__in=("active", "completed"),
    )


def _staff(rows: Rows) -> Table:
    return {role: _of_batches(scope, rows, _COURSES.get(role)) for role, scope in _TEACHING.items()}


_there = _staff(lambda: Material.objects.not_removed())
_shown = students(_of_batches(attended, lambda: Material.objects.not_removed().shown(), _studied_alone))

materials = Access(
    Material,
    # Which students have opened one is for those who may change it, as far as they see the students.
    {"see": _there | _shown, "change": _there, "see_views": _there},
)
# What was removed is there for those who may restore it, and for nobody else.
_removed = _staff(lambda: Material.objects.filter(removed_at__isnull=False))
removed_materials = Access(Material, {"see": _removed, "restore": _removed})

# The materials of a batch as a whole, and adding one. A batch that a student could enroll in is theirs to see.
batch_materials = Access(
    Batch, {"see": batches.tables["see"], "list": _TEACHING | students(attended), "add": _TEACHING}
)


def _courses_of(role: str, scope: Scope) -> Scope:
    def condition(actor: Actor, grant: Grant) -> Q:
        reached: Any = Batch.objects.filter(scope(actor, grant), institution=actor.institution).order_by()
        more = _COURSES.get(role)
        return Q(pk__in=reached.values("course")) | (more(actor, grant) if more else Q(pk__in=[]))

    return condition


course_materials = Access(
    Course,
    {
        "see": courses.tables["see"],
        "add": {role: _courses_of(role, scope) for role, scope in _TEACHING.items()} | ADMINS,
    },
)
