"""A report: a list, with the way to the others above it."""

from __future__ import annotations

from typing import Any

from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy

from muster.web.requests import ActorRequest
from muster.web.ui.components import Tab
from muster.web.ui.tables import list_page

REPORTS = {"progress": gettext_lazy("Progress"), "mentoring": gettext_lazy("Mentoring")}


def report_page(request: ActorRequest, name: str, **listed: Any) -> HttpResponseBase:
    """One of the reports; the rest is told to `list_page`."""
    tabs = [Tab(str(label), reverse(f"reports:{key}"), key == name) for key, label in REPORTS.items()]
    context = {"nav": "reports", "title": REPORTS[name], "tabs": tabs}
    return list_page(request, template="reports/list.html", context=context, **listed)
