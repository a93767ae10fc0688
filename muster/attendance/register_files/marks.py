"""Every mark that stands, over all registers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, Q, QuerySet, Subquery

from muster.attendance.models import AttendanceRecord, Mark
from muster.attendance.permissions import records
from muster.attendance.register_files.spreadsheets import register_headings
from muster.institutions.access import Actor
from muster.institutions.models import Affiliation
from muster.timetable.models import ClassSession

AT_ONCE = 2000


def marks_of(actor: Actor) -> tuple[int, Iterator[list[Any]]]:
    """How many marks the actor may see, then the headings of a register and a row for each, by date and batch.

    Daily records are among them, without times; cancelled sessions are not. Read in parts, however many there are.
    """
    took_place = Q(session__isnull=True) | ~Q(session__status=ClassSession.Status.CANCELLED)
    rows = records.rows(actor, among=AttendanceRecord.objects.filter(took_place, status__isnull=False))
    return rows.count(), _lines(actor, rows)


def _lines(actor: Actor, rows: QuerySet[AttendanceRecord]) -> Iterator[list[Any]]:
    yield register_headings()
    number = Affiliation.objects.filter(institution=OuterRef("institution"), user=OuterRef("enrollment__student"))
    told = rows.order_by(
        "record_date", "enrollment__batch__code", "session__start_time", "enrollment__student__full_name", "pk"
    ).values_list(
        "enrollment__batch__code",
        "record_date",
        "session__start_time",
        "session__end_time",
        Subquery(number.values("student_number")[:1]),
        "enrollment__student__full_name",
        "enrollment__student__email",
        "status",
        "minutes_late",
        "notes",
        "marked_by__full_name",
        "marked_at",
        "enrollment__batch__branch__time_zone",
    )
    for code, day, start, end, student_number, *who, status, minutes, notes, by, at, zone in told.iterator(AT_ONCE):
        yield [
            code,
            day,
            f"{start:%H:%M}" if start else None,
            f"{end:%H:%M}" if end else None,
            student_number,
            *who,
            str(Mark(status).label),
            minutes,
            notes,
            by,
            at.astimezone(ZoneInfo(zone or actor.institution.time_zone)).replace(tzinfo=None, microsecond=0),
        ]
