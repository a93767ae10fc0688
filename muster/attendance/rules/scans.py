"""Sheets that were signed on paper and scanned, beside their register."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy

from muster.attendance.errors import SessionCancelled
from muster.attendance.models import RegisterScan
from muster.attendance.rules.evidence import Upload
from muster.attendance.rules.marking import hold_session
from muster.core.database import atomic
from muster.core.errors import Conflict
from muster.core.files import keep_for, sweep_folder, take_in
from muster.core.history import recorded
from muster.institutions.access import Actor
from muster.timetable.models import ClassSession

FOLDER = "scans"
MOST_SCANS = 20


class TooManyScans(Conflict):
    """A register has as many signed sheets as it takes."""

    sentence = gettext_lazy("This register already has %(most)d signed sheets. Combine several pages into one PDF.")
    default_code, default_field = "too_many_scans", "file"


def add_scan(*, by: Actor, session: ClassSession, upload: Upload) -> RegisterScan:
    """Keep the signed sheet of a register, locked or not; the one before stays below it.

    Holds the batches and the session, as marking does. Raises FileRefused, TooManyScans, SessionCancelled,
    BatchArchived.
    """
    with keep_for(FOLDER, [take_in(upload.content, upload.name)]) as (written,):
        return _add(by, session, written)


@atomic
def _add(by: Actor, session: ClassSession, written: Mapping[str, Any]) -> RegisterScan:
    hold_session(session)
    if session.is_cancelled:
        raise SessionCancelled(session)
    if RegisterScan.objects.filter(session=session).count() >= MOST_SCANS:
        raise TooManyScans(most=MOST_SCANS)
    with recorded(by, "add_scan"):
        return RegisterScan.objects.create(institution=by.institution, session=session, added_by=by.user, **written)


def sweep_scans() -> int:
    """Delete the files that no row names since what they were sent for was undone; answers how many."""
    return sweep_folder(FOLDER, RegisterScan)
