"""What there is to choose in the batch form."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.accounts.models import User
from muster.batches.clashes import load_of_each
from muster.batches.models import Batch
from muster.courses.models import Subject
from muster.courses.permissions import courses
from muster.institutions.access import MANAGER_ROLES, Actor
from muster.institutions.models import Affiliation, Branch, Department, Membership, Role
from muster.people.models import InstructorProfile
from muster.web.batches.forms.fields import Entry


@dataclass
class Choices:
    """The entries of the form's selects, each list read once and only when it is drawn."""

    actor: Actor
    batch: Batch | None = None

    @cached_property
    def own_branches(self) -> frozenset[UUID] | None:
        """The branches that the actor's batches must be in; None where they may be in any."""
        return self._narrowed(Role.BRANCH_MANAGER, "branch_id")

    @cached_property
    def own_departments(self) -> frozenset[UUID] | None:
        """The departments that the actor's batches must be in; None where they may be in any."""
        return self._narrowed(Role.DEPT_ADMIN, "department_id")

    def _narrowed(self, role: str, by: str) -> frozenset[UUID] | None:
        grants = [grant for grant in self.actor.grants if grant.role in MANAGER_ROLES]
        if any(grant.role != role for grant in grants):
            return None
        return frozenset(getattr(grant, by) for grant in grants)

    @cached_property
    def courses(self) -> list[Entry]:
        rows = courses.rows(self.actor).order_by("title")
        stays = self.batch.course_id if self.batch else None
        return [
            Entry(str(pk), title, data={"code": code})
            for pk, title, code, active in rows.values_list("pk", "title", "code", "is_active")
            if active or pk == stays
        ]

    @cached_property
    def _places(self) -> list[Any]:
        return list[Any](
            Branch.objects.filter(institution=self.actor.institution)
            .order_by("name", "rooms__name")
            .values("pk", "name", "is_active", "rooms__pk", "rooms__name", "rooms__seats", "rooms__is_active")
        )

    @cached_property
    def branches(self) -> list[Entry]:
        stays = self.batch.branch_id if self.batch else None
        return list(
            {
                row["pk"]: Entry(str(row["pk"]), row["name"])
                for row in self._places
                if row["is_active"] or row["pk"] == stays
                if self.own_branches is None or row["pk"] in self.own_branches
            }.values()
        )

    @cached_property
    def rooms(self) -> list[Entry]:
        """Rooms under their branches, with their seats."""
        return [
            Entry(
                str(row["rooms__pk"]),
                room_words(row["rooms__name"], row["rooms__seats"]),
                row["name"],
                {"branch": row["pk"], "seats": row["rooms__seats"] or ""},
            )
            for row in self._places
            if row["rooms__pk"] and row["rooms__is_active"]
        ]

    @cached_property
    def departments(self) -> list[Entry]:
        rows = Department.objects.filter(institution=self.actor.institution)
        if self.own_departments is not None:
            rows = rows.filter(pk__in=self.own_departments)
        return [Entry(str(pk), name) for pk, name in rows.values_list("pk", "name")]

    @cached_property
    def teachers(self) -> list[Entry]:
        """Instructors by name."""
        return [Entry(str(pk), name) for pk, name, _load, _limit in self._teaching]

    @cached_property
    def _teaching(self) -> list[tuple[UUID, str, int, int]]:
        """Instructors by name, each with the number of batches they have, and how many they may have."""
        institution = self.actor.institution
        load = load_of_each(institution.pk).filter(instructor=OuterRef("pk")).values("batches")
        limit = InstructorProfile.objects.filter(institution=institution, user=OuterRef("pk"))
        teach = Membership.objects.filter(institution=self.actor.institution, role=Role.INSTRUCTOR)
        here = Affiliation.objects.filter(institution=self.actor.institution, is_active=True)
        rows = User.objects.filter(is_active=True, pk__in=teach.values("user_id")).filter(pk__in=here.values("user_id"))
        return list(
            rows.order_by("full_name", "pk").values_list(
                "pk",
                "full_name",
                Coalesce(Subquery(load), 0),
                Coalesce(Subquery(limit.values("max_active_batches")), institution.max_active_batches),
            )
        )

    @cached_property
    def loaded_teachers(self) -> list[Entry]:
        """Instructors by name, each with the number of batches they have, and how many they may have."""
        return [
            Entry(
                str(pk),
                _("%(name)s, %(active)d of %(limit)d batches") % {"name": name, "active": load, "limit": limit},
                data={"name": name},
            )
            for pk, name, load, limit in self._teaching
        ]

    def subjects_of(self, course_id: UUID | None) -> list[Entry]:
        """The subjects of a course, by semester."""
        if course_id is None:
            return []
        rows = Subject.objects.filter(institution=self.actor.institution, course_id=course_id)
        return [Entry(str(pk), title) for pk, title in rows.values_list("pk", "title")]


def room_words(name: str, seats: int | None) -> str:
    """A room with its seats, as the selects show it."""
    if not seats:
        return name
    return ngettext("%(name)s, %(seats)d seat", "%(name)s, %(seats)d seats", seats) % {"name": name, "seats": seats}
