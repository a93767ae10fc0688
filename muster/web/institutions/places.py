"""Settings: branches and their rooms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Model, Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django_tables2 import Column

from muster.core.errors import DomainError
from muster.institutions import rules
from muster.institutions.access import Actor
from muster.institutions.models import Branch, Room
from muster.institutions.permissions import branches, rooms
from muster.institutions.queries import branches_with_rooms, rooms_with_branch
from muster.institutions.references import listed, references_to
from muster.web.institutions.acting import Back, saved, settings_sheet
from muster.web.institutions.forms.organisation import BranchForm, RoomForm
from muster.web.ui.pages import form_refused, page
from muster.web.ui.parts import Action, Fact
from muster.web.ui.sheets import Agreed, done
from muster.web.ui.tables import Bucket, Buckets, Empty, Filters, NumberColumn, Table, TitleColumn, list_page
from muster.web.ui.templatetags.muster import pill, sheet_link


class ActsColumn(Column):  # type: ignore[misc]
    """What may be done with a row, at its end; on a phone below it."""

    def __init__(self) -> None:
        super().__init__(
            verbose_name=gettext_lazy("Actions"),
            accessor="pk",
            orderable=False,
            empty_values=(),
            exclude_from_export=True,
        )

    @property
    def header(self) -> SafeString:
        """The heading, for screen readers alone."""
        return format_html('<span class="vh">{}</span>', self.verbose_name)


def active_pill(is_active: bool) -> SafeString:
    """Whether a place is offered."""
    return pill(_("Active"), "good", "okc") if is_active else pill(_("Inactive"), icon="pause")


ACTIVE = (
    Bucket("yes", gettext_lazy("Active"), Q(is_active=True)),
    Bucket("no", gettext_lazy("Inactive"), Q(is_active=False)),
)


class BranchTable(Table):
    """Branches in a list."""

    counted = ngettext_lazy("%(count)d branch", "%(count)d branches", "count")
    caption = gettext_lazy("Branches")
    cards = {"name": "title", "is_active": "status", "address": "meta", "time_zone": "meta"}

    name = TitleColumn(
        verbose_name=gettext_lazy("Name"),
        url=lambda branch: reverse("settings:branch", args=[branch.pk]),
        sub=lambda branch: branch.code,
    )
    address = Column(verbose_name=gettext_lazy("Address"))
    time_zone = Column(verbose_name=gettext_lazy("Time zone"), empty_values=())
    room_count = NumberColumn(verbose_name=gettext_lazy("Rooms"))
    seat_count = NumberColumn(verbose_name=gettext_lazy("Seats"))
    is_active = Column(verbose_name=gettext_lazy("Status"))

    class Meta(Table.Meta):
        order_by = ("name",)

    def render_time_zone(self, value: str) -> str:
        return value.replace("_", " ") if value else _("Same as institution")

    def render_is_active(self, value: bool) -> SafeString:
        return active_pill(value)


class BranchFilters(Filters):
    """How the list of branches is narrowed."""

    search = ("name", "code", "address")
    state = Buckets(gettext_lazy("Status"), *ACTIVE)


@page(branches["see"])
def branch_list(request: HttpRequest) -> HttpResponseBase:
    """All branches."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    new = reverse("settings:branch-new") if branches.may(actor, "create") else ""
    return list_page(
        request,
        table_class=BranchTable,
        filterset_class=BranchFilters,
        queryset=branches_with_rooms(branches.rows(actor)),
        template="settings/list.html",
        context={"nav": "settings", "title": _("Branches"), "new_url": new, "new_label": _("Add branch")},
        empty=Empty(
            _("No branches yet"),
            _(
                "A branch is a place where you teach, with its own rooms, holidays and, if needed, time zone. Add "
                "the first one."
            ),
            "pin",
            [Action(_("Add branch"), new, "plus")] if new else [],
        ),
        export_name="branches",
    )


class RoomTable(Table):
    """The rooms of a branch."""

    counted = ngettext_lazy("%(count)d room", "%(count)d rooms", "count")
    caption = gettext_lazy("Rooms")
    cards = {"name": "title", "is_active": "status", "act": "figure"}

    name = TitleColumn(verbose_name=gettext_lazy("Room"))
    seats = NumberColumn(verbose_name=gettext_lazy("Seats"))
    slot_count = NumberColumn(verbose_name=gettext_lazy("Weekly slots"))
    is_active = Column(verbose_name=gettext_lazy("Status"))
    act = ActsColumn()

    class Meta(Table.Meta):
        order_by = ("name",)

    def __init__(self, *args: Any, may_change: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_change:
            self.columns.hide("act")

    def render_is_active(self, value: bool) -> SafeString:
        return active_pill(value)

    def render_act(self, record: Room) -> SafeString:
        return edit_links("settings:room", record)


class RoomFilters(Filters):
    """How the rooms of a branch are narrowed."""

    search = ("name",)
    search_hint = gettext_lazy("Name of the room")
    state = Buckets(gettext_lazy("Status"), *ACTIVE)


def edit_links(route: str, row: Model) -> SafeString:
    """The links at the end of a row: edit, delete."""
    edit = sheet_link(_("Edit"), reverse(f"{route}-edit", args=[row.pk]), tone="quiet")
    delete = sheet_link(_("Delete"), reverse(f"{route}-delete", args=[row.pk]), tone="quiet")
    return format_html('<span class="row-acts">{}{}</span>', edit, delete)


@page(branches["see"])
def branch_page(request: HttpRequest, branch_id: str) -> HttpResponseBase:
    """One branch and its rooms."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    branch = branches.get(actor, branch_id, among=branches_with_rooms())
    may_change = branches.allows(actor, "change", branch)
    zone = branch.time_zone or actor.institution.time_zone
    new = reverse("settings:room-new", args=[branch.pk])
    return list_page(
        request,
        table_class=RoomTable,
        filterset_class=RoomFilters,
        queryset=rooms_with_branch(rooms.rows(actor).filter(branch=branch)),
        template="settings/branch.html",
        table_kwargs={"may_change": may_change},
        context={
            "nav": "settings",
            "branch": branch,
            "may_change": may_change,
            "new_url": new if may_change else "",
            "facts": [
                Fact(_("Rooms"), branch.room_count, _("%(seats)d seats") % {"seats": branch.seat_count}),  # type: ignore[attr-defined]
                Fact(_("Batches"), branch.batch_count, _("upcoming or active")),  # type: ignore[attr-defined]
                Fact(
                    _("Time zone"),
                    zone.replace("_", " "),
                    "" if branch.time_zone else _("same as institution"),
                ),
                Fact(_("Address"), branch.address or "–"),
            ],
        },
        empty=Empty(
            _("No rooms yet"),
            _("Add rooms so that sessions can be booked into them. A room can't be double-booked."),
            "room",
            [Action(_("Add room"), new, "plus")] if may_change else [],
        ),
        export_name=f"rooms-{branch.code.lower()}",
    )


@page(branches["create"])
def branch_new(request: HttpRequest) -> HttpResponse:
    """Add a branch."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    back = reverse("settings:branches")
    return saved(
        request,
        BranchForm(request.POST or None, actor=actor),
        lambda fields: rules.add_branch(by=actor, fields=fields),
        title=_("Add branch"),
        said=lambda branch: _("%(branch)s added. Now add its rooms.") % {"branch": branch.name},
        then=lambda branch: reverse("settings:branch", args=[branch.pk]),
        back=back,
        crumbs=[_("Branches"), back],
    )


@page(branches["change"])
def branch_edit(request: HttpRequest, branch_id: str) -> HttpResponse:
    """Change a branch."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    branch = branches.get(actor, branch_id, "change")
    return saved(
        request,
        BranchForm(request.POST or None, actor=actor, row=branch),
        lambda changes: rules.change_branch(by=actor, branch=branch, changes=changes),
        title=_("Edit %(branch)s") % {"branch": branch.name},
        button=_("Save"),
        **_at(branch),
    )


@page(branches["change"])
def branch_delete(request: HttpRequest, branch_id: str) -> HttpResponse:
    """Delete a branch, or deactivate it where it is in use."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    branch = branches.get(actor, branch_id, "change")
    return delete_or_deactivate(
        request,
        row=branch,
        also=("memberships",),
        delete=lambda: rules.delete_branch(by=actor, branch=branch),
        deactivate=lambda: rules.change_branch(by=actor, branch=branch, changes={"is_active": False}),
        gone=reverse("settings:branches"),
        **_at(branch),
    )


@page(rooms["change"])
def room_new(request: HttpRequest, branch_id: str) -> HttpResponse:
    """Add a room to a branch."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    branch = branches.get(actor, branch_id, "change")
    return saved(
        request,
        RoomForm(request.POST or None, actor=actor, initial={"branch_id": branch.pk}),
        lambda fields: rules.add_room(by=actor, fields=fields),
        title=_("Add room"),
        said=lambda room: _("Room %(room)s added.") % {"room": room.name},
        then=_branch_of,
        **_at(branch),
    )


@page(rooms["change"])
def room_edit(request: HttpRequest, room_id: str) -> HttpResponse:
    """Change a room."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    room = rooms.get(actor, room_id, "change", among=Room.objects.select_related("branch"))
    return saved(
        request,
        RoomForm(request.POST or None, actor=actor, row=room),
        lambda changes: rules.change_room(by=actor, room=room, changes=changes),
        title=_("Edit room %(room)s") % {"room": room.name},
        button=_("Save"),
        then=_branch_of,
        **_at(room.branch),
    )


@page(rooms["change"])
def room_delete(request: HttpRequest, room_id: str) -> HttpResponse:
    """Delete a room, or deactivate it where it is in use."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    room = rooms.get(actor, room_id, "change", among=Room.objects.select_related("branch"))
    return delete_or_deactivate(
        request,
        row=room,
        delete=lambda: rules.delete_room(by=actor, room=room),
        deactivate=lambda: rules.change_room(by=actor, room=room, changes={"is_active": False}),
        gone=_branch_of(room),
        **_at(room.branch),
    )


def _at(branch: Branch) -> Back:
    """Back to the page of a branch."""
    page = reverse("settings:branch", args=[branch.pk])
    return {"back": page, "crumbs": [_("Branches"), reverse("settings:branches"), branch.name, page]}


def _branch_of(room: Room) -> str:
    return reverse("settings:branch", args=[room.branch_id])


def delete_or_deactivate(
    request: HttpRequest,
    *,
    row: Branch | Room,
    delete: Any,
    deactivate: Any,
    back: str,
    gone: str,
    crumbs: Sequence[str],
    also: tuple[str, ...] = (),
) -> HttpResponse:
    """Ask whether to delete what nothing refers to, or else to deactivate it, saying in numbers what refers to it."""
    in_use = references_to(row, also=also)
    form = Agreed(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            if in_use:
                deactivate()
                return done(request, back, _("%(name)s deactivated.") % {"name": row.name})
            delete()
        except DomainError as error:
            form_refused(form, error)
        else:
            return done(request, gone, _("%(name)s deleted.") % {"name": row.name})
    if not in_use:
        title, button = _("Delete %(name)s?") % {"name": row.name}, _("Delete")
        text = [_("Nothing uses it. You can't undo this.")]
    else:
        what = listed([reference.words for reference in in_use])
        title = _("%(name)s can't be deleted") % {"name": row.name}
        text = [_("It has %(what)s.") % {"what": what}]
        button = _("Deactivate instead") if row.is_active else ""
        text.append(
            _("If you deactivate it, it keeps everything it has but can't be chosen anymore.")
            if row.is_active
            else _("It's already inactive and can't be chosen anymore.")
        )
    return settings_sheet(
        request,
        form,
        title=title,
        button=button,
        back=back,
        text=text,
        tone="" if in_use else "bad",
        crumbs=crumbs,
    )
