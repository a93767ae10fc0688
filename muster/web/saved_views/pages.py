"""Saving a view of a list, naming and sharing it, having it mailed, and all of somebody's saved views."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from django.views.decorators.http import require_POST
from django_tables2 import Column

from muster.accounts.models import User
from muster.core.mailing_days import Mailed
from muster.core.permissions import as_id
from muster.core.search import in_order
from muster.core.spreadsheets import CSV, XLSX
from muster.institutions.access import MANAGER_ROLES, Actor
from muster.saved_views.lists import known_lists
from muster.saved_views.models import MOST_NAME, SavedView, ViewMailing
from muster.saved_views.permissions import removed_views, views
from muster.saved_views.queries import views_in_full
from muster.saved_views.rules import change_view, mail_view, may_receive, remove_view, restore_view, save_view
from muster.web.requests import ActorRequest
from muster.web.saved_views.lists import actions_on
from muster.web.ui.dialogs import ConfirmForm, redirect_with_message, render_dialog, submit_form
from muster.web.ui.forms import Form, PeopleChoice, posted_data
from muster.web.ui.pages import page
from muster.web.ui.tables import Bucket, Buckets, Empty, Facet, Filters, Table, TitleColumn, list_page
from muster.web.ui.undo import Undo
from muster.web.ui.widgets import dialog_link, menu, pill

# How often, in words of a form.
MORNINGS = [(Mailed.NEVER, gettext_lazy("Never")), *Mailed.choices[1:]]


# --- forms ------------------------------------------------------------------------------------------------------------
class MailForm(Form):
    """How often a view is mailed."""

    often = forms.ChoiceField(label=gettext_lazy("Email it to me"), choices=MORNINGS, initial=Mailed.NEVER)


class MailToForm(MailForm):
    """How often, and to whom else."""

    recipients = PeopleChoice(
        User.objects.none(),
        label=gettext_lazy("Also to"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Each gets only what their own role lets them see, and can stop it at any time."),
    )

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found: Any = self.fields["recipients"]
        found.queryset = in_order(people, "full_name")
        if not found.queryset.exists():
            del self.fields["recipients"]


class ViewForm(Form):
    """What a view is called, and who has it."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=MOST_NAME)
    is_shared = forms.BooleanField(
        label=gettext_lazy("Share with all staff"),
        help_text=gettext_lazy("Each person sees only the rows that their own role lets them see."),
        required=False,
    )

    def __init__(self, *args: Any, actor: Actor, within: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if within or not views.may(actor, "share"):
            del self.fields["is_shared"]


class NewViewForm(ViewForm):
    """A view that is mailed perhaps."""

    often = MailForm.base_fields["often"]


# --- saving and changing ----------------------------------------------------------------------------------------------
@page(views["save"])
def new_page(request: ActorRequest) -> HttpResponse:
    """Save the list as it is shown: the address says which, and with which filters."""
    actor, asked = request.actor, request.GET
    within = as_id(asked.get("within", ""))
    name, query = asked.get("page", ""), asked.get("query", "")
    back = known_lists().address_of(name, within, query) or reverse("views:list")
    form = NewViewForm(posted_data(request), actor=actor, within=within)

    def save() -> SavedView:
        return save_view(by=actor, page=name, within=within, query=query, **form.cleaned_data)

    if did := submit_form(form, save):
        undo = Undo(reverse("views:delete", args=[did.result.pk]))
        return redirect_with_message(request, did.result.url, _("%(name)s saved.") % {"name": did.result}, undo)
    return render_dialog(
        request,
        form,
        title=_("Save this view"),
        button=_("Save view"),
        back=back,
        text=[
            _("%(list)s, with the filters and the order that you see now. It opens with what is there then.")
            % {"list": known_lists().title_of(name) or _("A list")}
        ],
        crumbs=_way(),
    )


@page(views["see"])
def open_page(request: ActorRequest, view_id: UUID) -> HttpResponse:
    """The list as the view has it, or its export."""
    url = views.get(request.actor, view_id).url
    if (kind := request.GET.get("export", "")) in (CSV, XLSX):
        url += f"{'&' if '?' in url else '?'}export={kind}"
    return redirect(url)


@page(views["change"])
def edit_page(request: ActorRequest, view_id: UUID) -> HttpResponse:
    """Rename a view, share it or share it no longer."""
    actor = request.actor
    row = views.get(actor, view_id, "change")
    before = {"name": row.name, **({"is_shared": "on"} if row.is_shared else {})}
    form = ViewForm(posted_data(request), actor=actor, within=row.within, initial=before)
    if submit_form(form, lambda: change_view(by=actor, view=row, changes=form.cleaned_data)):
        return redirect_with_message(request, row.url, _("Saved."), Undo(request.path, before))
    return render_dialog(
        request,
        form,
        title=_("Rename or share “%(name)s”") % {"name": row},
        button=_("Save"),
        back=row.url,
        crumbs=_way(),
    )


@page(views["see"])
def mail_page(request: ActorRequest, view_id: UUID) -> HttpResponse:
    """Have a view mailed, or no more: each mail leads here."""
    actor = request.actor
    row: Any = views.get(actor, view_id, "see", among=views_in_full(actor))
    asked = request.GET.get("often", "")
    shown = asked if asked in Mailed.values else row.often
    form = MailToForm(posted_data(request), initial={"often": shown}, people=may_receive(actor, row, MANAGER_ROLES))

    def mail() -> None:
        given = form.cleaned_data
        mail_view(by=actor, view=row, often=given["often"], to=given.get("recipients") or ())

    if submit_form(form, mail):
        words = {Mailed.NEVER: _("%(name)s is no longer emailed to you.")}
        said = words.get(form.cleaned_data["often"], _("%(name)s will be emailed to you."))
        undo = Undo(request.path, {"often": row.often})
        return redirect_with_message(request, row.url, said % {"name": row}, undo)
    return render_dialog(
        request,
        form,
        title=_("Email “%(name)s”") % {"name": row},
        button=_("Save"),
        back=row.url,
        text=[
            _("The email says how many rows the view has for you, and leads to them. Every email has a link to stop.")
        ],
        crumbs=_way(),
    )


@page(views["change"])
def delete_page(request: ActorRequest, view_id: UUID) -> HttpResponse:
    """Ask, saying who else loses it, then remove a view."""
    actor = request.actor
    row = views.get(actor, view_id, "change")
    form = ConfirmForm(posted_data(request))
    back = known_lists().address_of(row.page, row.within, "")
    if submit_form(form, lambda: remove_view(by=actor, view=row)):
        undo = Undo(reverse("views:restore", args=[row.pk])) if removed_views.allows(actor, "restore", row) else None
        return redirect_with_message(request, back, _("%(name)s deleted.") % {"name": row}, undo)
    others = ViewMailing.objects.filter(view=row).exclude(user=actor.user).count()
    mailed = ngettext("%(count)d other person gets it by email.", "%(count)d other people get it by email.", others) % {
        "count": others
    }
    return render_dialog(
        request,
        form,
        title=_("Delete the view “%(name)s”?") % {"name": row},
        button=_("Delete view"),
        back=row.url,
        text=[
            _("No rows are deleted, only the way to show them."),
            *([_("All staff lose it.")] if row.is_shared else []),
            *([mailed] if others else []),
        ],
        tone="bad",
        crumbs=_way(),
    )


@page(removed_views["restore"])
@require_POST
def restore_page(request: ActorRequest, view_id: UUID) -> HttpResponse:
    """Have a view back."""
    row = removed_views.get(request.actor, view_id, "restore")
    restore_view(by=request.actor, view=row)
    undo = Undo(reverse("views:delete", args=[row.pk]))
    return redirect_with_message(request, row.url, _("%(name)s restored.") % {"name": row}, undo)


def _way() -> list[str]:
    return [_("Saved views"), reverse("views:list")]


# --- all of them ------------------------------------------------------------------------------------------------------
class ListFacet(Facet):
    """The lists, by what each is called."""

    def __init__(self) -> None:
        super().__init__(gettext_lazy("List"), value="page")

    def options(self, counts: Any, chosen: str, called: str = "") -> list[Any]:
        """The choices to offer, by their titles."""
        self.words = {name: known_lists().title_of(name) for name in known_lists().names()}
        return super().options(counts, chosen, called)


class SavedViewFilters(Filters):
    """How saved views are found."""

    search = ("name",)
    search_hint = gettext_lazy("Name of a view")

    list = ListFacet()
    whose = Buckets(
        gettext_lazy("Whose"),
        Bucket("own", gettext_lazy("My own"), Q(is_own=True)),
        Bucket("shared", gettext_lazy("Shared with staff"), Q(is_shared=True)),
    )
    mail = Buckets(
        gettext_lazy("Email"),
        Bucket("mine", gettext_lazy("Emailed to me"), ~Q(often=Mailed.NEVER)),
    )


class SavedViewTable(Table):
    """Saved views, each leading to its list."""

    counted = ngettext_lazy("%(count)s saved view", "%(count)s saved views", "count")
    caption = gettext_lazy("Saved views")
    cards = {"name": "title", "page": "meta", "is_shared": "status", "owner": "meta", "often": "meta", "acts": "figure"}

    name = TitleColumn(verbose_name=gettext_lazy("View"), url=lambda row: row.url)
    page = Column(verbose_name=gettext_lazy("List"))
    owner = Column(accessor="owner__full_name", verbose_name=gettext_lazy("Owner"))
    is_shared = Column(verbose_name=gettext_lazy("Who has it"))
    often = Column(verbose_name=gettext_lazy("Emailed to me"))
    acts = Column(empty_values=(), orderable=False, exclude_from_export=True, verbose_name=gettext_lazy("Actions"))

    class Meta(Table.Meta):
        sequence = ("name", "page", "owner", "is_shared", "often", "acts")

    def render_page(self, record: Any) -> str:
        return str(record.list_title)

    def render_is_shared(self, record: Any) -> SafeString | str:
        return pill(_("All staff"), tone="info", icon="batches") if record.is_shared else _("Only the owner")

    def value_is_shared(self, record: Any) -> str:
        return _("All staff") if record.is_shared else _("Only the owner")

    def render_often(self, record: Any) -> str:
        return "–" if record.often == Mailed.NEVER else str(Mailed(record.often).label)

    def render_acts(self, record: Any) -> SafeString:
        name = format_html('<span class="vh"> {}</span>', record.name)
        acts = [(format_html("{}{}", label, name), url, icon) for label, url, icon in actions_on(record)]
        links = [dialog_link(label, url, icon, plain=True) for label, url, icon in acts]
        words = _("Actions for %(name)s") % {"name": record}
        shown = menu(SafeString("".join(links)), words, f"acts-{record.pk}", icon="dots", quiet=True, only=True)
        return format_html('<span class="row-acts">{}</span>', SafeString(shown))


@page(views["see"])
def view_list(request: ActorRequest) -> HttpResponseBase:
    """All views that somebody has, and that are shared with them."""
    text = _("Set the filters of a list and choose “Save this view” above it. Your views appear there and here.")
    return list_page(
        request,
        table_class=SavedViewTable,
        filterset_class=SavedViewFilters,
        queryset=views_in_full(request.actor).order_by("name__plain", "pk"),
        template="components/list_page.html",
        context={"title": _("Saved views"), "nav": "views"},
        empty=Empty(_("No saved views yet"), text, "keep"),
        export_name="saved-views",
    )
