"""Search: suggestions below the field of the top bar, and a page of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from muster.core.permissions import SIGNED_IN
from muster.institutions.access import Actor
from muster.web.home.search_results import Group, found_by, pages_found, words_of
from muster.web.ui.pages import page, vary_on_htmx, wants_fragment
from muster.web.ui.shell import Shell

SUGGESTED, LISTED = 5, 25


@page(SIGNED_IN)
def search_page(request: HttpRequest) -> HttpResponse:
    """What was found, as a page; as a list of suggestions or as the results alone when htmx asks for those."""
    text = request.GET.get("q", "").strip()[:200]
    suggests = wants_fragment(request, "found")
    actor = cast("Actor | None", getattr(request, "actor", None))
    groups: list[Group] = []
    if actor is not None and words_of(text):
        groups = found_by(actor, text, most=SUGGESTED if suggests else LISTED)
        pages = pages_found(_pages(request, actor), text)
        groups += [pages] if pages.hits else []
    context = {
        "q": text,
        "groups": groups,
        "count": sum(len(group.hits) for group in groups),
        "asked": bool(words_of(text)),
    }
    if suggests:
        return vary_on_htmx(render(request, "home/found.html", context))
    template = "home/results.html" if wants_fragment(request, "results") else "home/search.html"
    return vary_on_htmx(render(request, template, context))


def _pages(request: HttpRequest, actor: Actor) -> Iterator[tuple[Any, str]]:
    """The pages that this person may open, by the words of their entries."""
    shell = Shell(request)
    for item in (*shell.nav, *shell.person_menu):
        yield item.entry.label, item.url
    if actor.manages:
        yield _("New batch"), reverse("batches:new")
    if actor.is_admin:
        yield _("Settings: institution"), reverse("settings:institution")
        yield _("Settings: branches and rooms"), reverse("settings:branches")
        yield _("Settings: holidays"), reverse("settings:holidays")
        yield _("Settings: terms"), reverse("settings:terms")
        yield _("Settings: users and roles"), reverse("users")
        yield _("Settings: imports"), reverse("imports")
