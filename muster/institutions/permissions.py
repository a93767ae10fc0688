"""Who may see and change an institution's places, units, calendars and people (domain rules, one table)."""

from __future__ import annotations

from django.db.models import Q

from muster.accounts.models import User
from muster.core.models import AuditEntry
from muster.core.permissions import Access, Scope, everything
from muster.core.subqueries import KeyIn
from muster.institutions.access import ADMINS, Actor, Grant, all_of, own_branch, own_department, own_person, students
from muster.institutions.models import (
    STUDENT_ROLES,
    ApiToken,
    Branch,
    Department,
    Holiday,
    Institution,
    Membership,
    Role,
    Room,
    SecurityEvent,
    Term,
)

READERS = (Role.BRANCH_MANAGER, Role.DEPT_ADMIN, Role.INSTRUCTOR, Role.STUDENT, Role.CORPORATE_STUDENT)


def members_of(actor: Actor, **where: object) -> Q:
    """Users with such a role in the institution."""
    return KeyIn(Membership.objects.filter(institution=actor.institution, **where).values("user_id"))


def learners_of(actor: Actor, *where: Q, **equal: object) -> Q:
    """Users enrolled, now or before, in such a batch or course of the institution."""
    enrollments = User.enrollments.rel.related_model.objects.order_by()  # type: ignore[attr-defined]
    return KeyIn(enrollments.filter(*where, institution=actor.institution, **equal).values("student_id"))


def people_of_branch(actor: Actor, grant: Grant) -> Q:
    """People with a role in the manager's branch, who learn or teach in one of its batches."""
    return (
        members_of(actor, branch_id=grant.branch_id)
        | learners_of(actor, batch__branch_id=grant.branch_id)
        | members_of(actor, role=Role.INSTRUCTOR)
    )


def people_of_department(actor: Actor, grant: Grant) -> Q:
    """People with a role in the administrator's department, and whoever learns in one of its batches or courses."""
    return (
        members_of(actor, department_id=grant.department_id)
        | learners_of(actor, batch__department_id=grant.department_id)
        | learners_of(actor, course__department_id=grant.department_id)
        | members_of(actor, role=Role.INSTRUCTOR)
    )


def nobody_but_students(scope: Scope) -> Scope:
    """The same people, as far as they are students here and nothing else."""

    def condition(actor: Actor, grant: Grant) -> Q:
        others = [str(role) for role in Role if role not in STUDENT_ROLES]
        return members_of(actor, role__in=STUDENT_ROLES) & ~members_of(actor, role__in=others) & scope(actor, grant)

    return condition


def department_of_student(actor: Actor, grant: Grant) -> Q:
    """Departments in which the student is enrolled."""
    by_course = Department.objects.filter(courses__enrollments__student=actor.user)
    by_batch = Department.objects.filter(batches__enrollments__student=actor.user)
    return KeyIn(by_course.values("pk"), by_batch.values("pk"))


institutions = Access(
    Institution,
    {
        "see": ADMINS | all_of(*READERS, Role.REGULATOR),
        "change": ADMINS,
        "create": {Role.SUPER_ADMIN.value: everything},
    },
    owner="pk",
)
branches = Access(
    Branch,
    {
        "see": ADMINS | all_of(*READERS),
        "change": ADMINS | {Role.BRANCH_MANAGER.value: own_branch("pk")},
        "create": ADMINS,
    },
)
rooms = Access(Room, {"see": ADMINS | all_of(*READERS), "change": ADMINS | {Role.BRANCH_MANAGER.value: own_branch()}})
holidays = Access(
    Holiday, {"see": ADMINS | all_of(*READERS), "change": ADMINS | {Role.BRANCH_MANAGER.value: own_branch()}}
)
terms = Access(Term, {"see": ADMINS | all_of(*READERS), "change": ADMINS})
departments = Access(
    Department,
    {
        "see": ADMINS | all_of(Role.BRANCH_MANAGER, Role.DEPT_ADMIN, Role.INSTRUCTOR) | students(department_of_student),
        "change": ADMINS | {Role.DEPT_ADMIN.value: own_department("pk")},
        "create": ADMINS,
    },
)
_PARTS: dict[str, Scope] = {
    Role.BRANCH_MANAGER.value: people_of_branch,
    Role.DEPT_ADMIN.value: people_of_department,
}
# Users have no institution of their own: the affiliation says where they belong.
users = Access(
    User,
    {
        "see": ADMINS
        | _PARTS
        | {Role.INSTRUCTOR.value: own_person("pk"), Role.REGULATOR.value: own_person("pk")}
        | students(own_person("pk")),
        # Everybody keeps their own name and phone; the rule knows which fields those are.
        "edit": ADMINS | {str(role): own_person("pk") for role in Role if str(role) not in ADMINS},
        "list": ADMINS | _PARTS,
        # Managers add and invite students of their own part, and change nobody.
        "add": ADMINS | _PARTS,
        "invite": ADMINS | {role: nobody_but_students(scope) for role, scope in _PARTS.items()},
        "change": ADMINS,
    },
    owner="affiliations__institution_id",
)
tokens = Access(ApiToken, {action: {str(role): own_person() for role in Role} for action in ("see", "change")})
settings = Access(Institution, {"see": ADMINS, "change": ADMINS}, owner="pk")
security_events = Access(SecurityEvent, {"see": ADMINS})
mails = Access(Institution, {"see": ADMINS}, owner="pk")
# What happened among all rows of the institution, and who looked at what is private.
audit_log = Access(AuditEntry, {"see": ADMINS}, owner="owner_id")
