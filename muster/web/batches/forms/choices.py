"""What there is to choose in the batch form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.db.models import OuterRef, TextField
from django.db.models.functions import Cast, JSONObject
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.batches.clashes import StaffMember, teaching_staff
from muster.batches.models import Batch
from muster.batches.warnings import limit_of
from muster.core.json_rows import JSONList
from muster.courses.models import Subject
from muster.courses.permissions import courses
from muster.institutions.access import MANAGER_ROLES, Actor
from muster.institutions.models import Branch, Department, Role, Room
from muster.web.batches.forms.fields import SelectEntry


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
    def courses(self) -> list[SelectEntry]:
        rows = courses.rows(self.actor).order_by("title__plain")
        stays = self.batch.course_id if self.batch else None
        return [
            SelectEntry(str(pk), title, data={"code": code})
            for pk, title, code, active in rows.values_list("pk", "title", "code", "is_active")
            if active or pk == stays
        ]

    @cached_property
    def all_branches(self) -> dict[UUID, Branch]:
        """Every branch of the institution by id, in the order of their names, with its active `usable_rooms`."""
        rooms = Room.objects.filter(branch=OuterRef("pk"), is_active=True).order_by("name__plain")
        usable = JSONList(rooms.values(row=JSONObject(id=Cast("pk", TextField()), name="name", seats="seats")))
        rows = Branch.objects.filter(institution=self.actor.institution).annotate(usable_rooms=usable)
        return {branch.pk: branch for branch in rows.order_by("name__plain")}

    @cached_property
    def branches(self) -> list[SelectEntry]:
        stays = self.batch.branch_id if self.batch else None
        return [
            SelectEntry(str(pk), branch.name)
            for pk, branch in self.all_branches.items()
            if branch.is_active or pk == stays
            if self.own_branches is None or pk in self.own_branches
        ]

    @cached_property
    def rooms(self) -> list[SelectEntry]:
        """Rooms under their branches, with their seats."""
        return [
            SelectEntry(
                room["id"],
                room_words(room["name"], room["seats"]),
                branch.name,
                {"branch": branch.pk, "seats": room["seats"] or ""},
            )
            for branch in self.all_branches.values()
            for room in branch.usable_rooms  # type: ignore[attr-defined]
        ]

    @cached_property
    def departments(self) -> list[SelectEntry]:
        rows = Department.objects.filter(institution=self.actor.institution)
        if self.own_departments is not None:
            rows = rows.filter(pk__in=self.own_departments)
        return [SelectEntry(str(pk), name) for pk, name in rows.values_list("pk", "name")]

    @cached_property
    def staff(self) -> Mapping[UUID, StaffMember]:
        """Every instructor, in the order of their names; an assessment that asked already gives its own."""
        return teaching_staff(self.actor)

    @cached_property
    def teachers(self) -> list[SelectEntry]:
        """Instructors by name."""
        return [SelectEntry(str(one.id), one.name) for one in self.staff.values() if one.teaches]

    @cached_property
    def loaded_teachers(self) -> list[SelectEntry]:
        """Instructors by name, each with the number of batches they have, and how many they may have."""
        words, institution = _("%(name)s, %(active)d of %(limit)d batches"), self.actor.institution
        found = []
        for one in self.staff.values():
            if one.teaches:
                facts = {"name": one.name, "active": one.batches, "limit": limit_of(one.said, institution)}
                found.append(SelectEntry(str(one.id), words % facts, data={"name": one.name}))
        return found

    def subjects_of(self, course_id: UUID | None) -> list[SelectEntry]:
        """The subjects of a course, by semester."""
        if course_id is None:
            return []
        rows = Subject.objects.filter(institution=self.actor.institution, course_id=course_id)
        return [SelectEntry(str(pk), title) for pk, title in rows.values_list("pk", "title")]


def room_words(name: str, seats: int | None) -> str:
    """A room with its seats, as the selects show it."""
    if not seats:
        return name
    return ngettext("%(name)s, %(seats)d seat", "%(name)s, %(seats)d seats", seats) % {"name": name, "seats": seats}
