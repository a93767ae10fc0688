"""The actor: a person acting in one institution, with the roles held there."""

from __future__ import annotations

import zoneinfo
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from muster.accounts.models import User
from muster.core.permissions import Scope, Table, everything
from muster.institutions.models import STUDENT_ROLES, Affiliation, Institution, Membership, Role


@dataclass(frozen=True)
class Grant:
    """A role, narrowed to a branch or a department where it is so narrowed."""

    role: str
    branch_id: UUID | None = None
    department_id: UUID | None = None


def memberships_in_force(user_id: Any, institution_id: Any) -> QuerySet[Membership]:
    """The memberships of a user who is active in the institution; takes `OuterRef`s as well as ids."""
    return Membership.objects.filter(
        Exists(
            Affiliation.objects.filter(user=OuterRef("user_id"), institution=OuterRef("institution_id"), is_active=True)
        ),
        user=user_id,
        institution=institution_id,
    )


@dataclass(frozen=True, eq=False)
class Actor:
    """Who acts, where, as what. Every rule takes one; jobs act as `Actor.house`."""

    user: User | None
    institution: Institution
    grants: tuple[Grant, ...]

    @classmethod
    def of(cls, user: User, institution: Institution) -> Actor | None:
        """The user in this institution, in one query; None when they have no role there."""
        rows = memberships_in_force(user.pk, institution.pk).values_list("role", "branch_id", "department_id")
        return cls.holding([Grant(*row) for row in rows], user, institution)

    @classmethod
    def holding(cls, grants: list[Grant], user: User, institution: Institution) -> Actor | None:
        """The user with these grants and the platform's own; None when there are none."""
        if user.is_superuser:
            grants.append(Grant(Role.SUPER_ADMIN))
        return cls(user, institution, tuple(grants)) if grants else None

    @classmethod
    def house(cls, institution: Institution) -> Actor:
        """The system itself, at work for an institution."""
        return cls(None, institution, (Grant(Role.ADMIN),))

    @property
    def owner_id(self) -> UUID:
        return self.institution.pk

    @cached_property
    def roles(self) -> frozenset[str]:
        return frozenset(str(grant.role) for grant in self.grants)

    def is_any(self, *roles: str) -> bool:
        """Whether the actor holds one of the roles."""
        return not self.roles.isdisjoint(roles)

    @property
    def is_admin(self) -> bool:
        return self.is_any(Role.ADMIN, Role.SUPER_ADMIN)

    @property
    def manages(self) -> bool:
        """Whether the actor runs batches for others, in whatever part of the institution."""
        return self.is_any(Role.SUPER_ADMIN, Role.ADMIN, Role.BRANCH_MANAGER, Role.DEPT_ADMIN)

    @property
    def history_name(self) -> str:
        return self.user.full_name if self.user else "Muster"

    @property
    def history_id(self) -> str | None:
        return str(self.user.pk) if self.user else None

    @property
    def zone(self) -> tzinfo:
        return zoneinfo.ZoneInfo(self.institution.time_zone)

    def today(self) -> date:
        """The date it is at the institution."""
        return timezone.localdate(timezone=self.zone)

    def now(self) -> datetime:
        """The time it is at the institution."""
        return timezone.localtime(timezone=self.zone)


# --- scopes that many tables share ---------------------------------------------------------------------------------
ADMINS: Table = {Role.SUPER_ADMIN.value: everything, Role.ADMIN.value: everything}
MANAGER_ROLES = (Role.SUPER_ADMIN, Role.ADMIN, Role.BRANCH_MANAGER, Role.DEPT_ADMIN)
STAFF_ROLES = (*MANAGER_ROLES, Role.INSTRUCTOR)


def all_of(*roles: str) -> dict[str, Scope]:
    """Each role on all rows of the institution."""
    return {str(role): everything for role in roles}


def own_branch(path: str = "branch_id") -> Scope:
    """Rows of the branch that the role is narrowed to."""
    return lambda actor, grant: Q(**{path: grant.branch_id})


def own_department(path: str = "department_id") -> Scope:
    """Rows of the department that the role is narrowed to."""
    return lambda actor, grant: Q(**{path: grant.department_id})


def own_person(path: str = "user_id") -> Scope:
    """Rows about the actor themself."""
    return lambda actor, grant: Q(**{path: actor.user.pk})


def students(scope: Scope) -> dict[str, Scope]:
    """The same scope for both kinds of student."""
    return {role.value: scope for role in STUDENT_ROLES}
