"""The pages of attendance beside each other."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from muster.core.parts import Tab
from muster.core.shell import url_or_empty

PLACES = (
    ("cohorts", "attendance:cohorts"),
    ("calendar", "calendar"),
    ("daily", "attendance:daily"),
    ("not-taken", "attendance:not-taken"),
    ("absences", "attendance:absences"),
)


def areas(current: str, *, missing: int | None = None) -> list[Tab]:
    """The tabs of the attendance pages, without those that do not exist; `missing` registers are not taken."""
    return list(_areas(current, missing))


def _areas(current: str, missing: int | None) -> Iterator[Tab]:
    words = {
        "cohorts": _("Batches"),
        "calendar": _("Calendar"),
        "daily": _("Daily records"),
        "not-taken": _("Not taken"),
        "absences": _("Absences"),
    }
    for name, url_name in PLACES:
        if url := url_or_empty(url_name):
            yield Tab(words[name], url, name == current, missing if name == "not-taken" else None)


def home() -> str:
    """Where attendance begins."""
    return reverse("attendance:cohorts")
