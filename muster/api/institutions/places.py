"""Branches and their rooms."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query

from muster.api.institutions.bodies import BranchIn, RoomIn
from muster.api.institutions.organisation_shapes import BranchOut, RoomOut, branch_json, room_json
from muster.api.kit import Deleted, Door, Paging, answer, found, given, key, page_of, sorted_rows
from muster.core.errors import Invalid
from muster.core.permissions import as_id
from muster.institutions import rules
from muster.institutions.models import Branch, Room
from muster.institutions.permissions import branches, rooms
from muster.institutions.queries import branches_with_rooms, rooms_with_branch

router = Door()

BRANCH_COLUMNS = {"name": "name", "code": "code", "createdAt": "created_at"}
ROOM_COLUMNS = {"name": "name", "seats": "seats", "branch_name": "branch__name", "createdAt": "created_at"}


class BranchNarrowing(Paging):
    """The filters of the list of branches."""

    active: bool | None = None


class RoomNarrowing(BranchNarrowing):
    """The filters of the list of rooms."""

    branch: str = ""


def _branch_changes(body: BranchIn) -> dict[str, Any]:
    changes = {name: getattr(body, name) for name in body.model_fields_set if name != "active"}
    if "active" in body.model_fields_set:
        changes["is_active"] = body.active
    return changes


def _room_changes(actor: Any, body: RoomIn) -> dict[str, Any]:
    changes: dict[str, Any] = {name: getattr(body, name) for name in body.model_fields_set & {"name", "seats"}}
    if "active" in body.model_fields_set:
        changes["is_active"] = body.active
    if "branch_id" in body.model_fields_set:
        changes["branch"] = branches.named(actor, body.branch_id, "branch_id") if body.branch_id else None
    return changes


def _branch_shown(branch: Branch) -> BranchOut:
    return branch_json(branches_with_rooms(Branch.objects.filter(pk=branch.pk)).get())


@router.get("/branches", allow=branches["see"], rows=BranchOut)
def list_branches(request: HttpRequest, narrowing: Query[BranchNarrowing]) -> HttpResponse:
    """The branches, by name."""
    rows = branches_with_rooms(branches.rows(given(request)))
    if narrowing.active is not None:
        rows = rows.filter(is_active=narrowing.active)
    if narrowing.q:
        rows = rows.filter(Q(name__icontains=narrowing.q) | Q(code__icontains=narrowing.q))
    return page_of(sorted_rows(rows.order_by("name", "pk"), narrowing.sort, BRANCH_COLUMNS), narrowing, branch_json)


@router.post("/branches", allow=branches["create"], data=BranchOut, status=201)
def add_branch(request: HttpRequest, body: BranchIn) -> HttpResponse:
    """Add a branch."""
    branch = rules.add_branch(by=given(request), fields=_branch_changes(body))
    return answer(_branch_shown(branch), "Branch created successfully", status=201)


@router.get(
    "/branches/{branch_id}",
    allow=branches["see"],
    on="branch_id",
    among=lambda actor: branches_with_rooms(),
    data=BranchOut,
)
def see_branch(request: HttpRequest, branch_id: str) -> HttpResponse:
    """One branch."""
    return answer(branch_json(found(request, Branch)))


@router.put("/branches/{branch_id}", allow=branches["change"], on="branch_id", data=BranchOut)
def change_branch(request: HttpRequest, branch_id: str, body: BranchIn) -> HttpResponse:
    """Change only the fields you send. Changing the time zone moves the branch's sessions with it."""
    branch = rules.change_branch(by=given(request), branch=found(request, Branch), changes=_branch_changes(body))
    return answer(_branch_shown(branch), "Branch updated successfully")


@router.delete("/branches/{branch_id}", allow=branches["change"], on="branch_id", data=Deleted)
def delete_branch(request: HttpRequest, branch_id: str) -> HttpResponse:
    """Delete a branch that nothing refers to. Deactivate others (`active`: false)."""
    branch = found(request, Branch)
    rules.delete_branch(by=given(request), branch=branch)
    return answer({"_id": key(branch.pk)}, "Branch deleted successfully")


@router.get("/rooms", allow=rooms["see"], rows=RoomOut)
def list_rooms(request: HttpRequest, narrowing: Query[RoomNarrowing]) -> HttpResponse:
    """The rooms of all branches, or of one, by name."""
    rows = rooms.rows(given(request)).select_related("branch")
    if narrowing.branch:
        if (branch := as_id(narrowing.branch)) is None:
            raise Invalid(_("Nothing has this id."), field="branch")
        rows = rows.filter(branch=branch)
    if narrowing.active is not None:
        rows = rows.filter(is_active=narrowing.active)
    if narrowing.q:
        rows = rows.filter(name__icontains=narrowing.q)
    return page_of(sorted_rows(rows.order_by("name", "pk"), narrowing.sort, ROOM_COLUMNS), narrowing, room_json)


@router.post("/rooms", allow=rooms["change"], data=RoomOut, status=201)
def add_room(request: HttpRequest, body: RoomIn) -> HttpResponse:
    """Add a room to a branch."""
    actor = given(request)
    room = rules.add_room(by=actor, fields=_room_changes(actor, body))
    return answer(room_json(room), "Room created successfully", status=201)


@router.get("/rooms/{room_id}", allow=rooms["see"], on="room_id", among=lambda actor: rooms_with_branch(), data=RoomOut)
def see_room(request: HttpRequest, room_id: str) -> HttpResponse:
    """One room."""
    return answer(room_json(found(request, Room)))


@router.put("/rooms/{room_id}", allow=rooms["change"], on="room_id", data=RoomOut)
def change_room(request: HttpRequest, room_id: str, body: RoomIn) -> HttpResponse:
    """Change only the fields you send."""
    actor = given(request)
    room = rules.change_room(by=actor, room=found(request, Room), changes=_room_changes(actor, body))
    return answer(room_json(room), "Room updated successfully")


@router.delete("/rooms/{room_id}", allow=rooms["change"], on="room_id", data=Deleted)
def delete_room(request: HttpRequest, room_id: str) -> HttpResponse:
    """Delete a room in which nothing was ever scheduled. Deactivate others (`active`: false)."""
    room = found(request, Room)
    rules.delete_room(by=given(request), room=room)
    return answer({"_id": key(room.pk)}, "Room deleted successfully")
