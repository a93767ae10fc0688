"""Scheduled reports: when each is sent next, to whom, and how it is paused or stopped."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django_tables2 import Column

from muster.core.exports import ExportColumn
from muster.reports import rules
from muster.reports.models import ReportKind, ReportSchedule
from muster.reports.permissions import report_schedules
from muster.reports.queries import next_morning, schedules_seen_by
from muster.web.reports.views import tabs_of_reports
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import ConfirmForm, redirect_with_message, render_dialog, submit_form
from muster.web.ui.forms import posted_data
from muster.web.ui.pages import page
from muster.web.ui.tables import Empty, Facet, Filters, Table, list_page
from muster.web.ui.widgets import dialog_link, local_date, pill


def _status(schedule: ReportSchedule) -> str:
    return _("Paused") if schedule.is_paused else _("Active")


class ScheduleTable(Table):
    """Scheduled reports."""

    counted = ngettext_lazy("%(count)s schedule", "%(count)s schedules", "count")
    caption = gettext_lazy("Scheduled reports")
    cards = {
        "kind": "title",
        "often": "meta",
        "recipients": "meta",
        "by": "hide",
        "next": "labelled",
        "status": "status",
        "acts": "figure",
    }
    apart: ClassVar = {
        "kind": [
            ExportColumn("kind", lambda one: str(one.get_kind_display()), gettext_lazy("Report")),
            ExportColumn("format", lambda one: str(one.get_format_display()), gettext_lazy("Format")),
        ],
        "status": [
            ExportColumn("status", _status, gettext_lazy("Status")),
            ExportColumn("stopped_because", lambda one: one.stopped_because, gettext_lazy("Reason")),
        ],
    }

    kind = Column(accessor="get_kind_display", order_by="kind", verbose_name=gettext_lazy("Report"))
    often = Column(verbose_name=gettext_lazy("How often"))
    recipients = Column(empty_values=(), orderable=False, verbose_name=gettext_lazy("Recipients"))
    by = Column(accessor="by__full_name", verbose_name=gettext_lazy("Scheduled by"))
    next = Column(empty_values=(), orderable=False, verbose_name=gettext_lazy("Next"))
    status = Column(empty_values=(), orderable=False, verbose_name=gettext_lazy("Status"))
    acts = Column(gettext_lazy("Actions"), accessor="pk", empty_values=(), orderable=False, exclude_from_export=True)

    class Meta(Table.Meta):
        order_by = ("kind",)

    def render_kind(self, record: ReportSchedule) -> SafeString:
        words = f"{record.get_format_display()}"
        return format_html('<b class="t">{}</b><span class="s">{}</span>', record.get_kind_display(), words)

    def render_often(self, record: ReportSchedule) -> str:
        return str(record.get_often_display())

    def render_recipients(self, record: ReportSchedule) -> str:
        return ", ".join(one.person.full_name for one in record.recipients.all())

    def value_next(self, record: ReportSchedule) -> Any:
        return next_morning(record, self.request.actor.today())

    def render_next(self, record: ReportSchedule) -> Any:
        day = self.value_next(record)
        return local_date(day) if day else "–"

    def render_status(self, record: ReportSchedule) -> SafeString:
        if not record.is_paused:
            return pill(_status(record), "good", "okc")
        paused = pill(_status(record), "", "pause")
        return format_html('{}<span class="s">{}</span>', paused, record.stopped_because)

    def render_acts(self, record: ReportSchedule) -> SafeString:
        name = format_html('<span class="vh"> {}</span>', record.get_kind_display())
        pause = _("Resume") if record.is_paused else _("Pause")
        return format_html(
            '<span class="row-acts">{}{}</span>',
            dialog_link(format_html("{}{}", pause, name), reverse("reports:pause", args=[record.pk]), tone="quiet"),
            dialog_link(format_html("{}{}", _("Stop"), name), reverse("reports:stop", args=[record.pk]), tone="quiet"),
        )


class ScheduleFilters(Filters):
    """By what they are about."""

    search = ("by__full_name",)
    search_hint = gettext_lazy("Name of who scheduled it")
    kind = Facet(gettext_lazy("Report"), value="kind", words=ReportKind.choices)


@page(report_schedules["see"])
def schedule_list(request: ActorRequest) -> HttpResponseBase:
    """The scheduled reports that the person set up; an administrator's, all."""
    return list_page(
        request,
        table_class=ScheduleTable,
        filterset_class=ScheduleFilters,
        queryset=schedules_seen_by(request.actor),
        template="reports/list.html",
        context={"nav": "reports", "title": _("Scheduled reports"), "tabs": tabs_of_reports("schedules")},
        empty=Empty(
            _("No scheduled reports"), _("Order a report and choose how often it's sent. It'll appear here."), "mail"
        ),
        export_name="scheduled-reports",
    )


def _dialog(request: ActorRequest, form: ConfirmForm, title: str, button: str, text: str, tone: str) -> HttpResponse:
    back = reverse("reports:schedules")
    return render_dialog(
        request,
        form,
        title=title,
        button=button,
        back=back,
        text=[text],
        tone=tone,
        crumbs=[_("Reports"), reverse("reports:index"), _("Scheduled reports"), back],
    )


@page(report_schedules["change"])
def pause_report_page(request: ActorRequest, schedule_id: UUID) -> HttpResponse:
    """Pause a scheduled report, or go on with it."""
    schedule = report_schedules.get(request.actor, schedule_id, "change")
    form, paused = ConfirmForm(posted_data(request)), not schedule.is_paused
    if submit_form(form, lambda: rules.pause_report(by=request.actor, schedule=schedule, paused=paused)):
        words = _("Schedule paused.") if paused else _("Schedule resumed.")
        return redirect_with_message(request, reverse("reports:schedules"), words)
    if paused:
        text = _("No report is made or sent until you resume it.")
        return _dialog(request, form, _("Pause this schedule?"), _("Pause"), text, "primary")
    text = _("It's sent again from the next due morning on.")
    return _dialog(request, form, _("Resume this schedule?"), _("Resume"), text, "primary")


@page(report_schedules["change"])
def stop_report_page(request: ActorRequest, schedule_id: UUID) -> HttpResponse:
    """Ask, then stop a scheduled report for good."""
    schedule = report_schedules.get(request.actor, schedule_id, "change")
    form = ConfirmForm(posted_data(request))
    if submit_form(form, lambda: rules.stop_report(by=request.actor, schedule=schedule)):
        return redirect_with_message(request, reverse("reports:schedules"), _("Schedule stopped."))
    text = _("Reports that were already made stay.")
    return _dialog(request, form, _("Stop this schedule?"), _("Stop schedule"), text, "bad")
