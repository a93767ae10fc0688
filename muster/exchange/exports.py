"""Lists as files: what an export of each kind holds, the same on a page and at the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.attendance.queries import with_attendance
from muster.batches.meetings import week_in_words
from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.batches.queries import batches_of, seats_in_use
from muster.batches.workload import instructor_state, instructors_with_load, weekly_minutes
from muster.enrollments.models import Enrollment
from muster.enrollments.permissions import enrollments
from muster.enrollments.queries import student_state, students_with_seats, with_students
from muster.institutions.access import Actor


@dataclass(frozen=True)
class ExportColumn:
    """A heading, and the plain value of a record below it. Contacts are left out for who may not see them."""

    heading: Any
    value: Callable[[Any], Any]
    is_contact: bool = False


@dataclass(frozen=True)
class Export:
    """A kind of list as a file."""

    columns: Sequence[ExportColumn]

    def lines(self, records: Iterable[Any], *, contacts: bool = True) -> Iterator[list[Any]]:
        """The headings, then a line for each record."""
        columns = [column for column in self.columns if contacts or not column.is_contact]
        yield [str(column.heading) for column in columns]
        for record in records:
            yield [column.value(record) for column in columns]

    def __or__(self, further: Sequence[ExportColumn]) -> Export:
        return Export([*further, *self.columns])


def dates_and_week(batch: Any) -> str:
    """First and last day, and the week of a batch of `batches_of`."""
    days = [f"{day:%Y-%m-%d}" for day in (batch.start_date, batch.end_date) if day]
    return ", ".join(filter(None, [" – ".join(days), week_in_words(batch.week)]))


def seats_taken(batch: Batch) -> str:
    """Such as "28 / 30 (+1)": taken, of how many, and offered."""
    held = f"{seats_in_use(batch)} / {batch.capacity}" if batch.capacity else str(seats_in_use(batch))
    return f"{held} (+{batch.seats_offered})" if batch.seats_offered else held


def status_in_words(batch: Batch) -> str:
    """The status, and whether the batch is archived."""
    return ", ".join(filter(None, [batch.get_status_display(), _("archived") if batch.is_archived else ""]))


def next_moment(session: dict[str, Any], zone: tzinfo | None = None) -> str:
    """When an instructor's next session begins, such as "Mon 30 Nov, 08:00"."""
    return date_format(
        datetime.fromisoformat(session["starts"]).astimezone(zone or get_current_timezone()), "D j M, H:i"
    )


def _next_session(person: Any) -> str:
    session = person.next_meeting
    if not session:
        return ""
    return " ".join(filter(None, [next_moment(session), session["name"] if session["seen"] else ""]))


BATCHES = Export(
    [
        ExportColumn(gettext_lazy("Batch"), lambda batch: batch.name),
        ExportColumn(gettext_lazy("Code"), lambda batch: batch.code),
        ExportColumn(gettext_lazy("Branch"), lambda batch: batch.branch.name if batch.branch else None),
        ExportColumn(gettext_lazy("Dates"), dates_and_week),
        ExportColumn(gettext_lazy("Lead"), lambda batch: batch.lead["full_name"] if batch.lead else ""),
        ExportColumn(gettext_lazy("Seats"), seats_taken),
        ExportColumn(gettext_lazy("Status"), status_in_words),
    ]
)
STUDENTS = Export(
    [
        ExportColumn(gettext_lazy("Student"), lambda person: person.full_name),
        ExportColumn(gettext_lazy("Given name"), lambda person: person.given_name),
        ExportColumn(gettext_lazy("Family name"), lambda person: person.family_name),
        ExportColumn(gettext_lazy("Number"), lambda person: person.number),
        ExportColumn(gettext_lazy("Email"), lambda person: person.email, is_contact=True),
        ExportColumn(
            gettext_lazy("Current batches"),
            lambda person: ", ".join(seat.batch.code if seat.batch else str(seat.course) for seat in person.seats_now),
        ),
        ExportColumn(gettext_lazy("Status"), lambda person: str(student_state(person, person.seats_now).label)),
    ]
)
INSTRUCTORS = Export(
    [
        ExportColumn(gettext_lazy("Instructor"), lambda person: person.full_name),
        ExportColumn(gettext_lazy("Staff number"), lambda person: person.number),
        ExportColumn(gettext_lazy("Email"), lambda person: person.email),
        ExportColumn(gettext_lazy("Batches"), lambda person: int(person.load)),
        ExportColumn(gettext_lazy("This week"), lambda person: round(weekly_minutes(person) / 60, 2)),
        ExportColumn(gettext_lazy("Next session"), _next_session),
        ExportColumn(gettext_lazy("Status"), lambda person: str(instructor_state(person).label)),
    ]
)
ROSTER = Export(
    [
        ExportColumn(gettext_lazy("Student"), lambda row: row.student.full_name),
        ExportColumn(gettext_lazy("Given name"), lambda row: row.student.given_name),
        ExportColumn(gettext_lazy("Family name"), lambda row: row.student.family_name),
        ExportColumn(gettext_lazy("Student number"), lambda row: row.student_number),
        ExportColumn(gettext_lazy("Email"), lambda row: row.student.email, is_contact=True),
        ExportColumn(gettext_lazy("Phone"), lambda row: row.student.phone, is_contact=True),
        ExportColumn(gettext_lazy("Enrolled"), lambda row: row.enrollment_date),
        ExportColumn(gettext_lazy("Type"), lambda row: str(row.get_enrollment_type_display())),
        ExportColumn(gettext_lazy("Progress"), lambda row: int(row.progress)),
        ExportColumn(gettext_lazy("Attendance"), lambda row: row.attendance_percent),
        ExportColumn(gettext_lazy("Status"), lambda row: str(row.get_status_display())),
    ]
)
ENROLLMENTS = ROSTER | [
    ExportColumn(gettext_lazy("Batch"), lambda row: row.batch.code if row.batch else None),
    ExportColumn(gettext_lazy("Course"), lambda row: row.course.title),
]


def _batch_rows(actor: Actor) -> QuerySet[Batch]:
    return batches_of(actor, batches.rows(actor)).select_related("branch").order_by("start_date", "name", "pk")


def _enrollment_rows(actor: Actor) -> QuerySet[Enrollment]:
    rows = with_attendance(with_students(enrollments.rows(actor))).select_related("student", "batch", "course")
    return rows.order_by("batch__code", "student__full_name", "pk")


# What can be exported as a whole, and the rows that an actor may see of it.
KINDS: dict[str, tuple[Export, Callable[[Actor], QuerySet[Any]]]] = {
    "batches": (BATCHES, _batch_rows),
    "students": (STUDENTS, students_with_seats),
    "instructors": (INSTRUCTORS, instructors_with_load),
    "enrollments": (ENROLLMENTS, _enrollment_rows),
}


def export_of(kind: str, actor: Actor) -> tuple[int, Iterator[list[Any]]]:
    """How many lines the export has, then the headings and the lines."""
    export, rows_of = KINDS[kind]
    rows = rows_of(actor)
    return rows.count(), export.lines(rows)
