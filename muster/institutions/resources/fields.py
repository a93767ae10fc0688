"""What the plain nouns of an institution share."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from muster.core.clocks import known_zones
from muster.core.resources import Field, Refusals, Related, Retirement
from muster.institutions.access import Actor
from muster.institutions.errors import TimeZoneClash
from muster.institutions.permissions import branches

INACTIVE = Retirement(
    text=_("If you deactivate it, it keeps everything it has but can't be chosen anymore."),
    already=_("It's already inactive and can't be chosen anymore."),
    button=_("Deactivate instead"),
    said=_("%(name)s deactivated."),
    states=(_("Active"), _("Inactive")),
)
OWN_BRANCH = Related(branches.get_named, lambda actor: branches.rows(actor, "change"))


@cache
def zone_choices() -> list[tuple[str, str]]:
    """Every time zone of the IANA database that names a place."""
    names = [name for name in known_zones() if "/" in name and not name.startswith(("Etc/", "posix"))]
    return [(name, name.replace("_", " ")) for name in ("UTC", *sorted(names))]


def zones(current: str, *, empty: Any = None) -> list[tuple[str, Any]]:
    """The time zones to choose from, with the one that is in use whatever its name."""
    known = [*([("", empty)] if empty is not None else []), *zone_choices()]
    return known if current in dict(known) else [(current, current), *known]


def zones_of_branch(actor: Actor, current: str) -> Iterable[tuple[str, Any]]:
    """The time zones of a branch, or that of its institution."""
    return zones(current, empty=gettext("Same as institution: %(zone)s") % {"zone": actor.institution.time_zone})


def half(name: str, help_text: Any = "", **more: Any) -> Field:
    """A field that stands beside another one."""
    return Field(name, help=help_text, width="w3", **more)


def weight(name: str, help_text: Any, **more: Any) -> Field:
    """How much something counts when instructors are suggested."""
    return half(name, help_text, note="How much it counts in suggestions: 0 (not) to 10", **more)


def zone_clashes(time_zone: str) -> Refusals:
    """What another time zone may be refused as, by the constraint: it books classes anew."""
    clash = TimeZoneClash(time_zone)
    return {"instructor_is_in_one_place_at_a_time": clash, "room_holds_one_meeting_at_a_time": clash}
