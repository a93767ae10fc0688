"""The actor: a person acting in one institution, with the roles held there."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from muster.accounts.models import User
from muster.core.clocks import now_in, today_in
from muster.core.permissions import Scope, Table, everything
from muster.institutions.models import STUDENT_ROLES, Affiliation, Institution, Membership, Role

TEACH = Q(role=Role.INSTRUCTOR, user__is_active=True)


@dataclass(frozen=True)
class Grant:
    """A role, narrowed to a branch or a department where it is so narrowed."""

    role: str
    branch_id: UUID | None = None
    department_id: UUID | None = None


def memberships_in_force(user_id: Any, institution_id: Any) -> QuerySet[Membership]:
    """The memberships of a user who is active in the institution; takes `OuterRef`s as well as ids."""
    return _in_force().filter(user=user_id, institution=institution_id)


def teaching_memberships(user_id: Any, institution_id: Any) -> QuerySet[Membership]:
    """What makes somebody an active instructor of the institution; takes `OuterRef`s as well as ids."""
    return memberships_in_force(user_id, institution_id).filter(TEACH)


def who_teaches(people: Iterable[UUID], institution_id: UUID) -> set[UUID]:
    """Which of these people are active instructors of the institution. One statement."""
    rows = _in_force().filter(TEACH, user__in=people, institution=institution_id)
    return set(rows.values_list("user_id", flat=True))


def _in_force() -> QuerySet[Membership]:
    here = Affiliation.objects.filter(user=OuterRef("user_id"), institution=OuterRef("institution_id"), is_active=True)
    return Membership.objects.filter(Exists(here))


@dataclass(frozen=True, eq=False)
class Actor:
    """Who acts, where, as what. Every rule takes one; jobs act as `Actor.system`."""

    user: User | None
    institution: Institution
    grants: tuple[Grant, ...]

    @classmethod
    def of(cls, user: User, institution: Institution) -> Actor | None:
        """The user in this institution, in one query; None when they have no role there."""
        rows = memberships_in_force(user.pk, institution.pk).values_list("role", "branch_id", "department_id")
        return cls.with_grants([Grant(*row) for row in rows], user, institution)

    @classmethod
    def with_grants(cls, grants: list[Grant], user: User, institution: Institution) -> Actor | None:
        """The user with these grants and the platform's own; None when there are none."""
        if user.is_superuser:
            grants.append(Grant(Role.SUPER_ADMIN))
        return cls(user, institution, tuple(grants)) if grants else None

    @classmethod
    def system(cls, institution: Institution) -> Actor:
        """The system itself, at work for an institution."""
        return cls(None, institution, (Grant(Role.ADMIN),))

    @classmethod
    def stranger(cls, institution: Institution) -> Actor:
        """Somebody who is not signed in, before what the institution publishes: without any role."""
        return cls(None, institution, ())

    @property
    def owner_id(self) -> UUID:
        return self.institution.pk

    @cached_property
    def roles(self) -> frozenset[str]:
        return frozenset(str(grant.role) for grant in self.grants)

    def is_any(self, *roles: str) -> bool:
        return not self.roles.isdisjoint(roles)

    @property
    def is_admin(self) -> bool:
        return self.is_any(Role.ADMIN, Role.SUPER_ADMIN)

    @property
    def manages(self) -> bool:
        """Whether the actor runs batches for others, in whatever part of the institution."""
        return self.is_any(Role.SUPER_ADMIN, Role.ADMIN, Role.BRANCH_MANAGER, Role.DEPT_ADMIN)

    def as_student(self) -> Actor:
        """The same person with nothing but their roles as a student: for what they do for themselves."""
        return replace(self, grants=tuple(grant for grant in self.grants if grant.role in STUDENT_ROLES))

    @property
    def managed_branches(self) -> frozenset[UUID]:
        """The branches whose manager the actor is."""
        return frozenset(one.branch_id for one in self.grants if one.role == Role.BRANCH_MANAGER and one.branch_id)

    @property
    def managed_departments(self) -> frozenset[UUID]:
        """The departments whose administrator the actor is."""
        return frozenset(one.department_id for one in self.grants if one.role == Role.DEPT_ADMIN and one.department_id)

    @property
    def history_name(self) -> str:
        return self.user.full_name if self.user else "Muster"

    @property
    def history_id(self) -> str | None:
        return str(self.user.pk) if self.user else None

    @property
    def zone(self) -> tzinfo:
        return zoneinfo.ZoneInfo(self.institution.time_zone)

    @cached_property
    def shape(self) -> ActorShape:
        """What of this actor decides on the words of a condition."""
        return ActorShape(
            tuple((grant.role, grant.branch_id is not None, grant.department_id is not None) for grant in self.grants),
            is_person=self.user is not None,
        )

    @property
    def particulars(self) -> dict[str, Any]:
        """The values that conditions take from an actor, at the names of `Shape.samples`."""
        values: dict[str, Any] = {"institution": self.institution.pk, "today": self.today()}
        if self.user:
            values["user"] = self.user.pk
        for number, grant in enumerate(self.grants):
            values[f"branch_{number}"], values[f"department_{number}"] = grant.branch_id, grant.department_id
        return values

    def today(self) -> date:
        """What day it is at the institution; for a class ask the class (`Batch.today`, `ClassSession.today`)."""
        return today_in(self.zone)

    def now(self) -> datetime:
        return now_in(self.zone)


@dataclass(frozen=True)
class ActorShape:
    """What conditions look at before they take a value: the roles, and how each is narrowed."""

    grants: tuple[tuple[str, bool, bool], ...]
    is_person: bool

    @cached_property
    def samples(self) -> dict[str, Any]:
        """A value of each kind that an actor of this shape has."""
        values: dict[str, Any] = {"institution": UUID(int=2), "today": date(5000, 1, 1)}
        if self.is_person:
            values["user"] = UUID(int=3)
        for number, (_role, has_branch, has_department) in enumerate(self.grants):
            if has_branch:
                values[f"branch_{number}"] = UUID(int=100 + 2 * number)
            if has_department:
                values[f"department_{number}"] = UUID(int=101 + 2 * number)
        return values

    def stand_in(self, **samples: Any) -> StandIn:
        """An actor with these values. To ask anything else of its person or institution fails: nothing is stored."""
        grants = (
            Grant(role, samples.get(f"branch_{number}"), samples.get(f"department_{number}"))
            for number, (role, _has_branch, _has_department) in enumerate(self.grants)
        )
        user = User.from_db(None, ["id"], [samples["user"]]) if self.is_person else None
        institution = Institution.from_db(None, ["id"], [samples["institution"]])
        return StandIn(user, institution, tuple(grants), samples["today"])


@dataclass(frozen=True, eq=False)
class StandIn(Actor):
    """An actor for whom a query is made that is asked for others."""

    day: date

    def today(self) -> date:
        return self.day


# --- scopes that many tables share ---------------------------------------------------------------------------------
ADMINS: Table = {Role.SUPER_ADMIN.value: everything, Role.ADMIN.value: everything}
MANAGER_ROLES = (Role.SUPER_ADMIN, Role.ADMIN, Role.BRANCH_MANAGER, Role.DEPT_ADMIN)
STAFF_ROLES = (*MANAGER_ROLES, Role.INSTRUCTOR)


def all_of(*roles: str) -> dict[str, Scope]:
    return {str(role): everything for role in roles}


def own_branch(path: str = "branch_id") -> Scope:
    """Rows of the branch that the role is narrowed to."""
    return lambda actor, grant: Q(**{path: grant.branch_id})


def own_department(path: str = "department_id") -> Scope:
    """Rows of the department that the role is narrowed to."""
    return lambda actor, grant: Q(**{path: grant.department_id})


def own_person(path: str = "user_id") -> Scope:
    return lambda actor, grant: Q(**{path: actor.user.pk})


def students(scope: Scope) -> dict[str, Scope]:
    """The same scope for both kinds of student."""
    return {role.value: scope for role in STUDENT_ROLES}
