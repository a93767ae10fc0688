"""Reports: what can be ordered, what was made, one of them with its progress and its file."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django_tables2 import Column

from muster.core.errors import Forbidden, Missing
from muster.institutions.access import Actor
from muster.reports import rules
from muster.reports.kinds import KINDS, ReportDefinition, definitions_for
from muster.reports.models import ReportKind, ReportOrder, ReportSchedule
from muster.reports.permissions import reports
from muster.reports.queries import reports_in_full, reports_seen_by
from muster.web.reports.forms import ReportForm
from muster.web.reports.views import tabs_of_reports
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import ConfirmForm, redirect_with_message, render_dialog, submit_form
from muster.web.ui.downloads import response_of
from muster.web.ui.forms import posted_data
from muster.web.ui.pages import page, vary_on_htmx, wants_fragment
from muster.web.ui.tables import Empty, Facet, Filters, Table, TitleColumn, list_page
from muster.web.ui.widgets import crumbs, local_time, percent, pill

PILLS = {
    ReportOrder.Status.WAITING: ("", "clock"),
    ReportOrder.Status.RUNNING: ("accent", "half"),
    ReportOrder.Status.DONE: ("good", "okc"),
    ReportOrder.Status.REFUSED: ("bad", "xc"),
    ReportOrder.Status.FAILED: ("bad", "alert"),
}


def state_of_report(order: ReportOrder) -> SafeString:
    """Where a report stands; a running one with how far it is."""
    if order.status == ReportOrder.Status.DONE and not order.is_kept:
        return pill(_("File removed"), "", "archive")
    tone, icon = PILLS[ReportOrder.Status(order.status)]
    words = str(order.get_status_display())
    return pill(
        f"{words}, {percent(order.progress)}" if order.status == ReportOrder.Status.RUNNING else words, tone, icon
    )


class OrderTable(Table):
    """Reports that were ordered."""

    counted = ngettext_lazy("%(count)s report", "%(count)s reports", "count")
    caption = gettext_lazy("Your reports")
    cards = {
        "kind": "title",
        "format": "meta",
        "by": "meta",
        "created_at": "meta",
        "status": "status",
        "acts": "figure",
    }

    kind = TitleColumn(
        accessor="get_kind_display",
        order_by="kind",
        verbose_name=gettext_lazy("Report"),
        url=lambda order: reverse("reports:report", args=[order.pk]),
        sub=lambda order: order.subject,
    )
    format = Column(verbose_name=gettext_lazy("Format"))
    by = Column(accessor="by__full_name", verbose_name=gettext_lazy("Ordered by"))
    created_at = Column(verbose_name=gettext_lazy("Ordered"))
    status = Column(verbose_name=gettext_lazy("Status"))
    acts = Column(gettext_lazy("Actions"), accessor="pk", empty_values=(), orderable=False, exclude_from_export=True)

    class Meta(Table.Meta):
        order_by = ("-created_at",)

    def render_by(self, record: Any) -> Any:
        if record.schedule_id is None:
            return record.by.full_name
        return format_html('{}<span class="s">{}</span>', record.by.full_name, _("by schedule"))

    def render_created_at(self, value: datetime) -> str:
        return local_time({"request": self.request}, value)  # type: ignore[arg-type]

    def render_status(self, record: ReportOrder) -> SafeString:
        return state_of_report(record)

    def render_acts(self, record: ReportOrder) -> Any:
        if not record.is_kept:
            return ""
        words = format_html('{}<span class="vh"> {}</span>', _("Download"), record.file_name)
        url = reverse("reports:file", args=[record.pk])
        return format_html(
            '<span class="row-acts"><a class="btn btn-quiet" href="{}" download>{}</a></span>', url, words
        )


class ReportListFilters(Filters):
    """By what they are about, and how they stand."""

    search = ("subject",)
    search_hint = gettext_lazy("Batch, department or days")
    kind = Facet(gettext_lazy("Report"), value="kind", words=ReportKind.choices)
    status = Facet(gettext_lazy("Status"), value="status", words=ReportOrder.Status.choices)


@page(reports["see"])
def report_list(request: ActorRequest) -> HttpResponseBase:
    """What can be ordered, and the reports that the person ordered or was sent."""
    actor = request.actor
    kinds = [(one, f"{reverse('reports:order')}?kind={one.kind.value}") for one in definitions_for(actor)]
    return list_page(
        request,
        table_class=OrderTable,
        filterset_class=ReportListFilters,
        queryset=reports_seen_by(actor),
        template="reports/index.html",
        context={"nav": "reports", "kinds": kinds, "tabs": tabs_of_reports("index")},
        empty=Empty(_("No reports yet"), _("Choose one above. It's made in the background and kept here."), "note"),
        export_name="reports",
    )


def _definition(actor: Actor, kind: str) -> ReportDefinition:
    """The kind; the first that the actor may order where none is named. Raises Missing, Forbidden."""
    if not kind:
        return definitions_for(actor)[0]
    if kind not in KINDS:
        raise Missing
    if not KINDS[kind].allow.may(actor):
        raise Forbidden
    return KINDS[kind]


@page(reports["order"])
def order_page(request: ActorRequest) -> HttpResponse:
    """Order a report, now or on its mornings."""
    actor = request.actor
    definition = _definition(actor, request.GET.get("kind", ""))
    kind = definition.kind.value
    start = {name: request.GET.get(name) for name in ("batch", "branch", "department", "course")}
    form = ReportForm(posted_data(request), actor=actor, definition=definition, initial=start)

    def order() -> ReportOrder | ReportSchedule:
        asked: dict[str, Any] = {"kind": kind, "filters": form.filters, "form": form.cleaned_data["format"]}
        if form.is_scheduled:
            given = form.cleaned_data
            return rules.schedule_report(by=actor, often=given["often"], to=list(given["recipients"]), **asked)
        return rules.order_report(by=actor, **asked)

    if did := submit_form(form, order):
        if isinstance(did.result, ReportSchedule):
            return redirect_with_message(request, reverse("reports:schedules"), _("Report scheduled."))
        return redirect("reports:report", did.result.pk)
    context = {
        "nav": "reports",
        "form": form,
        "title": definition.label,
        "kicker": definition.about,
        "button": _("Order report"),
        "back": reverse("reports:index"),
        "crumbs": crumbs(_("Reports"), reverse("reports:index"), definition.label),
    }
    return render(request, "reports/order.html", context, status=400 if form.errors else 200)


@page(reports["see"])
def report_page(request: ActorRequest, order_id: UUID) -> HttpResponse:
    """One report: how far it is, then its file. The fragment is asked for until it is over."""
    actor = request.actor
    order = reports.get(actor, order_id, among=reports_in_full(ReportOrder.objects.all()))
    context = {
        "nav": "reports",
        "order": order,
        "state": state_of_report(order),
        "may_open": order.is_kept and rules.reads(actor, order),
        "may_delete": reports.allows(actor, "change", order),
        "again": f"{reverse('reports:order')}?kind={order.kind}",
        "crumbs": crumbs(_("Reports"), reverse("reports:index"), order.get_kind_display()),
    }
    template = "reports/report_part.html" if wants_fragment(request, "report") else "reports/report.html"
    return vary_on_htmx(render(request, template, context))


@page(reports["see"])
def report_file_page(request: ActorRequest, order_id: UUID) -> HttpResponseBase:
    """The file of a report."""
    order = reports.get(request.actor, order_id, among=reports_in_full(ReportOrder.objects.all()))
    return response_of(rules.open_report(by=request.actor, order=order))


@page(reports["change"])
def delete_report_page(request: ActorRequest, order_id: UUID) -> HttpResponse:
    """Ask, then delete a report."""
    order = reports.get(request.actor, order_id, "change")
    form, back = ConfirmForm(posted_data(request)), reverse("reports:index")
    if submit_form(form, lambda: rules.delete_report(by=request.actor, order=order)):
        return redirect_with_message(request, back, _("Report deleted."))
    return render_dialog(
        request,
        form,
        title=_("Delete this report?"),
        button=_("Delete report"),
        back=reverse("reports:report", args=[order.pk]),
        text=[_("Its file goes too, for everyone it was sent to. You can order it again.")],
        tone="bad",
        crumbs=[_("Reports"), back, str(order.get_kind_display()), reverse("reports:report", args=[order.pk])],
    )
