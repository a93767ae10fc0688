"""Branches and rooms. Branch managers look after those of their own branch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from muster.core.database import atomic, refused_as
from muster.core.errors import FieldError, Forbidden, Invalid
from muster.core.history import recorded
from muster.institutions.access import Actor
from muster.institutions.errors import AlreadyTaken, TimeZoneClash
from muster.institutions.models import Branch, Room
from muster.institutions.permissions import branches, rooms
from muster.institutions.rules.rows import delete_row, locked, take

BRANCH_FIELDS = {
    "name": "name",
    "code": "code",
    "address": "address",
    "time_zone": "time_zone",
    "is_active": "active",
}
ROOM_FIELDS = {"branch": "branch_id", "name": "name", "seats": "seats", "is_active": "active"}
LONGEST_ADDRESS = 500


@atomic
def add_branch(*, by: Actor, fields: Mapping[str, Any]) -> Branch:
    """Add a branch. Raises Forbidden unless an administrator asks, Invalid naming every field, AlreadyTaken."""
    if not branches.may(by, "create"):
        raise Forbidden
    branch = Branch(institution=by.institution)
    _take_branch(branch, fields)
    _store_branch(by, branch, "add_branch")
    return branch


@atomic
def change_branch(*, by: Actor, branch: Branch, changes: Mapping[str, Any]) -> Branch:
    """Change what is named. Another time zone books the branch's classes anew, which may be refused.

    Locks the branch. Raises Missing, Invalid naming every field, AlreadyTaken, TimeZoneClash.
    """
    branch = locked(branch)
    _take_branch(branch, changes)
    _store_branch(by, branch, "change_branch")
    branches.must_reach(by, "change", branch)
    return branch


@atomic
def delete_branch(*, by: Actor, branch: Branch) -> None:
    """Delete a branch that nothing refers to, with its holidays. Locks it. Raises Missing, InUse."""
    branch = locked(branch, for_delete=True)
    with recorded(by, "delete_branch"):
        delete_row(
            branch,
            instead=_("Deactivate it instead. It keeps everything it has, but can't be chosen anymore."),
            also=("memberships",),
        )


@atomic
def add_room(*, by: Actor, fields: Mapping[str, Any]) -> Room:
    """Add a room to a branch. Raises Invalid naming every field, AlreadyTaken, and Forbidden in another's branch."""
    room = Room(institution=by.institution)
    _take_room(room, fields)
    _store_room(by, room, "add_room")
    return room


@atomic
def change_room(*, by: Actor, room: Room, changes: Mapping[str, Any]) -> Room:
    """Change what is named. Locks the room.

    Raises Missing, Invalid naming every field, AlreadyTaken, and Forbidden when it would move out of the actor's reach.
    """
    room = locked(room)
    _take_room(room, changes)
    _store_room(by, room, "change_room")
    return room


@atomic
def delete_room(*, by: Actor, room: Room) -> None:
    """Delete a room in which nothing was ever scheduled. Locks it. Raises Missing, InUse."""
    room = locked(room, for_delete=True)
    with recorded(by, "delete_room"):
        delete_row(room, instead=_("Deactivate it instead. It stays in those slots, but can't be chosen anymore."))


def _take_branch(branch: Branch, changes: Mapping[str, Any]) -> None:
    found = take(branch, changes, BRANCH_FIELDS)
    if len(branch.address) > LONGEST_ADDRESS:
        found.append(
            FieldError("address", _("Keep the address to %(most)d characters or fewer.") % {"most": LONGEST_ADDRESS})
        )
    if found:
        raise Invalid.fields(found)


def _store_branch(by: Actor, branch: Branch, use_case: str) -> None:
    clash = TimeZoneClash(branch.time_zone or by.institution.time_zone)
    with (
        recorded(by, use_case),
        refused_as(
            one_branch_for_each_code=AlreadyTaken(
                _("Another branch already uses the code %(code)s. Choose another.") % {"code": branch.code}, "code"
            ),
            instructor_is_in_one_place_at_a_time=clash,
            room_holds_one_meeting_at_a_time=clash,
        ),
    ):
        branch.save()


def _take_room(room: Room, changes: Mapping[str, Any]) -> None:
    found = take(room, changes, ROOM_FIELDS)
    if room.branch_id is None:
        found.append(FieldError("branch_id", _("Choose the room's branch.")))
    if found:
        raise Invalid.fields(found)


def _store_room(by: Actor, room: Room, use_case: str) -> None:
    taken = AlreadyTaken(_("This branch already has a room called %(name)s.") % {"name": room.name}, "name")
    with recorded(by, use_case), refused_as(one_room_for_each_name=taken):
        room.save()
    rooms.must_reach(by, "change", room)
