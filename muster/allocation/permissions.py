"""Who may see and change who mentors whom."""

from __future__ import annotations

from django.db.models import OuterRef, Q

from muster.accounts.models import User
from muster.allocation.models import CoverRequest, IndividualAssignment, Plan
from muster.core.permissions import Access, Scope
from muster.core.subqueries import IsAmong, KeyIn
from muster.institutions.access import ADMINS, Actor, Grant, own_branch, own_department, own_person
from muster.institutions.access import students as both_students
from muster.institutions.models import STUDENT_ROLES, Institution, Membership, Role
from muster.people.permissions import all_people, of_branch, of_department


def _students(scope: Scope) -> Scope:
    """People who are students here, or are assigned to an instructor, as far as the scope reaches."""

    def narrowed(actor: Actor, grant: Grant) -> Q:
        members = Membership.objects.order_by().filter(institution=actor.institution, role__in=STUDENT_ROLES)
        assigned = IndividualAssignment.objects.order_by().filter(institution=actor.institution)
        if within := scope(actor, grant):
            # Of the few within, each is looked up: the database may not go through all of the others beside them.
            is_member = IsAmong(members.filter(user=OuterRef("pk")))
            return within & (Q(is_member) | Q(IsAmong(assigned.filter(student=OuterRef("pk")))))
        return KeyIn(members.values("user_id"), assigned.values("student_id"))

    return narrowed


def _mentored_students(actor: Actor, grant: Grant) -> Q:
    """Students who are assigned to the instructor now."""
    own = IndividualAssignment.objects.current().order_by()
    return KeyIn(own.filter(instructor=actor.user, institution=actor.institution).values("student_id"))


_managers: dict[str, Scope] = {
    **{role: _students(all_people) for role in ADMINS},
    Role.BRANCH_MANAGER.value: _students(of_branch),
    Role.DEPT_ADMIN.value: _students(of_department),
}

# Students, as those whom somebody mentors.
mentees = Access(
    User,
    {
        "see": {**_managers, Role.INSTRUCTOR.value: _mentored_students, **both_students(_students(own_person("pk")))},
        "list": {**_managers, Role.INSTRUCTOR.value: _mentored_students},
        "assign": _managers,
    },
    owner="affiliations__institution_id",
)


def _asked_here(part: str) -> Scope:
    """Plans that the manager asked for, and those for their own part alone."""
    return lambda actor, grant: Q(asked_by=actor.user) | Q(**{part: getattr(grant, part)})


_planners: dict[str, Scope] = ADMINS | {
    Role.BRANCH_MANAGER.value: _asked_here("branch_id"),
    Role.DEPT_ADMIN.value: _asked_here("department_id"),
}
plans = Access(Plan, {"see": _planners, "propose": _planners, "change": _planners, "apply": _planners})
# Proving and healing what is stored.
upkeep = Access(Institution, {"repair": ADMINS}, owner="pk")


def _of_existing(scope: Scope) -> Scope:
    """Requests for batches that are not deleted."""
    return lambda actor, grant: Q(batch__deleted_at__isnull=True) & scope(actor, grant)


def _requests_involving(actor: Actor, grant: Grant) -> Q:
    """Requests of the instructor's own, and those in which they are asked."""
    return Q(instructor=actor.user) | Q(asked=actor.user)


_staffers: dict[str, Scope] = {
    **{role: _of_existing(scope) for role, scope in ADMINS.items()},
    Role.BRANCH_MANAGER.value: _of_existing(own_branch("batch__branch_id")),
    Role.DEPT_ADMIN.value: _of_existing(own_department("batch__department_id")),
}
# Asking somebody to cover, and settling it.
covers = Access(
    CoverRequest,
    {
        "see": {**_staffers, Role.INSTRUCTOR.value: _of_existing(_requests_involving)},
        "settle": _staffers,
        "answer": {Role.INSTRUCTOR.value: _of_existing(own_person("asked_id"))},
        "withdraw": {Role.INSTRUCTOR.value: _of_existing(own_person("instructor_id"))},
    },
)
