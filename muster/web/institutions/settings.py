"""The settings area: the institution and how it works."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from muster.core.permissions import SIGNED_IN
from muster.institutions import rules
from muster.institutions.permissions import settings as settings_access
from muster.web.institutions.forms.organisation import InstitutionForm, SuggestionsForm
from muster.web.requests import ActorRequest
from muster.web.ui.pages import page, save_form


@page(SIGNED_IN)
def settings_index(request: HttpRequest) -> HttpResponse:
    """What can be set, as far as the reader may open it."""
    return render(request, "settings/index.html", {"nav": "settings"})


@page(settings_access["change"])
def institution_page(request: ActorRequest) -> HttpResponse:
    """The institution and all its settings, on one page."""
    actor = request.actor
    form = InstitutionForm(request.POST or None, request.FILES or None, row=actor.institution)

    @transaction.atomic
    def save(changes: dict[str, Any]) -> Any:
        stored = rules.change_institution(by=actor, changes=changes)
        picture = form.cleaned_data.get("logo")
        if picture or form.cleaned_data.get("remove_logo"):
            rules.change_logo(by=actor, of=stored, picture=picture or None)
        return stored

    if save_form(form, save) is not None:
        messages.success(request, _("Saved."))
        return redirect("settings:institution")
    status = 400 if form.is_bound else 200
    return render(request, "settings/institution.html", {"nav": "settings", "form": form}, status=status)


@page(settings_access["change"])
def suggestions_page(request: ActorRequest) -> HttpResponse:
    """How much each part counts when instructors are suggested."""
    actor = request.actor
    form = SuggestionsForm(request.POST or None, row=actor.institution)
    if save_form(form, lambda changes: rules.change_institution(by=actor, changes=changes)) is not None:
        messages.success(request, _("Saved."))
        return redirect("settings:suggestions")
    status = 400 if form.is_bound else 200
    return render(request, "settings/suggestions.html", {"nav": "settings", "form": form}, status=status)
