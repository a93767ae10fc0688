"""Oversight at a glance: to a regulator what is granted and waits, to administrators what to decide and who looked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.institutions.access import Actor
from muster.oversight.permissions import access_requests, looks, registers_granted_to
from muster.oversight.queries import look_in_words, looks_in_full, requests_in_full, with_status
from muster.web.oversight.forms import ask_form
from muster.web.oversight.frame import SOON, days_left, drawn_requests, look_pill, tabs_of
from muster.web.requests import ActorRequest
from muster.web.ui.pages import page

# More stand in the list of requests.
MOST, MOST_LOOKS = 20, 10


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
        seen = looks_in_full(looks.rows(actor))[: MOST_LOOKS + 1]
        shown |= {
            "head": _waiting_in_words(actor),
            "seen": [(one, look_in_words(one), look_pill(one)) for one in seen[:MOST_LOOKS]],
        }
        return render(request, "oversight/institution.html", shown)
    shown |= {
        "head": granted_in_words(actor),
        "ended": [one for status in ("rejected", "revoked", "expired") for one in requests_of(actor, status)],
        "form": ask_form(actor, None, again=request.GET.get("again", "")),
    }
    return render(request, "oversight/regulator.html", shown)


def regulator_home(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The Home of a regulator: what is granted, and what waits for an answer."""
    shown = {
        "head": granted_in_words(actor),
        "waiting": requests_of(actor, "pending"),
        "granted": requests_of(actor, "approved"),
    }
    return render(request, "oversight/home.html", shown)


def _waiting_in_words(actor: Actor) -> str:
    number = with_status(access_requests.rows(actor), "pending").count()
    if not number:
        return _("No access requests to decide")
    words = ngettext("%(count)d access request to decide", "%(count)d access requests to decide", number)
    return words % {"count": number}


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
