"""Settings: holidays and academic terms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from django_tables2 import Column

from muster.core.errors import DomainError
from muster.core.pages import accepted, form_refused, page
from muster.core.parts import Action
from muster.core.sheets import done, sheet
from muster.core.tables import Bucket, Buckets, Empty, Facet, Filters, NumberColumn, Table, TitleColumn, list_page
from muster.core.templatetags.muster import local_date
from muster.institutions import rules
from muster.institutions.access import Actor
from muster.institutions.forms.changing import Agreed
from muster.institutions.forms.organisation import HolidayForm, TermForm
from muster.institutions.models import Holiday, Term
from muster.institutions.pages.places import ActsColumn, edit_links
from muster.institutions.permissions import holidays, terms
from muster.institutions.queries import holidays_with_branch, terms_with_parent
from muster.institutions.references import listed, references_to


class DayColumn(Column):  # type: ignore[misc]
    """A date in words."""

    def render(self, value: dt.date) -> str:
        return local_date(value, "day")


class HolidayTable(Table):
    """Holidays in a list."""

    counted = ngettext_lazy("%(count)d holiday", "%(count)d holidays", "count")
    caption = gettext_lazy("Holidays")
    cards = {"name": "title", "branch": "meta", "act": "figure"}

    name = TitleColumn(verbose_name=gettext_lazy("Name"))
    start_date = DayColumn(verbose_name=gettext_lazy("First day"))
    end_date = DayColumn(verbose_name=gettext_lazy("Last day"))
    days = NumberColumn(verbose_name=gettext_lazy("Days"), empty_values=(), orderable=False)
    branch = Column(verbose_name=gettext_lazy("Where"), accessor="branch__name", empty_values=())
    act = ActsColumn()

    class Meta(Table.Meta):
        order_by = ("start_date",)

    def __init__(self, *args: object, reach: frozenset[object] | None = frozenset(), **kwargs: object) -> None:
        # The branches whose holidays the reader changes; None: all there are.
        self.reach = reach
        super().__init__(*args, **kwargs)
        if reach is not None and not reach:
            self.columns.hide("act")

    def render_days(self, record: Holiday) -> int:
        return (record.end_date - record.start_date).days + 1

    def render_branch(self, record: Holiday) -> str:
        return record.branch.name if record.branch else _("The whole institution")

    def render_act(self, record: Holiday) -> SafeString:
        if self.reach is not None and record.branch_id not in self.reach:
            return SafeString("")
        return edit_links("settings:holiday", record)


class HolidayFilters(Filters):
    """How the list of holidays is narrowed."""

    search = ("name",)
    search_hint = gettext_lazy("Name")
    year = Facet(gettext_lazy("Year"), value="start_date__year", descending=True)
    branch = Facet(
        gettext_lazy("Where"), value="branch_id", text="branch__name", none=gettext_lazy("The whole institution")
    )


@page(holidays["see"])
def holiday_list(request: HttpRequest) -> HttpResponseBase:
    """The days without class."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    may_add = holidays.may(actor, "change")
    new = reverse("settings:holiday-new")
    own = frozenset(grant.branch_id for grant in actor.grants if grant.branch_id)
    return list_page(
        request,
        table_class=HolidayTable,
        filterset_class=HolidayFilters,
        queryset=holidays_with_branch(holidays.rows(actor)),
        template="settings/list.html",
        table_kwargs={"reach": None if actor.is_admin else own if may_add else frozenset()},
        context={
            "nav": "settings",
            "title": _("Holidays"),
            "new_url": new if may_add else "",
            "new_label": _("Add holiday"),
            "as_sheet": True,
        },
        empty=Empty(
            _("No holidays yet"),
            _("On a holiday no class is held: it is left out when sessions are made from the timetable."),
            "cal",
            [Action(_("Add holiday"), new, "plus")] if may_add else [],
        ),
        export_name="holidays",
    )


@page(holidays["change"])
def holiday_new(request: HttpRequest) -> HttpResponse:
    """Add a holiday."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = HolidayForm(request.POST or None, actor=actor)
    holiday = accepted(form, lambda fields: rules.add_holiday(by=actor, fields=fields))
    if holiday is not None:
        return done(request, reverse("settings:holidays"), _("%(name)s is added.") % {"name": holiday.name})
    return _sheet(request, form, _holidays(), _("Add holiday"), _("Add holiday"))


@page(holidays["change"])
def holiday_edit(request: HttpRequest, holiday_id: str) -> HttpResponse:
    """Change a holiday."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    holiday = holidays.get(actor, holiday_id, "change")
    form = HolidayForm(request.POST or None, actor=actor, row=holiday)
    if accepted(form, lambda changes: rules.change_holiday(by=actor, holiday=holiday, changes=changes)) is not None:
        return done(request, reverse("settings:holidays"), _("Saved."))
    return _sheet(request, form, _holidays(), _("Edit %(name)s") % {"name": holiday.name}, _("Save"))


@page(holidays["change"])
def holiday_delete(request: HttpRequest, holiday_id: str) -> HttpResponse:
    """Make its days ordinary again."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    holiday = holidays.get(actor, holiday_id, "change")
    form = Agreed(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            rules.delete_holiday(by=actor, holiday=holiday)
        except DomainError as error:
            form_refused(form, error)
        else:
            return done(request, reverse("settings:holidays"), _("%(name)s is deleted.") % {"name": holiday.name})
    days = (holiday.end_date - holiday.start_date).days + 1
    text = ngettext(
        "%(count)d day becomes an ordinary one again, with class by the timetable.",
        "%(count)d days become ordinary ones again, with class by the timetable.",
        days,
    ) % {"count": days}
    return _sheet(
        request, form, _holidays(), _("Delete %(name)s?") % {"name": holiday.name}, _("Delete holiday"), [text], "bad"
    )


class TermTable(Table):
    """Terms in a list."""

    counted = ngettext_lazy("%(count)d term", "%(count)d terms", "count")
    caption = gettext_lazy("Terms")
    cards = {"name": "title", "parent": "meta", "act": "figure"}

    name = TitleColumn(verbose_name=gettext_lazy("Name"))
    parent = Column(verbose_name=gettext_lazy("Within"), accessor="parent__name")
    school_year = NumberColumn(verbose_name=gettext_lazy("School year"))
    start_date = DayColumn(verbose_name=gettext_lazy("First day"))
    end_date = DayColumn(verbose_name=gettext_lazy("Last day"))
    act = ActsColumn()

    class Meta(Table.Meta):
        order_by = ("start_date", "-end_date")

    def __init__(self, *args: object, may_change: bool = False, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if not may_change:
            self.columns.hide("act")

    def render_act(self, record: Term) -> SafeString:
        return edit_links("settings:term", record)


class TermFilters(Filters):
    """How the list of terms is narrowed."""

    search = ("name",)
    search_hint = gettext_lazy("Name")
    school_year = Facet(gettext_lazy("School year"), value="school_year", descending=True)
    level = Buckets(
        gettext_lazy("Level"),
        Bucket("years", gettext_lazy("Not within another"), Q(parent__isnull=True)),
        Bucket("semesters", gettext_lazy("Within one"), Q(parent__isnull=False, parent__parent__isnull=True)),
        Bucket("periods", gettext_lazy("Within two"), Q(parent__parent__isnull=False)),
    )


@page(terms["see"])
def term_list(request: HttpRequest) -> HttpResponseBase:
    """The academic terms."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    may_add = terms.may(actor, "change")
    new = reverse("settings:term-new")
    return list_page(
        request,
        table_class=TermTable,
        filterset_class=TermFilters,
        queryset=terms_with_parent(terms.rows(actor)),
        template="settings/list.html",
        table_kwargs={"may_change": may_add},
        context={
            "nav": "settings",
            "title": _("Terms"),
            "new_url": new if may_add else "",
            "new_label": _("Add term"),
            "as_sheet": True,
        },
        empty=Empty(
            _("No terms yet"),
            _("A term is a school year, a semester within it, or a grading period within that."),
            "plan",
            [Action(_("Add term"), new, "plus")] if may_add else [],
        ),
        export_name="terms",
    )


@page(terms["change"])
def term_new(request: HttpRequest) -> HttpResponse:
    """Add a term."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = TermForm(request.POST or None, actor=actor)
    term = accepted(form, lambda fields: rules.add_term(by=actor, fields=fields))
    if term is not None:
        return done(request, reverse("settings:terms"), _("%(name)s is added.") % {"name": term.name})
    return _sheet(request, form, _terms(), _("Add term"), _("Add term"))


@page(terms["change"])
def term_edit(request: HttpRequest, term_id: str) -> HttpResponse:
    """Change a term."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    term = terms.get(actor, term_id, "change")
    form = TermForm(request.POST or None, actor=actor, row=term)
    if accepted(form, lambda changes: rules.change_term(by=actor, term=term, changes=changes)) is not None:
        return done(request, reverse("settings:terms"), _("Saved."))
    return _sheet(request, form, _terms(), _("Edit %(name)s") % {"name": term.name}, _("Save"))


@page(terms["change"])
def term_delete(request: HttpRequest, term_id: str) -> HttpResponse:
    """Delete a term that has none within it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    term = terms.get(actor, term_id, "change")
    form = Agreed(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            rules.delete_term(by=actor, term=term)
        except DomainError as error:
            form_refused(form, error)
        else:
            return done(request, reverse("settings:terms"), _("%(name)s is deleted.") % {"name": term.name})
    in_use = listed([reference.words for reference in references_to(term)])
    if in_use:
        text = [] if form.is_bound else [_("It has %(what)s. Delete those first.") % {"what": in_use}]
        return _sheet(request, form, _terms(), _("%(name)s cannot be deleted") % {"name": term.name}, "", text)
    text = [_("Nothing refers to it. It cannot be brought back.")]
    return _sheet(request, form, _terms(), _("Delete %(name)s?") % {"name": term.name}, _("Delete term"), text, "bad")


def _sheet(
    request: HttpRequest,
    form: HolidayForm | TermForm | Agreed,
    of: tuple[str, str],
    title: str,
    button: str,
    text: Sequence[str] = (),
    tone: str = "",
) -> HttpResponse:
    """The sheet of an action on a holiday or a term; `of` names the list it goes back to."""
    word, back = of
    return sheet(
        request,
        form,
        title=title,
        button=button,
        back=back,
        text=text,
        tone=tone,
        crumbs=[_("Settings"), reverse("settings:index"), word, back],
        context={"nav": "settings"},
    )


def _holidays() -> tuple[str, str]:
    return _("Holidays"), reverse("settings:holidays")


def _terms() -> tuple[str, str]:
    return _("Terms"), reverse("settings:terms")
