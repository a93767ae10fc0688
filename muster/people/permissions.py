"""Who may see which students and which instructors, and what staff note about students."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from muster.accounts.models import User
from muster.core.errors import Missing
from muster.core.permissions import Access, Scope
from muster.core.subqueries import KeyIn
from muster.institutions.access import ADMINS, Actor, Grant, own_person
from muster.institutions.access import students as both_students
from muster.institutions.models import STUDENT_ROLES, Role, is_before_today, is_from_today
from muster.institutions.permissions import learners_of, members_of, users
from muster.people.models import StaffNote


def a_student(scope: Scope) -> Scope:
    """People who are or were students here, as far as the scope reaches."""

    def narrowed(actor: Actor, grant: Grant) -> Q:
        learns = members_of(actor, role__in=STUDENT_ROLES) | learners_of(actor)
        return learns & scope(actor, grant)

    return narrowed


def an_instructor(scope: Scope) -> Scope:
    """People who teach or taught here, as far as the scope reaches."""

    def narrowed(actor: Actor, grant: Grant) -> Q:
        assignments = User.instructor_assignments.rel.related_model.objects.order_by()  # type: ignore[attr-defined]
        taught = KeyIn(assignments.filter(institution=actor.institution).values("instructor_id"))
        return (members_of(actor, role=Role.INSTRUCTOR) | taught) & scope(actor, grant)

    return narrowed


def of_branch(actor: Actor, grant: Grant) -> Q:
    """Students of the branch, by their role or by one of its batches."""
    return members_of(actor, role__in=STUDENT_ROLES, branch_id=grant.branch_id) | learners_of(
        actor, batch__branch_id=grant.branch_id
    )


def of_department(actor: Actor, grant: Grant) -> Q:
    """Students of the department, by their role or by one of its batches or courses."""
    return (
        members_of(actor, role__in=STUDENT_ROLES, department_id=grant.department_id)
        | learners_of(actor, batch__department_id=grant.department_id)
        | learners_of(actor, course__department_id=grant.department_id)
    )


def of_own_batches(actor: Actor, grant: Grant) -> Q:
    """Students of the batches that the instructor is assigned to, now or later; as a substitute on those days alone."""
    own = "batch__instructor_assignments__"
    return learners_of(
        actor,
        Q(**{f"{own}until_date__isnull": True}) | is_from_today(f"{own}until_date", "batch__"),
        # Named one by one: a negation would be asked of all assignments at once.
        Q(**{f"{own}role__in": ("lead", "assistant")}) | is_before_today(f"{own}from_date", "batch__", days=1),
        **{f"{own}instructor": actor.user},
    )


def all_people(actor: Actor, grant: Grant) -> Q:
    """Everybody of the institution."""
    return Q()


def of_own_branch(actor: Actor, grant: Grant) -> Q:
    """Instructors whose role is narrowed to the manager's branch."""
    return members_of(actor, role=Role.INSTRUCTOR, branch_id=grant.branch_id)


def of_own_department(actor: Actor, grant: Grant) -> Q:
    """Instructors whose role is narrowed to the administrator's department."""
    return members_of(actor, role=Role.INSTRUCTOR, department_id=grant.department_id)


_of_staff: dict[str, Scope] = {
    **{role: a_student(scope) for role, scope in ADMINS.items()},
    Role.BRANCH_MANAGER.value: a_student(of_branch),
    Role.DEPT_ADMIN.value: a_student(of_department),
    Role.INSTRUCTOR.value: a_student(of_own_batches),
}
_managers = (Role.SUPER_ADMIN, Role.ADMIN, Role.BRANCH_MANAGER, Role.DEPT_ADMIN)

students = Access(
    User,
    {"see": _of_staff | both_students(a_student(own_person("pk"))), "list": _of_staff},
    owner="affiliations__institution_id",
)
instructors = Access(
    User,
    {
        "see": {role.value: an_instructor(all_people) for role in _managers}
        | {Role.INSTRUCTOR.value: an_instructor(own_person("pk"))},
        "list": {role.value: an_instructor(all_people) for role in _managers},
        # Profile, availability, time off: the instructor's own, or put right by an administrator.
        "change": {role: an_instructor(scope) for role, scope in ADMINS.items()}
        | {Role.INSTRUCTOR.value: an_instructor(own_person("pk"))},
        # Why somebody is away is for themself and for who manages them, not for everybody who plans with them.
        "reasons": {role: an_instructor(scope) for role, scope in ADMINS.items()}
        | {
            Role.BRANCH_MANAGER.value: an_instructor(of_own_branch),
            Role.DEPT_ADMIN.value: an_instructor(of_own_department),
            Role.INSTRUCTOR.value: an_instructor(own_person("pk")),
        },
        "be": {Role.INSTRUCTOR.value: an_instructor(own_person("pk"))},
    },
    owner="affiliations__institution_id",
)


def _about(scope: Scope) -> Scope:
    """Notes about students within the scope, but never about the reader."""

    def condition(actor: Actor, grant: Grant) -> Q:
        people = User.objects.filter(scope(actor, grant), pk=OuterRef("student")).order_by()
        return Q(Exists(people)) & ~Q(student=actor.user)

    return condition


def _of_others(actor: Actor, grant: Grant) -> Q:
    return ~Q(student=actor.user)


def _of_author(scope: Scope) -> Scope:
    return lambda actor, grant: scope(actor, grant) & Q(written_by=actor.user)


# Students never read them, whatever else they are here. All are about students, so administrators' are not looked up.
_noted: dict[str, Scope] = {role: _about(scope) for role, scope in _of_staff.items()} | dict.fromkeys(
    ADMINS, _of_others
)
staff_notes = Access(StaffNote, {"see": _noted, "change": {role: _of_author(scope) for role, scope in _noted.items()}})


def person_seen(actor: Actor, user_id: str) -> User:
    """The person, where the actor may see them as whatever they are here. Raises Missing."""
    for access in (users, students, instructors):
        if access.may(actor, "see"):
            try:
                return access.get(actor, user_id)
            except Missing:
                continue
    raise Missing
