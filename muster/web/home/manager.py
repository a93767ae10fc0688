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
from muster.core.numbers import group_digits
from muster.enrollments.opening import seats_left_of
from muster.enrollments.waitlists import lines_of
from muster.institutions.access import Actor
from muster.privacy.queries import consents_waiting
from muster.progression.queries import semesters_over
from muster.submissions.deadlines import deadlines_of
from muster.web.feedback.words import home_rounds
from muster.web.home.due import rollovers_due, soonest, submissions_due
from muster.web.home.needs import ActionItem, needs_of, run_url, seats_in_sibling, watch_url
from muster.web.home.today import links_to, today_of
from muster.web.home.waiting import waiting_card
from muster.web.home.words import days_until
from muster.web.insights.trend import attendance_trend
from muster.web.risk.widgets import risk_card
from muster.web.ui.components import Fact, Tab

MOST_LINES = 4


def manager_home(request: HttpRequest, actor: Actor, tabs: Sequence[Tab]) -> HttpResponse:
    """The page, in a number of statements that does not grow with the batches."""
    found = overview_of(actor)
    now = actor.now()
    meetings = occurrences_ahead(actor, batches.rows(actor), 0)
    standing = register_states(actor, [meeting.session_id for meeting in meetings])
    risk, deadlines, waiting = risk_card(actor), deadlines_of(actor), waiting_card(request, actor)
    needs = list(needs_of(actor, found, standing, risk, deadlines, waiting))
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
            "waiting": waiting,
            "due": soonest(submissions_due(deadlines), rollovers_due(semesters_over(actor))),
            "trend": attendance_trend(actor) if found.counts["all"] else None,
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
        Fact(_("Active batches"), group_digits(counts["active"]), url=run_url(status="Active")),
        Fact(_("Upcoming batches"), group_digits(counts["upcoming"]), url=run_url(status="Upcoming")),
        Fact(_("Seats taken"), group_digits(counts["enrolled"])),
        Fact(_("Seats free"), group_digits(max(0, free))),
    ]


def _line_row(actor: Actor, batch: Any) -> tuple[str, str, str]:
    """How many wait for a batch and for what, what can be done about it, and where."""
    number, free, offered = batch.waitlist_length, seats_left_of(batch, actor), batch.seats_offered
    counted = (
        (number, ngettext("%(count)s student waiting", "%(count)s students waiting", number)),
        (free, ngettext("%(count)s seat free", "%(count)s seats free", free or 0)),
        (offered, ngettext("%(count)s seat offered", "%(count)s seats offered", offered)),
    )
    said = [words % {"count": group_digits(one)} for one, words in counted if one]
    go = _("Offer seats") if free else _("View waitlist")
    return ", ".join(said), go, reverse("batches:waitlist", args=[batch.pk])


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
    lines = list(lines_of(actor)[:MOST_LINES])
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
        "lines": [(batch, *_line_row(actor, batch)) for batch in lines],
        "lines_count": lines[0].of_all if lines else 0,
        "lines_url": watch_url("waiting"),
        "full": [(batch, seats_in_sibling(batch)) for batch in found.shown["full"]],
        "full_count": found.counts["full"],
        "full_url": watch_url("full"),
    }
