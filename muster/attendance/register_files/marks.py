"""Every mark that stands, over all registers."""

from __future__ import annotations

from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext_lazy

from muster.accounts.models import by_family_name
from muster.attendance.models import AttendanceRecord, Mark
from muster.attendance.permissions import records
from muster.core.exports import Export, ExportColumn
from muster.institutions.access import Actor
from muster.institutions.models import Affiliation
from muster.timetable.models import ClassSession


def _clock(name: str) -> Any:
    return lambda row: f"{row[name]:%H:%M}" if row[name] else None


def _key(name: str) -> Any:
    return lambda row: str(row[name]) if row[name] else None


def _marked_at(row: Any) -> Any:
    """The wall clock where the class is: spreadsheets know no zones."""
    return row["marked_at"].astimezone(ZoneInfo(row["zone"])).replace(tzinfo=None, microsecond=0)


MARKS = Export(
    [
        ExportColumn("batch_code", itemgetter("batch_code"), gettext_lazy("Batch")),
        ExportColumn("date", itemgetter("record_date"), gettext_lazy("Date")),
        ExportColumn("start_time", _clock("start_time"), gettext_lazy("From")),
        ExportColumn("end_time", _clock("end_time"), gettext_lazy("To")),
        ExportColumn("student_number", itemgetter("student_number"), gettext_lazy("Student number")),
        ExportColumn("full_name", itemgetter("full_name"), gettext_lazy("Learner")),
        ExportColumn("email", itemgetter("email"), gettext_lazy("Email"), is_contact=True),
        ExportColumn("status_words", lambda row: str(Mark(row["status"]).label), gettext_lazy("Mark")),
        ExportColumn("minutes_late", itemgetter("minutes_late"), gettext_lazy("Minutes late")),
        ExportColumn("notes", itemgetter("notes"), gettext_lazy("Note")),
        ExportColumn("marked_by", itemgetter("marked_by_name"), gettext_lazy("Marked by")),
        ExportColumn("marked_at", _marked_at, gettext_lazy("Marked at")),
        ExportColumn("status", itemgetter("status")),
        ExportColumn("record_id", _key("pk")),
        ExportColumn("session_id", _key("session_id")),
        ExportColumn("enrolment_id", _key("enrollment_id")),
    ]
)


def marks_of(actor: Actor) -> QuerySet[AttendanceRecord, Any]:
    """The marks that the actor may see, as `MARKS` tells them, by date and batch.

    Daily records are among them, without times; cancelled sessions are not.
    """
    took_place = Q(session__isnull=True) | ~Q(session__status=ClassSession.Status.CANCELLED)
    rows = records.rows(actor, among=AttendanceRecord.objects.filter(took_place, status__isnull=False))
    number = Affiliation.objects.filter(institution=OuterRef("institution"), user=OuterRef("enrollment__student"))
    return rows.order_by(
        "record_date", "enrollment__batch__code", "session__start_time", by_family_name("enrollment__student__"), "pk"
    ).values(
        "pk",
        "record_date",
        "session_id",
        "enrollment_id",
        "status",
        "minutes_late",
        "notes",
        "marked_at",
        batch_code=F("enrollment__batch__code"),
        start_time=F("session__start_time"),
        end_time=F("session__end_time"),
        student_number=Subquery(number.values("student_number")[:1]),
        full_name=F("enrollment__student__full_name"),
        email=F("enrollment__student__email"),
        marked_by_name=F("marked_by__full_name"),
        zone=Coalesce(NullIf("enrollment__batch__branch__time_zone", Value("")), "institution__time_zone"),
    )
