"""The settings area: the institution and how it works."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from muster.core.database import atomic
from muster.core.errors import Stale
from muster.core.permissions import SIGNED_IN
from muster.institutions.models import Institution
from muster.institutions.permissions import settings as settings_access
from muster.institutions.resources import INSTITUTION
from muster.web.institutions.pictures import LogoForm
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import redirect_with_message, redirect_with_refusal, submit_form
from muster.web.ui.forms import posted_data
from muster.web.ui.pages import page
from muster.web.ui.resources import ResourceForm, form_of

WEIGHTS = [one for one in INSTITUTION.inputs if one.name.startswith("weight_")]
SuggestionsForm = form_of(INSTITUTION, ResourceForm, WEIGHTS)
# Pages of their own: suggestions, and how long what is kept (`web/privacy`).
ELSEWHERE = ("weight_", "keep_")
InstitutionForm = form_of(
    INSTITUTION, LogoForm, [one for one in INSTITUTION.inputs if not one.name.startswith(ELSEWHERE)]
)


@page(SIGNED_IN)
def settings_index(request: HttpRequest) -> HttpResponse:
    """What can be set, as far as the reader may open it."""
    return render(request, "settings/index.html", {"nav": "settings"})


@page(settings_access["change"])
def institution_page(request: ActorRequest) -> HttpResponse:
    """The institution and all its settings, on one page."""
    return _settings_page(request, "institution", InstitutionForm)


@page(settings_access["change"])
def suggestions_page(request: ActorRequest) -> HttpResponse:
    """How much each part counts when instructors are suggested."""
    return _settings_page(request, "suggestions", SuggestionsForm)


def _settings_page(request: ActorRequest, name: str, form_class: type[ResourceForm]) -> HttpResponse:
    actor, institution = request.actor, request.actor.institution
    form = form_class(posted_data(request), request.FILES or None, actor=actor, row=institution)

    @atomic
    def save() -> Institution:
        saved = INSTITUTION.change(
            by=actor, row=institution, changes=form.changes(), unchanged_since=form.unchanged_since
        )
        form.save_beside(actor, institution)
        return saved

    if did := submit_form(form, save):
        return redirect_with_message(request, request.path, _("Saved."), form.undo(request.path, did.result))
    if isinstance(form.refusal, Stale):
        return redirect_with_refusal(request, request.path, form.refusal)
    status = 400 if form.is_bound else 200
    return render(request, f"settings/{name}.html", {"nav": "settings", "form": form}, status=status)
