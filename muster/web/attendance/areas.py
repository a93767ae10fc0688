"""The pages of attendance beside each other."""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy

from muster.institutions.access import STAFF_ROLES, Actor
from muster.web.ui.components import Tab

PLACES = (
    ("cohorts", gettext_lazy("Batches"), "attendance:cohorts"),
    ("daily", gettext_lazy("Daily"), "attendance:daily"),
    ("not-taken", gettext_lazy("Not taken"), "attendance:not-taken"),
    ("absences", gettext_lazy("Absences"), "attendance:absences"),
)


def areas(current: str) -> list[Tab]:
    """The tabs of the attendance pages."""
    return [Tab(label, reverse(url_name), name == current) for name, label, url_name in PLACES]


def nav_of(actor: Actor) -> str:
    """The entry of the navigation under which attendance stands for somebody."""
    return "attendance" if actor.is_any(*STAFF_ROLES) else "my-attendance"


def is_person(actor: Actor, user_id: UUID) -> bool:
    """Whether the actor is this person."""
    return actor.user is not None and actor.user.pk == user_id
