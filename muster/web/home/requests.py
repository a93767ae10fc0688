"""What awaits a decision of the reader, of whatever kind, the longest waiting first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.attendance.models import CorrectionRequest
from muster.attendance.permissions import corrections
from muster.attendance.queries.absences import waiting_corrections
from muster.web.requests import ActorRequest
from muster.web.ui.pages import page

MOST_OF_A_KIND = 50


def _kind(title: str, rows: QuerySet[Any], in_words: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    """A kind of decision from its rows: one statement, and a second one where there are many."""
    found = list(rows[: MOST_OF_A_KIND + 1])
    total = len(found) if len(found) <= MOST_OF_A_KIND else rows.count()
    shown = [in_words(row) for row in found[:MOST_OF_A_KIND]]
    return {"title": title, "total": total, "rows": shown, "left_out": total - len(shown)}


@page(corrections["decide"])
def request_list(request: ActorRequest) -> HttpResponse:
    """Everything that awaits a decision. A further kind is one more line here."""
    actor = request.actor
    kinds = [_kind(_("Corrections to locked registers"), waiting_corrections(actor), _correction)]
    total = sum(kind["total"] for kind in kinds)
    head = (
        ngettext("%(count)d request needs your decision", "%(count)d requests need your decision", total)
        % {"count": total}
        if total
        else _("No requests to decide")
    )
    return render(
        request,
        "home/requests.html",
        {"nav": "requests", "kinds": [kind for kind in kinds if kind["total"]], "total": total, "head": head},
    )


def _correction(asked: CorrectionRequest) -> dict[str, Any]:
    before = asked.get_from_status_display() if asked.from_status else _("Not marked")
    batch = asked.enrollment.batch.code if asked.enrollment.batch else ""
    return {
        "title": f"{asked.enrollment.student.full_name}: {before} → {asked.get_to_status_display()}",
        "lines": [f"{batch}, {date_format(asked.session.date, 'j F Y')}", asked.notice.reason],
        "asked_by": asked.asked_by.full_name if asked.asked_by else "",
        "asked_at": asked.created_at,
        "url": reverse("attendance:correction", args=[asked.pk]),
    }
