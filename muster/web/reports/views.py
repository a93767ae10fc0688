"""A report as a list, with the way to the others above it."""

from __future__ import annotations

from typing import Any

from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy

from muster.web.requests import ActorRequest
from muster.web.ui.components import Tab
from muster.web.ui.tables import list_page

REPORTS = {
    "index": gettext_lazy("Reports"),
    "schedules": gettext_lazy("Scheduled"),
    "progress": gettext_lazy("Progress"),
    "mentoring": gettext_lazy("Mentoring"),
}


def tabs_of_reports(current: str) -> list[Tab]:
    """The pages of reports."""
    return [Tab(str(label), reverse(f"reports:{key}"), key == current) for key, label in REPORTS.items()]


def report_page(request: ActorRequest, name: str, **listed: Any) -> HttpResponseBase:
    """One of the reports that are lists; the rest is told to `list_page`."""
    context = {"nav": "reports", "title": REPORTS[name], "tabs": tabs_of_reports(name)}
    return list_page(request, template="reports/list.html", context=context, **listed)
