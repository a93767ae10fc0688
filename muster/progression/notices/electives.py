"""What students are told of semesters."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.accounts.models import User
from muster.institutions.access import Actor
from muster.institutions.models import STUDENT_ROLES
from muster.notifications.kinds import NotificationKind, register_kind
from muster.notifications.rules import notify
from muster.progression.models import ElectiveGroup

ELECTIVES_TO_CHOOSE = "electives_to_choose"

register_kind(
    NotificationKind(
        ELECTIVES_TO_CHOOSE,
        gettext_lazy("I haven't chosen my electives"),
        frozenset(map(str, STUDENT_ROLES)),
        gettext_lazy("A reminder before choosing ends."),
    )
)


def tell_to_choose(by: Actor, group: ElectiveGroup, people: Iterable[User]) -> int:
    """Remind these students of the group, with the page on which they choose; answers how many are told."""
    names = {"group": group.name, "batch": group.batch.name, "day": date_format(group.closes_on, "l j F Y")}
    return notify(
        by=by,
        to=people,
        kind=ELECTIVES_TO_CHOOSE,
        title=_("Choose your electives: %(group)s") % names,
        text=_("You haven't finished choosing for %(batch)s. You can choose until the end of %(day)s.") % names,
        url=reverse("progression:own-electives", args=[group.batch_id]),
    )
