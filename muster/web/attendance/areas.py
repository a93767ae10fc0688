"""The pages of attendance beside each other."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy

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
