"""Settings: branches and their rooms."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from muster.institutions import resources
from muster.institutions.permissions import branches
from muster.web.insights.links import analytics_url
from muster.web.requests import ActorRequest
from muster.web.ui.components import Fact
from muster.web.ui.pages import page
from muster.web.ui.resources import Area, Pages

# Where the lists of the settings stand.
SETTINGS = Area("settings", "settings/list.html", lambda: [_("Settings"), reverse("settings:index")])
BRANCHES = Pages(
    resources.BRANCHES,
    SETTINGS,
    route="settings:branch-",
    list_route="settings:branches",
    own_route="settings:branch",
    icon="pin",
)
ROOMS = Pages(resources.ROOMS, SETTINGS, route="settings:room-", inside=BRANCHES, icon="room")


@page(branches["see"])
def branch_page(request: ActorRequest, branch_id: str) -> HttpResponseBase:
    """One branch and its rooms."""
    actor = request.actor
    branch = branches.get(actor, branch_id, among=resources.BRANCHES.among)
    may_change = branches.allows(actor, "change", branch)
    zone = branch.time_zone or actor.institution.time_zone
    return ROOMS.listing(
        request,
        ROOMS.rows(actor).filter(branch=branch),
        may_change,
        ROOMS.new_url(branch) if may_change else "",
        template="settings/branch.html",
        export_name=f"rooms-{branch.code.lower()}",
        context={
            "branch": branch,
            "analytics_url": analytics_url(actor, branch=branch.pk),
            "may_change": may_change,
            "facts": [
                Fact(_("Rooms"), branch.room_count, _("%(seats)d seats") % {"seats": branch.seat_count}),  # type: ignore[attr-defined]
                Fact(_("Batches"), branch.batch_count, _("upcoming or active")),  # type: ignore[attr-defined]
                Fact(_("Time zone"), zone.replace("_", " "), "" if branch.time_zone else _("same as institution")),
                Fact(_("Address"), branch.address or "–"),
            ],
        },
    )
