"""What is granted as files, each marked with who was given it, by which grant, for what and when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.accounts.models import by_family_name
from muster.attendance.models import AttendanceRecord, Mark
from muster.attendance.queries import Register, RegisterRow
from muster.attendance.register_files import register_sheet, sheet_file
from muster.core.errors import Invalid
from muster.core.exports import Export, ExportColumn
from muster.core.files.downloads import Download, rows_download
from muster.enrollments.models import SeatPeriod
from muster.institutions.access import Actor
from muster.institutions.models import Affiliation
from muster.oversight.models import AccessLook, AccessRequest
from muster.oversight.permissions import places_covered
from muster.oversight.queries import GrantedRegister
from muster.timetable.models import ClassSession

PDF = AccessLook.How.PDF.value
# So much of the purpose has room across a page.
MOST_PURPOSE = 120
FORMATS = {one.value: one for one in (AccessLook.How.PDF, AccessLook.How.XLSX, AccessLook.How.CSV)}


def how_of(kind: str, *, on_paper: bool = True) -> str:
    """The look that a file of this format is. Raises Invalid at `format`."""
    if kind not in FORMATS or (kind == PDF and not on_paper):
        raise Invalid(_("Choose csv, xlsx or pdf.") if on_paper else _("Choose csv or xlsx."), field="format")
    return FORMATS[kind]


def watermark(actor: Actor, grants: Sequence[AccessRequest], now: datetime) -> str:
    """Who is given it, for which institution's grant, for what, and when."""
    purposes = "; ".join(dict.fromkeys(" ".join(one.purpose.split()) for one in grants))
    return _("%(who)s, %(institution)s, grant %(number)s (%(purpose)s), %(when)s") % {
        "who": actor.user.full_name if actor.user else "",
        "institution": actor.institution.name,
        "number": ", ".join(one.reference for one in grants),
        "purpose": Truncator(purposes).chars(MOST_PURPOSE),
        "when": date_format(now.astimezone(actor.zone), "j M Y, H:i"),
    }


def _columns(mark: str) -> Export:
    """What a line says; its last column is the watermark, which goes wherever the line is copied to."""
    return Export(
        [
            ExportColumn("batch_code", itemgetter("batch_code"), gettext_lazy("Batch")),
            ExportColumn("date", itemgetter("date"), gettext_lazy("Date")),
            ExportColumn("start_time", _clock("start_time"), gettext_lazy("From")),
            ExportColumn("end_time", _clock("end_time"), gettext_lazy("To")),
            ExportColumn("student_number", itemgetter("student_number"), gettext_lazy("Student number")),
            ExportColumn("full_name", itemgetter("full_name"), gettext_lazy("Student")),
            ExportColumn(
                "status_words",
                lambda row: str(Mark(row["status"]).label) if row["status"] else "",
                gettext_lazy("Mark"),
            ),
            ExportColumn("minutes_late", itemgetter("minutes_late"), gettext_lazy("Minutes late")),
            ExportColumn("marked_by", itemgetter("marked_by_name"), gettext_lazy("Marked by")),
            ExportColumn("marked_at", itemgetter("marked_at"), gettext_lazy("Marked at")),
            ExportColumn("status", itemgetter("status")),
            ExportColumn("session_id", lambda row: str(row["session_id"])),
            ExportColumn("given_to", lambda row: mark, gettext_lazy("Given to")),
        ]
    )


def _clock(name: str) -> Any:
    return lambda row: f"{row[name]:%H:%M}" if row[name] else None


def _lines(mark: str, rows: Iterable[Any]) -> Iterator[list[Any]]:
    """The headings, the lines, and where there are none one that bears the watermark alone."""
    columns, lines = _columns(mark), 0
    for lines, line in enumerate(columns.lines(rows)):  # noqa: B007
        yield line
    if not lines:
        yield [None] * (len(columns.columns) - 1) + [mark]


# --- one register --------------------------------------------------------------------------------------------------
def register_file(actor: Actor, found: GrantedRegister, register: Register, kind: str) -> Download:
    """A granted register as PDF, CSV or XLSX. The look is recorded before."""
    mark, session = watermark(actor, [found.access], timezone.now()), found.session
    codes = ", ".join(batch.code for batch in found.batches.values())
    if kind != PDF:
        rows = (_line(session, row) for row in register.rows)
        return rows_download(_lines(mark, rows), f"register-{_word(codes)}-{session.date}", kind)
    sheet = register_sheet(actor, session)
    courses = sorted({batch.course.title for batch in found.batches.values() if batch.course})
    # Of the batches that are granted, and not of all that meet there.
    facts = [fact for fact in sheet.heading.facts if fact[0] not in (_("Batches"), _("Course"))]
    own = [(_("Batches"), codes), *([(_("Course"), ", ".join(courses))] if courses else [])]
    heading = replace(sheet.heading, facts=[*own, *facts], watermark=mark)
    return sheet_file(replace(sheet, heading=heading, register=register), PDF)


def _line(session: ClassSession, row: RegisterRow) -> dict[str, Any]:
    return {
        "batch_code": row.batch_code,
        "date": session.date,
        "start_time": session.start_time,
        "end_time": session.end_time,
        "student_number": row.student_number,
        "full_name": row.full_name,
        "status": row.status,
        "minutes_late": row.minutes_late,
        "marked_by_name": row.marked_by_name if row.status else None,
        "marked_at": _wall_clock(row.marked_at, session.meeting.zone) if row.status else None,
        "session_id": session.pk,
    }


def _word(text: str) -> str:
    return "-".join(text.replace(",", " ").split())[:60]


# --- all registers of grants ---------------------------------------------------------------------------------------
def marks_granted(actor: Actor, grants: QuerySet[AccessRequest]) -> QuerySet[AttendanceRecord, Any]:
    """The marks of all registers that the grants cover: of whoever has the record, or a seat that day, in a batch of
    theirs."""
    seat = SeatPeriod.objects.on(OuterRef(OuterRef("record_date"))).filter(
        batch=OuterRef("batch"), enrollment__student=OuterRef(OuterRef("enrollment__student"))
    )
    places = places_covered(grants, "record_date").filter(
        Q(batch=OuterRef("enrollment__batch")) | Q(Exists(seat)), meeting=OuterRef("session__meeting")
    )
    number = Affiliation.objects.filter(institution=OuterRef("institution"), user=OuterRef("enrollment__student"))
    rows = AttendanceRecord.objects.filter(
        Exists(places), institution=actor.institution, status__isnull=False, session__isnull=False
    ).exclude(session__status=ClassSession.Status.CANCELLED)
    return rows.order_by(
        "record_date", "enrollment__batch__code", "session__start_time", by_family_name("enrollment__student__"), "pk"
    ).values(
        "status",
        "minutes_late",
        "marked_at",
        "session_id",
        date=F("record_date"),
        batch_code=F("enrollment__batch__code"),
        start_time=F("session__start_time"),
        end_time=F("session__end_time"),
        zone=F("session__meeting__time_zone"),
        student_number=Subquery(number.values("student_number")[:1]),
        full_name=F("enrollment__student__full_name"),
        marked_by_name=F("marked_by__full_name"),
    )


def marks_file(actor: Actor, grants: Sequence[AccessRequest], kind: str) -> Download:
    """The marks of all registers of these grants as CSV or XLSX. The look is recorded before."""
    mark = watermark(actor, grants, timezone.now())
    rows = marks_granted(actor, AccessRequest.objects.in_force().filter(pk__in=[one.pk for one in grants]))
    return rows_download(_lines(mark, map(_local, rows.iterator(2000))), f"registers-{grants[0].reference}", kind)


def _local(row: dict[str, Any]) -> dict[str, Any]:
    """With the wall clock where the class is: spreadsheets know no zones."""
    return row | {"marked_at": _wall_clock(row["marked_at"], ZoneInfo(row["zone"]))}


def _wall_clock(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    return moment.astimezone(zone).replace(tzinfo=None, microsecond=0) if moment else None
