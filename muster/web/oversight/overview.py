"""Oversight at a glance: to a regulator what is granted and waits, to administrators what to decide and who looked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.institutions.access import Actor
from muster.oversight.permissions import access_requests, looks, registers_granted_to
from muster.oversight.queries import look_in_words, looks_in_full, requests_in_full, with_status
from muster.submissions.deadlines import Deadline, deadlines_of
from muster.submissions.models import Submission
from muster.submissions.queries import submissions_seen_by
from muster.web.home.due import DueItem, soonest, submissions_due
from muster.web.oversight.forms import ask_form
from muster.web.oversight.frame import SOON, DrawnRequest, days_left, drawn_requests, look_pill, tabs_of
from muster.web.requests import ActorRequest
from muster.web.submissions.words import status_pill
from muster.web.ui.pages import page

# More stand in the list of requests.
MOST, MOST_LOOKS, MOST_SENT = 20, 10, 4
# So far ahead a regulator is told of what ends.
AHEAD = timedelta(days=30)


def requests_of(actor: Actor, status: str) -> list[Any]:
    """The latest requests of a status, drawn."""
    rows = requests_in_full(with_status(access_requests.rows(actor), status))
    order = "expires_at" if status == "approved" else "created_at" if status == "pending" else "-created_at"
    return drawn_requests(actor, rows.order_by(order, "pk")[:MOST])


@page(access_requests["see"])
def overview_page(request: ActorRequest) -> HttpResponse:
    """What matters first, by who opens it."""
    actor = request.actor
    shown: dict[str, Any] = {
        "nav": "oversight",
        "tabs": tabs_of(actor, "overview"),
        "waiting": requests_of(actor, "pending"),
        "granted": requests_of(actor, "approved"),
    }
    if access_requests.may(actor, "decide"):
        deadlines = deadlines_of(actor)
        shown |= {
            "head": _waiting_in_words(actor, deadlines),
            "seen": [
                (one, look_in_words(one), look_pill(one)) for one in looks_in_full(looks.rows(actor))[:MOST_LOOKS]
            ],
            "due": list(submissions_due(deadlines)),
            "sent": sent_of(actor),
        }
        return render(request, "oversight/institution.html", shown)
    shown |= {
        "head": granted_in_words(actor),
        "sent": sent_of(actor),
        "ended": [one for status in ("rejected", "revoked", "expired") for one in requests_of(actor, status)],
        "form": ask_form(actor, None, again=request.GET.get("again", "")),
    }
    return render(request, "oversight/regulator.html", shown)


def regulator_home(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The Home of a regulator: what is granted and for how long, what waits for an answer, what was sent to them."""
    waiting, granted = requests_of(actor, "pending"), requests_of(actor, "approved")
    shown = {
        "head": granted_in_words(actor),
        "waiting": waiting,
        "granted": granted,
        "sent": sent_of(actor),
        "due": soonest(_endings(actor, granted), _needed(actor, waiting)),
    }
    return render(request, "oversight/home.html", shown)


def sent_of(actor: Actor) -> list[tuple[Submission, str, SafeString]]:
    """The latest submissions, each with what it is and how it stands; drafts are no submissions yet."""
    rows: Any = submissions_seen_by(actor).filter(submitted_at__isnull=False).order_by("-submitted_at", "-pk")
    return [(row, _sent_in_words(actor, row), status_pill(row)) for row in rows[:MOST_SENT]]


def _sent_in_words(actor: Actor, row: Any) -> str:
    files = ngettext("%(count)d file", "%(count)d files", row.item_count) % {"count": row.item_count}
    day = date_format(row.submitted_at.astimezone(actor.zone), "j M Y")
    named = [row.regulator.full_name] if row.regulator and access_requests.may(actor, "decide") else []
    return ", ".join([*named, _("sent %(day)s") % {"day": day}, files])


def _endings(actor: Actor, granted: Sequence[DrawnRequest]) -> Iterator[DueItem]:
    """The grants that end within a month."""
    now = actor.now()
    for one in granted:
        if (end := one.row.expires_at) and end - now <= AHEAD:
            days = days_left(end - now)
            yield DueItem(
                on=end.astimezone(actor.zone).date(),
                count=days,
                unit=ngettext("day left", "days left", days),
                title=_("Access to %(batches)s") % {"batches": one.title},
                text=_("Ends on %(end)s.") % {"end": one.end},
                url=f"{reverse('oversight:ask')}?again={one.row.pk}",
                go=_("Ask for longer"),
                tone="warn" if days <= SOON else "",
            )


def _needed(actor: Actor, waiting: Sequence[DrawnRequest]) -> Iterator[DueItem]:
    """What was asked for until a day within a month, and nobody answered."""
    today = actor.today()
    for one in waiting:
        if (day := one.row.needed_until) and day - today <= AHEAD:
            days = max((day - today).days, 0)
            yield DueItem(
                on=day,
                count=days,
                unit=ngettext("day left", "days left", days),
                title=_("Request for %(batches)s") % {"batches": one.title},
                text=_("Needed until %(day)s; no one has answered yet.") % {"day": date_format(day, "D j F")},
                url=reverse("oversight:request", args=[one.row.pk]),
                go=_("View"),
                tone="warn" if days <= SOON else "",
            )


def _waiting_in_words(actor: Actor, deadlines: Sequence[Deadline]) -> str:
    number = with_status(access_requests.rows(actor), "pending").count()
    said = _("No access requests to decide")
    if number:
        words = ngettext("%(count)d access request to decide", "%(count)d access requests to decide", number)
        said = words % {"count": number}
    late = sum(one.is_late for one in deadlines)
    if not late:
        return said
    also = ngettext("%(count)d submission is late", "%(count)d submissions are late", late) % {"count": late}
    return f"{also}; {said}" if not number else f"{said}; {also}"


def granted_in_words(actor: Actor) -> str:
    """How many registers the actor may open, and how many of them soon no more."""
    rows = registers_granted_to(actor)
    total = rows.count()
    if not total:
        return _("You can't see any registers yet")
    words = ngettext("You can see %(count)d register", "You can see %(count)d registers", total) % {"count": total}
    soon = with_status(access_requests.rows(actor), "approved").filter(
        expires_at__lte=actor.now() + timedelta(days=SOON)
    )
    if ending := soon.order_by("expires_at").first():
        assert ending.expires_at is not None  # noqa: S101
        days = days_left(ending.expires_at - actor.now())
        left = ngettext("%(words)s; a grant ends in %(days)d day", "%(words)s; a grant ends in %(days)d days", days)
        return left % {"words": words, "days": days}
    return words
