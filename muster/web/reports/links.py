"""The ways to order a report about something."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from muster.institutions.access import Actor
from muster.people.links import filtered_url
from muster.reports.kinds import definitions_for
from muster.reports.permissions import reports
from muster.web.ui.components import Action


def report_links(actor: Actor, **part: Any) -> list[Action]:
    """The kinds of report about a batch or a department that the actor may order, each with it filled in.

    Whether the actor may see everything of it, whoever asks has to know.
    """
    if not reports.may(actor, "order"):
        return []
    order = reverse("reports:order")
    return [
        Action(_("Report: %(kind)s") % {"kind": one.label}, filtered_url(order, kind=one.kind.value, **part), one.icon)
        for one in definitions_for(actor)
        if one.needs in part
    ]
