"""Who sees students at risk, gets in touch with them, and says whose task that is."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from muster.accounts.models import User
from muster.batches.models import Batch
from muster.batches.permissions import batches_being_taught
from muster.core.permissions import Access, Scope, Table
from muster.enrollments.permissions import of_department
from muster.institutions.access import ADMINS, STAFF_ROLES, Actor, Grant, own_branch, own_person
from muster.institutions.models import Role
from muster.institutions.permissions import members_of
from muster.risk.models import Intervention, RiskFlag


def flags_in_taught_batches(actor: Actor, grant: Grant) -> Q:
    """Flags in the batches that the instructor teaches now or will."""
    rows = Batch.objects.filter(batches_being_taught(actor, grant), institution=actor.institution)
    return Q(enrollment__batch__in=rows.values("pk"))


_part: Table = {
    Role.BRANCH_MANAGER.value: own_branch("enrollment__batch__branch_id"),
    Role.DEPT_ADMIN.value: of_department("enrollment__"),
}


def _or_own(scope: Scope) -> Scope:
    """Those, and whatever is the person's own task."""
    return lambda actor, grant: scope(actor, grant) | Q(owner=actor.user)


_seen: Table = ADMINS | {
    role: _or_own(scope) for role, scope in (_part | {Role.INSTRUCTOR.value: flags_in_taught_batches}).items()
}

flags = Access(RiskFlag, {"see": _seen, "change": _seen, "assign": ADMINS | _part})


def _of_flag(scope: Scope) -> Scope:
    def condition(actor: Actor, grant: Grant) -> Q:
        rows = RiskFlag.objects.filter(scope(actor, grant), institution=actor.institution)
        return Q(flag__in=rows.order_by().values("pk"), kind=Intervention.Kind.LETTER)

    return condition


# What was written to the student.
letters = Access(Intervention, {"see": {role: _of_flag(scope) for role, scope in _seen.items()}})


def _staff(actor: Actor, grant: Grant) -> Q:
    return Q(is_active=True) & members_of(actor, role__in=[str(role) for role in STAFF_ROLES])


# Whose task a flag may become: of managers anybody on the staff, of instructors themselves.
_choosers: dict[str, Any] = dict.fromkeys((*ADMINS, *_part), _staff)
owners = Access(
    User, {"see": _choosers | {Role.INSTRUCTOR.value: own_person("pk")}}, owner="affiliations__institution_id"
)
