"""What registers need without a connection: the service worker, who is signed in, and what a browser keeps."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from muster.attendance.permissions import registers
from muster.core.permissions import ANYONE
from muster.institutions.access import Actor
from muster.institutions.models import Role
from muster.timetable.models import ClassSession
from muster.timetable.queries import SESSION_TODAY
from muster.web.attendance.register import kept_for, owner_of, register_url
from muster.web.attendance.words import words_of_the_page
from muster.web.requests import ActorRequest
from muster.web.ui.pages import page
from muster.web.ui.shell import Tray

# What the page of kept marks loads, and with the scripts below it the register page: a test compares.
STYLES = ("tokens", "base", "forms", "shell", "parts", "blocks", "overlays", "lists", "register", "print")
SCRIPTS = ("theme", "shell", "find", "offline")
KEEPING = ("kept", "paper", "send", "store", "words")
FRAME = (
    "favicon.svg",
    "icons.svg",
    *(f"css/{name}.css" for name in STYLES),
    "django_htmx/htmx-2.min.js",
    *(f"js/{name}.js" for name in SCRIPTS),
    *(f"js/register/{name}.js" for name in KEEPING),
)
# Fetched with the first register or results sheet that is kept.
REGISTER = (
    *(f"js/register/{name}.js" for name in ("details", "grid", "keys", "outbox", "register", "sync", "view")),
    "css/materials.css",
    "css/results.css",
    *(f"js/results/{name}.js" for name in ("cells", "keys", "paste", "phone", "results", "sync")),
)
WORKER = ("js/register/store.js", "js/register/send.js", "js/register/worker.js")
MOST_KEPT = 12


def _digest() -> str:
    """One word that changes with any of the files."""
    digest = hashlib.sha256()
    for name in (*FRAME, *REGISTER, *WORKER):
        digest.update(static(name).encode())
        if path := finders.find(name):
            digest.update(Path(str(path)).read_bytes())
    return digest.hexdigest()[:16]


_digest_once = cache(_digest)


def static_build() -> str:
    """Which build of the static files this is; worked out anew each time while they may change."""
    return _digest() if settings.DEBUG else _digest_once()


@page(ANYONE)
@never_cache
def service_worker(request: HttpRequest) -> HttpResponse:
    """The service worker of this build. Its bytes change with the build, by which browsers notice an upgrade."""
    facts = {
        "build": static_build(),
        "frame": [static(name) for name in FRAME],
        "register": [static(name) for name in REGISTER],
        "hashed": not (settings.DEBUG or settings.TESTING),
        "fallback": reverse("attendance:offline"),
        "login": reverse(settings.LOGIN_URL),
    }
    scripts = ", ".join(json.dumps(static(name)) for name in WORKER)
    body = f"self.muster = {json.dumps(facts)};\nimportScripts({scripts});\n"
    return HttpResponse(body, content_type="text/javascript; charset=utf-8")


@page(ANYONE)
@never_cache
def signed_in_person(request: HttpRequest) -> HttpResponse:
    """Who is signed in as whom, with the token of this sign-in; what a queue asks before it sends."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None or actor.user is None:
        return JsonResponse({"owner": ""})
    return JsonResponse(
        {
            "owner": owner_of(actor),
            "token": get_token(request),
            "registers": [register_url(pk) for pk in registers_of_today(actor)],
        }
    )


def registers_of_today(actor: Actor) -> list[object]:
    """The registers of today that an instructor may mark, the next first; nobody else needs them kept."""
    if not actor.is_any(Role.INSTRUCTOR) or not registers.may(actor, "mark"):
        return []
    mine = ClassSession.objects.taking_place().filter(date=SESSION_TODAY)
    rows = registers.rows(actor, "teach" if actor.manages else "mark", mine)
    return list(rows.order_by("start_time", "id").values_list("pk", flat=True)[:MOST_KEPT])


@page(registers["mark"])
def offline_page(request: ActorRequest) -> HttpResponse:
    """Registers and marks that this browser keeps; scripts fill it from the browser's own store."""
    actor = request.actor
    config = {
        "owner": owner_of(actor),
        "token": get_token(request),
        "zone": str(actor.zone),
        "icons": static("icons.svg"),
        "words": words_of_the_page(),
    }
    return kept_for(actor, render(request, "attendance/offline.html", {"config": config, "nav": "attendance"}))


def tray(request: HttpRequest) -> Tray | None:
    """The marks that wait in this browser, in the top bar of those who may mark registers."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None or actor.user is None or not registers.may(actor, "mark"):
        return None
    words = {"waiting": _("{n} marks waiting on this device"), "refused": _("{n} marks were refused")}
    return Tray(
        "attendance/tray.html",
        "attendance/tray_below.html",
        {
            "url": reverse("attendance:offline"),
            "worker": reverse("attendance:worker"),
            "owner": owner_of(actor),
            "words": json.dumps(words),
        },
    )
