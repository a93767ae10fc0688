"""Home of whoever runs batches: what needs them now, today's meetings, batches to watch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.attendance.queries.missing import register_states
from muster.batches.occurrences import occurrences_ahead
from muster.batches.permissions import batches
from muster.batches.queries import BatchOverview, overview_of
from muster.institutions.access import Actor
from muster.privacy.queries import consents_waiting
from muster.web.feedback.words import home_rounds
from muster.web.home.needs import ActionItem, needs_of, run_url, seats_in_sibling, watch_url
from muster.web.home.today import links_to, today_of
from muster.web.home.words import days_until
from muster.web.risk.widgets import risk_card
from muster.web.ui.components import Fact, Tab


def manager_home(request: HttpRequest, actor: Actor, tabs: Sequence[Tab]) -> HttpResponse:
    """The page, in a number of statements that does not grow with the batches."""
    found = overview_of(actor)
    now = actor.now()
    meetings = occurrences_ahead(actor, batches.rows(actor), 0)
    standing = register_states(actor, [meeting.session_id for meeting in meetings])
    risk = risk_card(actor)
    needs = list(needs_of(actor, found, standing, risk))
    return render(
        request,
        "home/manager.html",
        {
            "tabs": tabs,
            "consents_waiting": consents_waiting(actor),
            "title": _title(needs, found),
            "needs": needs,
            # One solid button: the first thing that can be done here, else the new batch.
            "solid": next((need for need in needs if need.act), None),
            "begins": not found.counts["all"],
            "today": today_of(meetings, now, whole=request.GET.get("today") == "all", registers=links_to(standing.of)),
            "watch": _watch(actor, found),
            "total": found.counts["all"],
            "batches_url": run_url(),
            "new_batch_url": reverse("batches:new"),
            "numbers": _numbers(found),
            "risk": risk,
            "feedback": home_rounds(actor) if found.counts["all"] else [],
        },
    )


def _title(needs: Sequence[ActionItem], found: BatchOverview) -> str:
    if not found.counts["all"]:
        return _("Welcome")
    if not needs:
        return _("You're all caught up")
    return ngettext("%(count)d item needs your attention", "%(count)d items need your attention", len(needs)) % {
        "count": len(needs)
    }


def _numbers(found: BatchOverview) -> list[Fact]:
    counts = found.counts
    free = counts["seats"] - counts["held"]
    return [
        Fact(_("Active batches"), counts["active"], url=run_url(status="Active")),
        Fact(_("Upcoming batches"), counts["upcoming"], url=run_url(status="Upcoming")),
        Fact(_("Seats taken"), counts["enrolled"]),
        Fact(_("Seats free"), max(0, free)),
    ]


def _watch(actor: Actor, found: BatchOverview) -> dict[str, Any]:
    """The batches to watch beside, each with what is said of it."""
    advised = actor.institution.advised_size_min
    without_lead = []
    for batch in found.shown["without_lead"]:
        today = batch.today()
        start = batch.start_date or today
        words = {"day": date_format(start, "D j M"), "where": f", {batch.branch.name}" if batch.branch else ""}
        when = _("Started %(day)s%(where)s") if start <= today else _("Starts %(day)s%(where)s")
        tone = "bad" if (start - today).days <= 14 else "warn"
        without_lead.append((batch, when % words, days_until(start, today), tone))
    short = _("%(count)d below the recommended %(advised)d")
    return {
        "without_lead": without_lead,
        "without_lead_count": found.counts["without_lead"],
        "without_lead_url": watch_url("without_lead"),
        "filling": [
            (
                batch,
                short % {"count": missing, "advised": advised} if (missing := advised - batch.seats_held) > 0 else "",
            )
            for batch in found.shown["filling"]
        ],
        "filling_count": found.counts["filling"],
        "filling_url": watch_url("filling"),
        "full": [(batch, seats_in_sibling(batch)) for batch in found.shown["full"]],
        "full_count": found.counts["full"],
        "full_url": watch_url("full"),
    }
