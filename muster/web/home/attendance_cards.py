"""A student's attendance in one batch, as the home page says it: where it stands, and what may still be missed."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from muster.attendance.models import Mark
from muster.attendance.queries.projection import AttendanceProjection
from muster.enrollments.models import Enrollment
from muster.risk.queries import forecast_in_words
from muster.web.ui.widgets import percent

# More squares than this say nothing to the eye.
MOST_CELLS = 64


def attendance_card(place: Enrollment, minimum: int) -> dict[str, Any] | None:
    """What `home/attendance.html` shows of one batch; None where nothing is marked and nothing is to come."""
    outlook = AttendanceProjection(place.letters, place.to_come, minimum)  # type: ignore[attr-defined]
    if not outlook.letters and not outlook.to_come:
        return None
    rate, pill = outlook.percent, ""
    low = rate is not None and rate < minimum
    if rate is not None:
        pill = percent(rate)
        if low:
            pill = _("%(now)s now, %(needed)s required") % {"now": pill, "needed": percent(minimum)}
    return {
        "key": place.pk,
        "name": place.batch.marked(place.batch.name) if place.batch else str(place.course),
        "sentence": forecast_in_words(outlook, own=True),
        "note": _note(outlook),
        "pill": pill,
        "looks": ("warn", "alert") if low else ("good", "okc"),
        "cells": _cells(outlook),
    }


def _note(outlook: AttendanceProjection) -> str:
    if not outlook.counted:
        return _("No attendance marked yet.")
    words = {"came": outlook.came, "counted": outlook.counted}
    first = _("You attended %(came)d of %(counted)d. Late counts as attended.") % words
    return f"{first} {_('Dashed: you can miss these.')}" if _is_drawn(outlook) and outlook.may_miss else first


def _is_drawn(outlook: AttendanceProjection) -> bool:
    return len(outlook.letters) + outlook.to_come <= MOST_CELLS


def _cells(outlook: AttendanceProjection) -> list[tuple[str, str]]:
    """A square each; of a long course what is marked, the latest."""
    words = {mark.value[0]: str(mark.label) for mark in Mark}
    marked = [(letter, words[letter]) for letter in outlook.letters[-MOST_CELLS:]]
    if not _is_drawn(outlook):
        return marked
    spare = outlook.may_miss or 0
    to_come = [("", _("upcoming"))] * (outlook.to_come - spare)
    return [*marked, *to_come, *[("S", _("can be missed"))] * spare]
