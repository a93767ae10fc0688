"""Who may see and change who mentors whom."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from muster.accounts.models import User
from muster.allocation.models import IndividualAssignment
from muster.core.permissions import Access, Scope
from muster.institutions.access import ADMINS, Actor, Grant, own_person
from muster.institutions.access import students as both_students
from muster.institutions.models import STUDENT_ROLES, Institution, Role
from muster.institutions.permissions import members_of
from muster.people.permissions import of_branch, of_department


def _students(scope: Scope) -> Scope:
    """People who are students here, or are assigned to an instructor, as far as the scope reaches."""

    def narrowed(actor: Actor, grant: Grant) -> Q:
        assigned = IndividualAssignment.objects.filter(student=OuterRef("pk"), institution=actor.institution)
        return (members_of(actor, role__in=STUDENT_ROLES) | Q(Exists(assigned))) & scope(actor, grant)

    return narrowed


def _mentored(actor: Actor, grant: Grant) -> Q:
    """Students who are assigned to the instructor now."""
    own = IndividualAssignment.objects.current().filter(
        student=OuterRef("pk"), instructor=actor.user, institution=actor.institution
    )
    return Q(Exists(own))


def _everybody(actor: Actor, grant: Grant) -> Q:
    return Q()


_managers: dict[str, Scope] = {
    **{role: _students(_everybody) for role in ADMINS},
    Role.BRANCH_MANAGER.value: _students(of_branch),
    Role.DEPT_ADMIN.value: _students(of_department),
}

# Students, as those whom somebody mentors.
mentees = Access(
    User,
    {
        "see": {**_managers, Role.INSTRUCTOR.value: _mentored, **both_students(_students(own_person("pk")))},
        "list": {**_managers, Role.INSTRUCTOR.value: _mentored},
        "assign": _managers,
    },
    owner="affiliations__institution_id",
)
# Proving and healing what is stored.
upkeep = Access(Institution, {"repair": ADMINS}, owner="pk")
