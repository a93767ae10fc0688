"""Grading schemes: their list among the settings, and one with its components and grades."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import floatformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.courses import resources
from muster.courses.permissions import schemes
from muster.web.institutions.branches import SETTINGS
from muster.web.requests import ActorRequest
from muster.web.ui.components import Fact
from muster.web.ui.pages import page
from muster.web.ui.resources import Pages
from muster.web.ui.shell import SettingsEntry, frame
from muster.web.ui.widgets import percent

SCHEMES = Pages(
    resources.SCHEMES,
    SETTINGS,
    route="schemes:",
    list_route="schemes:list",
    own_route="schemes:scheme",
    icon="table",
)
COMPONENTS = Pages(resources.COMPONENTS, SETTINGS, route="schemes:component-", inside=SCHEMES)
BANDS = Pages(resources.BANDS, SETTINGS, route="schemes:band-", inside=SCHEMES)

frame.settings += [
    SettingsEntry(
        "schemes",
        gettext_lazy("Grading schemes"),
        "table",
        "schemes:list",
        schemes["see"],
        gettext_lazy("How marks become a grade, and what each grade is worth."),
        45,
    )
]


@page(schemes["see"])
def scheme_page(request: ActorRequest, scheme_id: str) -> HttpResponse:
    """One grading scheme: what counts how much, and which grade is given from where on."""
    actor = request.actor
    scheme = schemes.get(actor, scheme_id, among=resources.SCHEMES.among)
    facts = [
        Fact(_("Pass mark"), percent(scheme.pass_percent)),
        Fact(_("Grace marks"), floatformat(scheme.grace_marks) if scheme.grace_marks else _("None")),
        Fact(_("Rounding"), scheme.get_rounding_display()),
        Fact(_("Failed subjects"), _("Count in averages") if scheme.counts_failed else _("Don't count in averages")),
    ]
    context = {
        "nav": "settings",
        "scheme": scheme,
        "may_change": schemes.allows(actor, "change", scheme),
        "facts": facts,
        "components": list(scheme.components.all()),
        "bands": list(scheme.bands.all()),
    }
    return render(request, "courses/scheme.html", context)
