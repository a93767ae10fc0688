"""What awaits a decision of the reader, of whatever kind, the longest waiting first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
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


@dataclass(frozen=True)
class OpenRequest:
    """One thing to decide."""

    title: str
    lines: Sequence[str]
    asked_by: str
    asked_at: datetime
    url: str


@dataclass(frozen=True)
class RequestKind:
    """One kind of decision: how many wait, and the first of them."""

    title: str
    total: int
    rows: Sequence[OpenRequest]

    @property
    def left_out(self) -> int:
        return self.total - len(self.rows)


def gather_requests(title: str, rows: QuerySet[Any], shown: Callable[[Any], OpenRequest]) -> RequestKind:
    """A kind of decision from its rows: one statement, and a second one where there are many."""
    found = list(rows[: MOST_OF_A_KIND + 1])
    total = len(found) if len(found) <= MOST_OF_A_KIND else rows.count()
    return RequestKind(title, total, [shown(row) for row in found[:MOST_OF_A_KIND]])


@page(corrections["decide"])
def request_list(request: ActorRequest) -> HttpResponse:
    """Everything that awaits a decision. A further kind is one more line here."""
    actor = request.actor
    kinds = [
        gather_requests(_("Corrections to locked registers"), waiting_corrections(actor), _correction),
    ]
    total = sum(kind.total for kind in kinds)
    head = (
        ngettext("%(count)d request needs your decision", "%(count)d requests need your decision", total)
        % {"count": total}
        if total
        else _("No requests to decide")
    )
    return render(
        request,
        "home/requests.html",
        {"nav": "requests", "kinds": [kind for kind in kinds if kind.total], "total": total, "head": head},
    )


def _correction(asked: CorrectionRequest) -> OpenRequest:
    before = asked.get_from_status_display() if asked.from_status else _("Not marked")
    batch = asked.enrollment.batch.code if asked.enrollment.batch else ""
    return OpenRequest(
        title=f"{asked.enrollment.student.full_name}: {before} → {asked.get_to_status_display()}",
        lines=[f"{batch}, {date_format(asked.session.date, 'j F Y')}", asked.notice.reason],
        asked_by=asked.asked_by.full_name if asked.asked_by else "",
        asked_at=asked.created_at,
        url=reverse("attendance:correction", args=[asked.pk]),
    )
