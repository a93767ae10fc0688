"""Saved views: how somebody likes to see a list, and how often it is mailed to them."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query
from typing_extensions import TypedDict

from muster.api.kit import (
    Deleted,
    Door,
    In,
    Paging,
    Stamped,
    answer,
    key,
    page_of,
    request_actor,
    request_object,
    stamp,
)
from muster.core.errors import Invalid
from muster.core.permissions import as_id
from muster.core.search import with_words
from muster.institutions.access import Actor
from muster.institutions.queries import colleague_named
from muster.saved_views import rules
from muster.saved_views.models import SavedView
from muster.saved_views.permissions import removed_views, views
from muster.saved_views.queries import views_in_full

router = Door(tags=["Saved views"])


class ViewIn(In):
    """A view of a list."""

    page: str = Field(..., max_length=60, description="The list's name, such as batches:list")
    within: str | None = Field(None, max_length=60, description="Of a list of one thing its id: the batch")
    name: str = Field(..., description="Up to 60 characters")
    query: str = Field("", description="Filters and order, as the list's address has them: status=Active&sort=name")
    is_shared: bool = Field(False, description="With all staff; each sees only the rows that are theirs to see")
    often: str = Field("never", description="Emailed to the caller: never, daily, weekly or monthly")


class ViewChanges(In):
    """What to change of it. What is not sent stays."""

    name: str | None = None
    query: str | None = None
    is_shared: bool | None = None


class ViewMailIn(In):
    """How often the caller gets it by email, and who else gets a shared one from now on."""

    often: str = Field(..., description="never, daily, weekly or monthly: in the morning of the institution's clock")
    recipients: list[str] = Field(
        [],
        max_length=rules.MOST_RECIPIENTS,
        description="Ids of people of the staff who may open the list, for whoever may change the view",
    )


class ViewOwnerOut(TypedDict):
    """Whose it is."""

    _id: str
    full_name: str


class ViewOut(Stamped):
    """A saved view. `url` opens the list; `often` is the caller's own."""

    page: str
    within: str | None
    list: str
    name: str
    query: str
    is_shared: bool
    often: str
    url: str
    owner: ViewOwnerOut


def view_json(row: Any) -> ViewOut:
    """A view of `views_in_full`."""
    return {
        **stamp(row),
        "page": row.page,
        "within": key(row.within),
        "list": row.list_title,
        "name": row.name,
        "query": row.query,
        "is_shared": row.is_shared,
        "often": row.often,
        "url": row.url,
        "owner": {"_id": str(row.owner_id), "full_name": row.owner.full_name},
    }


def _whole(actor: Actor, view: SavedView) -> ViewOut:
    return view_json(views_in_full(actor).get(pk=view.pk))


def _id_of(text: str | None) -> UUID | None:
    found = as_id(text) if text else None
    if text and found is None:
        raise Invalid(_("Nothing has this id."), field="within")
    return found


@router.get("/views", allow=views["see"], rows=ViewOut)
def list_views(request: HttpRequest, paging: Query[Paging]) -> HttpResponse:
    """The caller's views, and those that are shared with them, by name. None of a list that they may not open."""
    actor = request_actor(request)
    rows = with_words(views_in_full(actor), paging.q, "name").order_by("name__plain", "pk")
    return page_of(rows, paging, view_json, {"name": "name__plain", "page": "page"}, removed=removed_views.rows(actor))


@router.post("/views", allow=views["save"], data=ViewOut, status=201)
def save_view(request: HttpRequest, body: ViewIn) -> HttpResponse:
    """Save a view of a list."""
    actor = request_actor(request)
    row = rules.save_view(
        by=actor,
        page=body.page,
        within=_id_of(body.within),
        name=body.name,
        query=body.query,
        is_shared=body.is_shared,
        often=body.often,
    )
    return answer(_whole(actor, row), "View saved successfully", status=201)


@router.get("/views/{view_id}", allow=views["see"], on="view_id", data=ViewOut)
def see_view(request: HttpRequest, view_id: str) -> HttpResponse:
    """One view."""
    return answer(_whole(request_actor(request), request_object(request, SavedView)))


@router.put("/views/{view_id}", allow=views["change"], on="view_id", data=ViewOut)
def change_view(request: HttpRequest, view_id: str, body: ViewChanges) -> HttpResponse:
    """Rename a view, change its filters, share it or share it no longer."""
    actor = request_actor(request)
    row = rules.change_view(by=actor, view=request_object(request, SavedView), changes=body.sent())
    return answer(_whole(actor, row), "View updated successfully")


@router.put("/views/{view_id}/mail", allow=views["see"], on="view_id", data=ViewOut)
def mail_view(request: HttpRequest, view_id: str, body: ViewMailIn) -> HttpResponse:
    """Have a view emailed in the mornings, or no more; a shared one to colleagues too, who can stop it."""
    actor, row = request_actor(request), request_object(request, SavedView)
    to = [colleague_named(actor, pk, f"recipients.{place}") for place, pk in enumerate(body.recipients)]
    rules.mail_view(by=actor, view=row, often=body.often, to=to)
    return answer(_whole(actor, row), "View updated successfully")


@router.delete("/views/{view_id}", allow=views["change"], on="view_id", data=Deleted)
def remove_view(request: HttpRequest, view_id: str) -> HttpResponse:
    """Remove a view. For 30 days its owner can restore it."""
    row = rules.remove_view(by=request_actor(request), view=request_object(request, SavedView))
    return answer({"_id": key(row.pk)}, "View deleted successfully")


@router.post("/views/{view_id}/restore", allow=removed_views["restore"], on="view_id", data=ViewOut)
def restore_view(request: HttpRequest, view_id: str) -> HttpResponse:
    """Restore a view that was removed."""
    actor = request_actor(request)
    row = rules.restore_view(by=actor, view=request_object(request, SavedView))
    return answer(_whole(actor, row), "View restored successfully")
