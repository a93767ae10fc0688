"""The branches of an institution, their rooms, and its departments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from muster.core.resources import Derived, Field, Narrowing, Refusals, Related, Resource
from muster.institutions.access import Actor
from muster.institutions.errors import OnlyAdminNamesHead
from muster.institutions.models import Branch, Department, Membership, Room
from muster.institutions.permissions import branches, departments, rooms
from muster.institutions.queries import (
    branches_with_rooms,
    colleague_named,
    colleagues,
    departments_in_full,
    rooms_with_branch,
)
from muster.institutions.resources.fields import (
    INACTIVE,
    OWN_BRANCH,
    zone_clashes,
    zones_of_branch,
)


class Branches(Resource[Branch]):
    """Branches. Their managers look after them; administrators alone add some."""

    model, access, adds = Branch, branches, "create"
    noun, plural = "branch", "branches"
    fields = (
        Field("name", width="w4", listed="title", searched=True, sorted=True),
        Field("code", help=_("For example, DBN."), width="w2", searched=True, sorted=True),
        Field("address", listed="meta"),
        Field(
            "time_zone",
            help=_("Session times are local to the branch. Changing the time zone moves its sessions with it."),
            note="Blank for the institution's",
            options=zones_of_branch,
            listed="meta",
            show=lambda branch: branch.time_zone.replace("_", " ") or gettext("Same as institution"),
        ),
        Derived("room_count", key="rooms", label=_("Rooms"), listed=""),
        Derived("seat_count", key="seats", kind=int | None, label=_("Seats"), listed=""),
        Field(
            "is_active",
            called="active",
            help=_("You can't choose an inactive branch for new batches."),
            listed="status",
            heading=_("Status"),
        ),
    )
    order = ("name",)
    below, also_searched = "code", ("address",)
    one_of_a_kind = {
        "one_branch_for_each_code": ("code", _("Another branch already uses the code %(code)s. Choose another."))
    }
    instead = _("Deactivate it instead. It keeps everything it has, but can't be chosen anymore.")
    # Roles that are narrowed to a branch would end with it.
    counts_too = ("memberships",)
    retirement = INACTIVE

    title, none_yet = _("Branches"), _("No branches yet")
    about = _(
        "A branch is a place where you teach, with its own rooms, holidays and, if needed, time zone. Add "
        "the first one."
    )
    add_words = _("Add branch")
    added = _("%(name)s added. Now add its rooms.")

    def in_full(self, rows: QuerySet[Branch]) -> QuerySet[Branch]:
        return branches_with_rooms(rows)

    def refusals(self, by: Actor, row: Branch) -> Refusals:
        return {**super().refusals(by, row), **zone_clashes(row.time_zone or by.institution.time_zone)}


class Rooms(Resource[Room]):
    """The rooms of branches."""

    model, access = Room, rooms
    noun, plural = "room", "rooms"
    fields = (
        Field("branch", called="branch_id", related=OWN_BRANCH),
        Derived(
            "branch_name",
            key="branch_name",
            kind=str,
            value=lambda room: room.branch.name,
            lookup="branch__name",
            sorted=True,
        ),
        Field("name", heading=_("Room"), width="half", listed="title", searched=True, sorted=True),
        Field("seats", help=_("Leave blank if unknown."), width="half", listed="", sorted=True),
        Derived("slot_count", label=_("Weekly slots"), listed=""),
        Field(
            "is_active",
            called="active",
            help=_("You can't choose an inactive room for new sessions."),
            listed="status",
            heading=_("Status"),
        ),
    )
    narrowings = (Narrowing("branch", api="branch"),)
    order = ("name",)
    search_hint = _("Room name")
    one_of_a_kind = {"one_room_for_each_name": ("name", _("This branch already has a room called %(name)s."))}
    instead = _("Deactivate it instead. It stays in those slots, but can't be chosen anymore.")
    retirement = INACTIVE

    title, none_yet = _("Rooms"), _("No rooms yet")
    about = _("Add rooms so that sessions can be booked into them. A room can't be double-booked.")
    add_words = _("Add room")
    added = _("Room %(name)s added.")
    edit_words = _("Edit room %(name)s")

    def in_full(self, rows: QuerySet[Room]) -> QuerySet[Room]:
        return rooms_with_branch(rows)


class Departments(Resource[Department]):
    """Departments. Their administrators look after them; administrators alone add some, and name who heads them."""

    model, access, adds = Department, departments, "create"
    noun, plural = "department", "departments"
    fields = (
        Field("name", section=_("Department"), width="w4", listed="title", searched=True, sorted=True),
        Field(
            "short_code",
            help=_("For example, COM."),
            width="w2",
            listed="meta",
            heading=_("Code"),
            searched=True,
            sorted=True,
        ),
        Field(
            "hod",
            called="hod_id",
            note="The id of the head of department",
            related=Related(colleague_named, colleagues, words=lambda person: f"{person.full_name} ({person.email})"),
            empty=_("No one yet, or someone without a sign-in"),
            only_for=lambda actor: actor.is_admin,
            section=_("Head"),
            width="w3",
        ),
        Field(
            "hod_name",
            label=_("Name of head"),
            note="The head's name, if they have no sign-in",
            help=_("Only for a head without a sign-in. If you choose a person above, this is ignored."),
            only_for=lambda actor: actor.is_admin,
            width="w3",
        ),
        Derived("head", kind=str, label=_("Head"), listed="meta"),
        Field(
            "contact_email",
            label=_("Contact email"),
            section=_("Contact"),
            width="w3",
            listed="hide",
            heading=_("Contact"),
        ),
        Field("contact_phone", width="w3"),
        Derived("course_count", key="courses", label=_("Courses"), listed=""),
        Derived("batch_count", key="batches", label=_("Batches"), listed=""),
    )
    narrowings = (
        Narrowing(
            page="headed",
            label=_("Head"),
            buckets=(
                ("yes", _("By name"), Q(head__isnull=False), ""),
                ("no", _("No one yet"), Q(head__isnull=True), _("No head yet")),
            ),
        ),
    )
    order = ("name",)
    also_searched, search_hint = ("head",), _("Name, code or head")
    one_of_a_kind = {
        "one_department_for_each_code": (
            "short_code",
            _("Another department already uses the short code %(short_code)s. Choose another."),
        )
    }
    instead = _("Move them to another department first.")

    title, none_yet = _("Departments"), _("No departments yet")
    about = _("A department is an academic unit with a head, courses and batch years. Add the first one.")
    add_words, delete_words = _("Add department"), _("Delete department")

    def in_full(self, rows: QuerySet[Department]) -> QuerySet[Department]:
        return departments_in_full(rows)

    def settle(self, by: Actor, row: Department, changes: Mapping[str, Any], before: Mapping[str, Any]) -> None:
        # A head is somebody or just a name, never both: what was said last counts.
        if changes.get("hod") is not None:
            row.hod_name = ""
        elif row.hod is not None and row.hod_name:
            if row.hod_name != row.hod.full_name:
                row.hod = None
            else:
                row.hod_name = ""
        if before and (row.hod_id, row.hod_name) != (before["hod"], before["hod_name"]) and not by.is_admin:
            raise OnlyAdminNamesHead

    def delete_text(self, row: Department) -> Sequence[Any]:
        text = [gettext("It has no batches or courses.")]
        if roles := Membership.objects.filter(department=row).count():
            ending = ngettext(
                "%(count)d person will lose their role as its administrator.",
                "%(count)d people will lose their role as its administrators.",
                roles,
            )
            text.append(ending % {"count": roles})
        return text


BRANCHES = Branches()
ROOMS = Rooms()
DEPARTMENTS = Departments()
