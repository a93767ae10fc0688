"""Settings: holidays and academic terms."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from django_tables2 import Column

from muster.institutions import rules
from muster.institutions.access import Actor
from muster.institutions.models import Holiday, Term
from muster.institutions.permissions import holidays, terms
from muster.institutions.queries import holidays_with_branch, terms_with_parent
from muster.institutions.references import listed, references_to
from muster.web.institutions.acting import Back, deleted, saved
from muster.web.institutions.forms.organisation import HolidayForm, TermForm
from muster.web.institutions.places import ActsColumn, edit_links
from muster.web.ui.pages import page
from muster.web.ui.parts import Action
from muster.web.ui.tables import Bucket, Buckets, Empty, Facet, Filters, NumberColumn, Table, TitleColumn, list_page
from muster.web.ui.templatetags.muster import local_date


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
    branch = Column(verbose_name=gettext_lazy("Applies to"), accessor="branch__name", empty_values=())
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
        return record.branch.name if record.branch else _("Whole institution")

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
        gettext_lazy("Applies to"), value="branch_id", text="branch__name", none=gettext_lazy("Whole institution")
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
            _("Holidays are skipped when sessions are created from weekly schedules. Add the first one."),
            "cal",
            [Action(_("Add holiday"), new, "plus")] if may_add else [],
        ),
        export_name="holidays",
    )


@page(holidays["change"])
def holiday_new(request: HttpRequest) -> HttpResponse:
    """Add a holiday."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return saved(
        request,
        HolidayForm(request.POST or None, actor=actor),
        lambda fields: rules.add_holiday(by=actor, fields=fields),
        title=_("Add holiday"),
        said=lambda holiday: _("%(name)s added.") % {"name": holiday.name},
        **_holidays(),
    )


@page(holidays["change"])
def holiday_edit(request: HttpRequest, holiday_id: str) -> HttpResponse:
    """Change a holiday."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    holiday = holidays.get(actor, holiday_id, "change")
    return saved(
        request,
        HolidayForm(request.POST or None, actor=actor, row=holiday),
        lambda changes: rules.change_holiday(by=actor, holiday=holiday, changes=changes),
        title=_("Edit %(name)s") % {"name": holiday.name},
        button=_("Save"),
        **_holidays(),
    )


@page(holidays["change"])
def holiday_delete(request: HttpRequest, holiday_id: str) -> HttpResponse:
    """Make its days ordinary again."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    holiday = holidays.get(actor, holiday_id, "change")
    days = (holiday.end_date - holiday.start_date).days + 1
    text = ngettext(
        "%(count)d day becomes a normal day again, with sessions as scheduled.",
        "%(count)d days become normal days again, with sessions as scheduled.",
        days,
    ) % {"count": days}
    return deleted(
        request,
        holiday,
        lambda: rules.delete_holiday(by=actor, holiday=holiday),
        button=_("Delete holiday"),
        text=[text],
        **_holidays(),
    )


class TermTable(Table):
    """Terms in a list."""

    counted = ngettext_lazy("%(count)d term", "%(count)d terms", "count")
    caption = gettext_lazy("Terms")
    cards = {"name": "title", "parent": "meta", "act": "figure"}

    name = TitleColumn(verbose_name=gettext_lazy("Name"))
    parent = Column(verbose_name=gettext_lazy("Part of"), accessor="parent__name")
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
        Bucket("years", gettext_lazy("Top level"), Q(parent__isnull=True)),
        Bucket("semesters", gettext_lazy("Second level"), Q(parent__isnull=False, parent__parent__isnull=True)),
        Bucket("periods", gettext_lazy("Third level"), Q(parent__parent__isnull=False)),
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
            _(
                "A term is a school year, a semester within it, or a grading period within that. Add the first "
                "one. Add the first one."
            ),
            "plan",
            [Action(_("Add term"), new, "plus")] if may_add else [],
        ),
        export_name="terms",
    )


@page(terms["change"])
def term_new(request: HttpRequest) -> HttpResponse:
    """Add a term."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return saved(
        request,
        TermForm(request.POST or None, actor=actor),
        lambda fields: rules.add_term(by=actor, fields=fields),
        title=_("Add term"),
        said=lambda term: _("%(name)s added.") % {"name": term.name},
        **_terms(),
    )


@page(terms["change"])
def term_edit(request: HttpRequest, term_id: str) -> HttpResponse:
    """Change a term."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    term = terms.get(actor, term_id, "change")
    return saved(
        request,
        TermForm(request.POST or None, actor=actor, row=term),
        lambda changes: rules.change_term(by=actor, term=term, changes=changes),
        title=_("Edit %(name)s") % {"name": term.name},
        button=_("Save"),
        **_terms(),
    )


@page(terms["change"])
def term_delete(request: HttpRequest, term_id: str) -> HttpResponse:
    """Delete a term that has none within it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    term = terms.get(actor, term_id, "change")
    return deleted(
        request,
        term,
        lambda: rules.delete_term(by=actor, term=term),
        button=_("Delete term"),
        text=[_("Nothing uses it. You can't undo this.")],
        in_use=listed([reference.words for reference in references_to(term)]),
        **_terms(),
    )


def _holidays() -> Back:
    back = reverse("settings:holidays")
    return {"back": back, "crumbs": [_("Holidays"), back]}


def _terms() -> Back:
    back = reverse("settings:terms")
    return {"back": back, "crumbs": [_("Terms"), back]}
