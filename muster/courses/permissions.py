"""Who may see and change courses and their subjects."""

from __future__ import annotations

from django.db.models import Q

from muster.core.permissions import Access, Table
from muster.courses.models import Course, GradeBand, GradingComponent, GradingScheme, Subject
from muster.institutions.access import ADMINS, Actor, Grant, all_of, own_department, students
from muster.institutions.models import Role

READERS = (Role.BRANCH_MANAGER, Role.DEPT_ADMIN, Role.INSTRUCTOR)


def open_or_own(actor: Actor, grant: Grant) -> Q:
    """Courses that are offered, and those the student was ever enrolled in."""
    own = Course.objects.filter(enrollments__student=actor.user)
    return Q(is_active=True) | Q(pk__in=own.values("pk"))


def subject_open_or_own(actor: Actor, grant: Grant) -> Q:
    own = Course.objects.filter(enrollments__student=actor.user)
    return Q(course__is_active=True) | Q(course__in=own.values("pk"))


courses = Access(
    Course,
    {
        "see": ADMINS | all_of(*READERS) | students(open_or_own),
        "change": ADMINS | {Role.DEPT_ADMIN.value: own_department()},
    },
)
subjects = Access(
    Subject,
    {
        "see": ADMINS | all_of(*READERS) | students(subject_open_or_own),
        "change": ADMINS | {Role.DEPT_ADMIN.value: own_department("course__department_id")},
    },
)


def _of_schemes(path: str = "") -> dict[str, Table]:
    return {
        "see": ADMINS | all_of(*READERS),
        "change": ADMINS | {Role.DEPT_ADMIN.value: own_department(f"{path}department_id")},
    }


schemes = Access(GradingScheme, _of_schemes())
components = Access(GradingComponent, _of_schemes("scheme__"))
bands = Access(GradeBand, _of_schemes("scheme__"))
