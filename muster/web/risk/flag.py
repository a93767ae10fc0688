"""One student at risk: why, what can still be reached, what was done, and what comes next."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.translation import gettext as _

from muster.core.audit import history_of
from muster.people.links import batch_url, student_url
from muster.risk.letters import letter_of
from muster.risk.models import Intervention, RiskFlag
from muster.risk.notices import names_of
from muster.risk.permissions import flags, letters
from muster.risk.queries import (
    escalates_to,
    flags_in_full,
    forecast_in_words,
    forecast_of,
    log_of,
    reasons_in_words,
)
from muster.web.requests import ActorRequest
from muster.web.ui.components import Fact
from muster.web.ui.downloads import response_of
from muster.web.ui.history import told_on
from muster.web.ui.pages import page
from muster.web.ui.widgets import local_date, local_time, pill

ICONS = {
    Intervention.Kind.CALL: "phone",
    Intervention.Kind.MESSAGE: "mail",
    Intervention.Kind.TALK: "mentor",
    Intervention.Kind.LETTER: "file",
}


@page(flags["see"])
def flag_page(request: ActorRequest, risk_flag_id: UUID) -> HttpResponse:
    """A flag with its reasons, the forecast, the log of contacts and the next step."""
    actor = request.actor
    flag: Any = flags.get(actor, risk_flag_id, among=flags_in_full(RiskFlag.objects.all()))
    batch, forecast = flag.enrollment.batch, forecast_of(flag)
    done = log_of(flag)
    is_open = flag.is_open and not batch.is_archived
    others = RiskFlag.objects.filter(enrollment=flag.enrollment_id).exclude(pk=flag.pk).order_by("-created_at", "-pk")
    return render(
        request,
        "risk/flag.html",
        {
            "nav": "risk",
            "flag": flag,
            "batch": batch,
            "student_url": student_url(flag.enrollment.student_id),
            "batch_url": batch_url(batch.pk),
            "state": _state(flag),
            "reasons": reasons_in_words(flag),
            "forecast": forecast_in_words(forecast) if forecast and flag.is_open else "",
            "facts": _facts(request, flag, is_open=is_open),
            "escalation": _escalation(request, flag) if is_open else "",
            "log": [(one, ICONS[Intervention.Kind(one.kind)]) for one in done],
            "is_open": is_open,
            "may_reopen": not flag.is_open and flag.outcome not in RiskFlag.BY_ITSELF and not batch.is_archived,
            "may_write": is_open and any(one.kind != Intervention.Kind.LETTER for one in done),
            "others": list(others[:5]),
            "told": told_on(request, partial(history_of, flag)),
        },
    )


def _state(flag: RiskFlag) -> Any:
    if not flag.is_open:
        return pill(flag.get_outcome_display(), "good" if flag.outcome in ("back", "recovered") else "", "okc")
    return pill(_("No owner"), "bad", "person-off") if flag.owner is None else pill(_("At risk"), "bad", "flag")


def _facts(request: ActorRequest, flag: RiskFlag, *, is_open: bool) -> list[Fact]:
    owner = flag.owner.full_name if flag.owner else _("No owner")
    if not is_open:
        closed = [Fact(_("Closed"), local_time({"request": request}, flag.closed_at, "date"))] if flag.closed_at else []  # type: ignore[arg-type]
        ended = [Fact(_("Outcome"), flag.get_outcome_display(), flag.closing_note)] if flag.outcome else []
        return [*closed, *ended, Fact(_("Owner"), owner)]
    return [Fact(_("Owner"), owner), Fact(_("Contact by"), local_date(flag.due_on))]


def _escalation(request: ActorRequest, flag: RiskFlag) -> Any:
    """Who is told, or was told, that nobody has been in touch."""
    names = names_of([one for one in escalates_to(flag) if one.pk != flag.owner_id])
    if flag.escalated_at:
        day = local_time({"request": request}, flag.escalated_at, "date")  # type: ignore[arg-type]
        return format_html(
            _("No one has been in touch in time. The people who manage the batch were notified on {}."), day
        )
    return _("If no one has been in touch by then, %(names)s will be notified.") % {"names": names} if names else ""


@page(letters["see"])
def print_letter(request: ActorRequest, letter_id: UUID) -> HttpResponseBase:
    """A letter as it was written, as PDF."""
    return response_of(letter_of(letters.get(request.actor, letter_id)))
