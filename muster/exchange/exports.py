"""Lists as files: what an export of each kind holds, the same on a page, over the API and at the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.accounts.models import by_family_name
from muster.allocation.permissions import mentees
from muster.assessment.queries import mentoring_report, progress_in, with_progress
from muster.attendance.permissions import records
from muster.attendance.queries import with_attendance
from muster.attendance.register_files import MARKS, marks_of
from muster.batches.meetings import week_in_words
from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.batches.queries import batches_of
from muster.batches.workload import instructor_state, instructors_with_load, weekly_minutes
from muster.core.clocks import zone_words
from muster.core.errors import Forbidden, Missing
from muster.core.exports import Export, ExportColumn, days_apart, export_of_resource
from muster.core.money import money
from muster.core.permissions import Permission
from muster.core.replica import may_lag
from muster.courses.models import Course
from muster.courses.permissions import courses
from muster.courses.queries import courses_with_numbers
from muster.courses.resources import COURSES
from muster.enrollments.balances import Balance, balances_of
from muster.enrollments.models import Enrollment
from muster.enrollments.permissions import enrollments, payments
from muster.enrollments.queries import payments_seen_by, student_state, students_with_seats, with_students
from muster.exchange.lists.weeks import slots_written
from muster.exchange.sections.writing import SECTIONS, section_lines
from muster.institutions.access import Actor
from muster.institutions.permissions import users
from muster.institutions.resources import BRANCHES, DEPARTMENTS, HOLIDAYS, ROOMS, TERMS
from muster.mentoring.permissions import mentoring_sessions
from muster.mentoring.queries import sessions_seen_by
from muster.people.permissions import instructors, students

# As many rows are read together.
AT_ONCE = 2000


def status_in_words(batch: Batch) -> str:
    """The status, and whether the batch is archived."""
    return ", ".join(filter(None, [batch.get_status_display(), _("archived") if batch.is_archived else ""]))


def next_moment(session: dict[str, Any]) -> str:
    """When an instructor's next session begins, by its own clock, which is named where it is not the reader's: such as
    "Mon 30 Nov, 08:00"."""
    starts = date_format(_starts(session), "D j M, H:i")
    return ", ".join(filter(None, [starts, zone_words(ZoneInfo(session["zone"]), get_current_timezone())]))


def _starts(session: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(session["starts"]).astimezone(ZoneInfo(session["zone"]))


def _of_next(value: Callable[[dict[str, Any]], Any]) -> Callable[[Any], Any]:
    """A value of an instructor's next session; nothing where there is none."""
    return lambda person: value(person.next_meeting) if person.next_meeting else None


def _name(row: Any) -> Any:
    return row.name if row else None


def _key(pk: Any) -> Any:
    return str(pk) if pk else None


BATCHES = Export(
    [
        ExportColumn("batch_name", lambda batch: batch.name, gettext_lazy("Batch")),
        ExportColumn("batch_code", lambda batch: batch.code, gettext_lazy("Code")),
        ExportColumn("course", lambda batch: batch.course_title, gettext_lazy("Course")),
        ExportColumn("branch", lambda batch: batch.branch_name, gettext_lazy("Branch")),
        ExportColumn("department", lambda batch: batch.department_name, gettext_lazy("Department")),
        ExportColumn("year", lambda batch: batch.year, gettext_lazy("Year")),
        ExportColumn("current_semester", lambda batch: batch.current_semester, gettext_lazy("Semester")),
        *days_apart("start_date", "end_date"),
        ExportColumn("week", lambda batch: week_in_words(batch.week), gettext_lazy("Schedule")),
        ExportColumn("lead", lambda batch: batch.lead["full_name"] if batch.lead else None, gettext_lazy("Lead")),
        ExportColumn("capacity", lambda batch: batch.capacity, gettext_lazy("Capacity")),
        ExportColumn("learners", lambda batch: batch.learners, gettext_lazy("Students")),
        ExportColumn("enrolled_students", lambda batch: batch.enrolled_students, gettext_lazy("Enrolled")),
        ExportColumn("seats_offered", lambda batch: batch.seats_offered, gettext_lazy("Seats offered")),
        ExportColumn("available_spots", lambda batch: batch.available_spots, gettext_lazy("Seats left")),
        ExportColumn("status_words", status_in_words, gettext_lazy("Status")),
        ExportColumn("status", lambda batch: batch.status),
        ExportColumn("archived", lambda batch: batch.is_archived),
        ExportColumn("kind", lambda batch: batch.kind),
        ExportColumn("slots", lambda batch: slots_written(batch.week)),
        ExportColumn("batch_id", lambda batch: str(batch.pk)),
        ExportColumn("course_id", lambda batch: _key(batch.course_id)),
        ExportColumn("branch_id", lambda batch: _key(batch.branch_id)),
        ExportColumn("dept_id", lambda batch: _key(batch.department_id)),
        ExportColumn("assigned_instructor", lambda batch: batch.lead["_id"] if batch.lead else None),
    ]
)
# What a person's role is narrowed to.
PLACES = (
    ExportColumn("branch", lambda person: person.branch_name, gettext_lazy("Branch")),
    ExportColumn("department", lambda person: person.department_name, gettext_lazy("Department")),
)
STUDENTS = Export(
    [
        ExportColumn("full_name", lambda person: person.full_name, gettext_lazy("Student")),
        ExportColumn("given_name", lambda person: person.given_name, gettext_lazy("Given name")),
        ExportColumn("family_name", lambda person: person.family_name, gettext_lazy("Family name")),
        ExportColumn("student_number", lambda person: person.number, gettext_lazy("Number")),
        ExportColumn("email", lambda person: person.email, gettext_lazy("Email"), is_contact=True),
        ExportColumn("phone", lambda person: person.phone, gettext_lazy("Phone"), is_contact=True),
        *PLACES,
        ExportColumn(
            "batches",
            lambda person: ", ".join(seat.batch.code if seat.batch else str(seat.course) for seat in person.seats_now),
            gettext_lazy("Current batches"),
        ),
        ExportColumn(
            "status_words",
            lambda person: str(student_state(person, person.seats_now).label),
            gettext_lazy("Status"),
        ),
        ExportColumn("status", lambda person: student_state(person, person.seats_now).value),
        ExportColumn("student_id", lambda person: str(person.pk)),
    ]
)
INSTRUCTORS = Export(
    [
        ExportColumn("full_name", lambda person: person.full_name, gettext_lazy("Instructor")),
        ExportColumn("given_name", lambda person: person.given_name, gettext_lazy("Given name")),
        ExportColumn("family_name", lambda person: person.family_name, gettext_lazy("Family name")),
        ExportColumn("staff_number", lambda person: person.number, gettext_lazy("Staff number")),
        ExportColumn("email", lambda person: person.email, gettext_lazy("Email")),
        ExportColumn("phone", lambda person: person.phone, gettext_lazy("Phone")),
        *PLACES,
        ExportColumn("batches", lambda person: int(person.load), gettext_lazy("Batches")),
        ExportColumn("hours", lambda person: round(weekly_minutes(person) / 60, 2), gettext_lazy("This week")),
        # By its own clock: a spreadsheet knows no zones.
        ExportColumn(
            "next_session", _of_next(lambda one: _starts(one).replace(tzinfo=None)), gettext_lazy("Next session")
        ),
        ExportColumn("next_session_zone", _of_next(lambda one: one["zone"]), gettext_lazy("Time zone")),
        ExportColumn(
            "next_session_name", _of_next(lambda one: one["name"] if one["seen"] else None), gettext_lazy("Session of")
        ),
        ExportColumn("status_words", lambda person: str(instructor_state(person).label), gettext_lazy("Status")),
        ExportColumn("status", lambda person: instructor_state(person).value),
        ExportColumn("instructor_id", lambda person: str(person.pk)),
    ]
)


def _part(name: str, counted: str, row: Any) -> int:
    return int(getattr(getattr(progress_in(row), name), counted))


def progress_of_seats(seats: Iterable[Enrollment]) -> str:
    """Such as "DA-AUG-2026 72%, Programming 40%": the progress in each of the enrollments."""
    return ", ".join(f"{seat.batch.code if seat.batch else seat.course} {progress_in(seat).percent}%" for seat in seats)


ROSTER = Export(
    [
        ExportColumn("student_name", lambda row: row.student.full_name, gettext_lazy("Student")),
        ExportColumn("given_name", lambda row: row.student.given_name, gettext_lazy("Given name")),
        ExportColumn("family_name", lambda row: row.student.family_name, gettext_lazy("Family name")),
        ExportColumn("student_number", lambda row: row.student_number, gettext_lazy("Student number")),
        ExportColumn("email", lambda row: row.student.email, gettext_lazy("Email"), is_contact=True),
        ExportColumn("phone", lambda row: row.student.phone, gettext_lazy("Phone"), is_contact=True),
        ExportColumn("enrollment_date", lambda row: row.enrollment_date, gettext_lazy("Enrolled")),
        ExportColumn("enrollment_type_words", lambda row: str(row.get_enrollment_type_display()), gettext_lazy("Type")),
        ExportColumn("progress", lambda row: progress_in(row).percent, gettext_lazy("Progress")),
        *(
            ExportColumn(f"{name}_{counted}", partial(_part, name, counted), heading)
            for name, counted, heading in (
                ("sessions", "done", gettext_lazy("Sessions attended")),
                ("sessions", "due", gettext_lazy("Sessions held")),
                ("assessments", "done", gettext_lazy("Assessments done")),
                ("assessments", "due", gettext_lazy("Assessments due")),
                ("milestones", "done", gettext_lazy("Goals reached")),
                ("milestones", "due", gettext_lazy("Goals agreed")),
            )
        ),
        ExportColumn("last_attended", lambda row: progress_in(row).last_attended, gettext_lazy("Last attended")),
        ExportColumn("attendance_percent", lambda row: row.attendance_percent, gettext_lazy("Attendance")),
        ExportColumn("status_words", lambda row: str(row.get_status_display()), gettext_lazy("Status")),
        ExportColumn("enrollment_type", lambda row: row.enrollment_type),
        ExportColumn("status", lambda row: row.status),
        ExportColumn("access_expiry_date", lambda row: row.access_expiry_date),
        ExportColumn("enrollment_id", lambda row: str(row.pk)),
        ExportColumn("student_id", lambda row: str(row.student_id)),
    ]
)
ENROLLMENTS = Export(
    [
        ExportColumn("batch_code", lambda row: row.batch.code if row.batch else None, gettext_lazy("Batch")),
        ExportColumn("course", lambda row: row.course.title if row.course else None, gettext_lazy("Course")),
        *ROSTER.columns,
        ExportColumn("organisation", lambda row: _name(row.organisation), gettext_lazy("Paid by")),
        ExportColumn("organisation_id", lambda row: _key(row.organisation_id)),
        ExportColumn("archived", lambda row: row.frozen),
        ExportColumn("batch_id", lambda row: _key(row.batch_id)),
        ExportColumn("course_id", lambda row: _key(row.course_id)),
    ]
)

MENTORING = Export(
    [
        ExportColumn("student_name", lambda row: row.student.full_name, gettext_lazy("Student")),
        ExportColumn("given_name", lambda row: row.student.given_name, gettext_lazy("Given name")),
        ExportColumn("family_name", lambda row: row.student.family_name, gettext_lazy("Family name")),
        ExportColumn("student_number", lambda row: row.student_number, gettext_lazy("Student number")),
        ExportColumn("instructor_name", lambda row: row.instructor.full_name, gettext_lazy("Instructor")),
        ExportColumn("assignment_type_words", lambda row: str(row.get_assignment_type_display()), gettext_lazy("Type")),
        ExportColumn("assigned_on", lambda row: _day_of(row, row.assigned_at), gettext_lazy("Since")),
        ExportColumn("sessions_held", lambda row: row.held, gettext_lazy("Sessions held")),
        ExportColumn("sessions_missed", lambda row: row.missed, gettext_lazy("Sessions missed")),
        ExportColumn("last_contact", lambda row: row.last_contact, gettext_lazy("Last contact")),
        ExportColumn("next_session", lambda row: row.next_session, gettext_lazy("Next session")),
        ExportColumn("goals_reached", lambda row: row.reached, gettext_lazy("Goals reached")),
        ExportColumn("goals_agreed", lambda row: row.agreed, gettext_lazy("Goals agreed")),
        ExportColumn("progress", lambda row: progress_of_seats(row.student.seats_now), gettext_lazy("Progress")),
        ExportColumn("assignment_type", lambda row: row.assignment_type),
        ExportColumn("student_id", lambda row: str(row.student_id)),
        ExportColumn("instructor_id", lambda row: str(row.instructor_id)),
        ExportColumn("assignment_id", lambda row: str(row.pk)),
    ]
)


PAYMENTS = Export(
    [
        ExportColumn("student_name", lambda row: row.enrollment.student.full_name, gettext_lazy("Student")),
        ExportColumn("batch_code", lambda row: _code(row.enrollment.batch), gettext_lazy("Batch")),
        ExportColumn("course", lambda row: _title(row.enrollment.course), gettext_lazy("Course")),
        ExportColumn("amount", lambda row: row.amount, gettext_lazy("Amount")),
        ExportColumn("currency", lambda row: row.currency, gettext_lazy("Currency")),
        ExportColumn("payment_method", lambda row: row.method, gettext_lazy("Method")),
        ExportColumn("organisation", lambda row: _name(row.organisation), gettext_lazy("Organization")),
        ExportColumn("payer", lambda row: row.payer, gettext_lazy("Paid by")),
        ExportColumn("transaction_id", lambda row: row.transaction_id, gettext_lazy("Transaction")),
        ExportColumn("receipt", lambda row: row.receipt, gettext_lazy("Receipt")),
        ExportColumn("recorded_on", lambda row: _day_of(row, row.created_at), gettext_lazy("Recorded")),
        ExportColumn("completed_on", lambda row: _day_of(row, row.completed_at), gettext_lazy("Paid on")),
        ExportColumn("refunded_on", lambda row: _day_of(row, row.refunded_at), gettext_lazy("Refunded on")),
        ExportColumn("status_words", lambda row: str(row.get_status_display()), gettext_lazy("Status")),
        ExportColumn("payment_status", lambda row: row.status),
        ExportColumn("archived", lambda row: row.enrollment.frozen),
        ExportColumn("payment_id", lambda row: str(row.pk)),
        ExportColumn("enrollment_id", lambda row: str(row.enrollment_id)),
        ExportColumn("organisation_id", lambda row: _key(row.organisation_id)),
    ]
)


def _code(batch: Batch | None) -> str | None:
    return batch.code if batch else None


def _title(course: Course | None) -> str | None:
    return course.title if course else None


def _day_of(row: Any, moment: datetime | None) -> Any:
    """A day by the clock of the institution."""
    return moment.astimezone(ZoneInfo(row.institution.time_zone)).date() if moment else None


def sums_of_seat(row: Any, name: str) -> str:
    """One of the sums of a seat, in each currency."""
    shown = (money(getattr(one, name), one.currency) for one in balances_of(row))
    return ", ".join(shown) or "–"


def _only(row: Any, name: str) -> Any:
    """The same as a number, where there is one currency."""
    found: list[Balance] = balances_of(row)
    return getattr(found[0], name) if len(found) == 1 else sums_of_seat(row, name) if found else None


# What an organisation is told of the seats it pays for; their attendance, where the institution allows it.
SEATS_PAID_FOR = Export(
    [
        ExportColumn("student_name", lambda row: row.student.full_name, gettext_lazy("Student")),
        ExportColumn("batch_code", lambda row: row.batch.code if row.batch else None, gettext_lazy("Batch")),
        ExportColumn("course", lambda row: str(row.course) if row.course else None, gettext_lazy("Course")),
        ExportColumn("enrollment_date", lambda row: row.enrollment_date, gettext_lazy("Enrolled")),
        ExportColumn("status_words", lambda row: str(row.get_status_display()), gettext_lazy("Status")),
        ExportColumn(
            "currency", lambda row: ", ".join(one.currency for one in balances_of(row)), gettext_lazy("Currency")
        ),
        ExportColumn("owed", lambda row: _only(row, "owed"), gettext_lazy("Owed")),
        ExportColumn("paid", lambda row: _only(row, "paid"), gettext_lazy("Paid")),
        ExportColumn("open", lambda row: _only(row, "open"), gettext_lazy("Open")),
        ExportColumn("status", lambda row: row.status),
        ExportColumn("archived", lambda row: row.frozen),
        ExportColumn("enrollment_id", lambda row: str(row.pk)),
    ]
)
ATTENDED = ExportColumn("attendance_percent", lambda row: row.attendance_percent, gettext_lazy("Attendance"))


# When students met their mentors, and whether; what came of it stays between them.
MENTORING_SESSIONS = Export(
    [
        ExportColumn("student_name", lambda row: row.assignment.student.full_name, gettext_lazy("Student")),
        ExportColumn("mentor", lambda row: row.assignment.instructor.full_name, gettext_lazy("Mentor")),
        ExportColumn("date", lambda row: row.session.date, gettext_lazy("Day")),
        ExportColumn("start_time", lambda row: f"{row.session.start_time:%H:%M}", gettext_lazy("From")),
        ExportColumn("minutes", lambda row: row.minutes, gettext_lazy("Minutes")),
        ExportColumn("channel_words", lambda row: str(row.get_channel_display()), gettext_lazy("How they meet")),
        ExportColumn("status_words", lambda row: row.status_words, gettext_lazy("Status")),
        ExportColumn("channel", lambda row: row.channel),
        ExportColumn("status", lambda row: row.status),
        ExportColumn("student_id", lambda row: str(row.assignment.student_id)),
        ExportColumn("mentor_id", lambda row: str(row.assignment.instructor_id)),
        ExportColumn("mentoring_session_id", lambda row: str(row.pk)),
    ]
)


def _batch_rows(actor: Actor) -> QuerySet[Batch]:
    return batches_of(actor, batches.rows(actor)).order_by("start_date", "name__plain", "pk")


def _course_rows(actor: Actor) -> QuerySet[Course]:
    return courses_with_numbers(COURSES.rows(actor))


def enrollment_rows(actor: Actor) -> QuerySet[Enrollment]:
    """The enrollments that the actor may see, with their figures, by batch and name. One statement."""
    rows = with_progress(with_attendance(with_students(enrollments.rows(actor)))).select_related(
        "student", "batch", "course", "organisation"
    )
    return rows.order_by("batch__code", by_family_name("student__"), "pk")


@dataclass(frozen=True)
class Kind:
    """What can be exported as a whole: what it holds, the rows that an actor may see of it, and who may ask."""

    export: Export
    rows_of: Callable[[Actor], QuerySet[Any]]
    allow: Permission


def _kinds() -> dict[str, Kind]:
    """The kinds by name; those of the plain nouns are called as their lists."""
    nouns = {
        noun.plural: Kind(export_of_resource(noun), noun.rows, noun.access["see"])
        for noun in (BRANCHES, ROOMS, HOLIDAYS, TERMS, DEPARTMENTS)
    }
    return {
        **nouns,
        "courses": Kind(export_of_resource(COURSES), _course_rows, courses["see"]),
        "batches": Kind(BATCHES, _batch_rows, batches["roster"]),
        "students": Kind(STUDENTS, students_with_seats, students["list"]),
        "instructors": Kind(INSTRUCTORS, instructors_with_load, instructors["list"]),
        "enrollments": Kind(ENROLLMENTS, enrollment_rows, enrollments["see"]),
        "payments": Kind(PAYMENTS, payments_seen_by, payments["see"]),
        "mentoring": Kind(MENTORING, mentoring_report, mentees["list"]),
        "registers": Kind(MARKS, marks_of, records["see"]),
        "mentoring-sessions": Kind(MENTORING_SESSIONS, sessions_seen_by, mentoring_sessions["see"]),
        "sections": Kind(SECTIONS, section_lines, batches["roster"]),
    }


KINDS = _kinds()


@dataclass(frozen=True)
class Exported:
    """Everything of a kind that somebody may see: how much, as lines below their headings, or as objects."""

    count: int
    rows: Iterable[Any]
    export: Export
    contacts: bool

    def lines(self) -> Iterator[list[Any]]:
        return self.export.lines(self.rows, contacts=self.contacts)

    def objects(self) -> Iterator[dict[str, Any]]:
        return self.export.objects(self.rows, contacts=self.contacts)


def export_of(kind: str, actor: Actor) -> Exported:
    """What pages, the API and the command line give out of a kind. Raises Missing, Forbidden."""
    if kind not in KINDS:
        raise Missing(_("There is no export of this kind. Choose one of %(known)s.") % {"known": ", ".join(KINDS)})
    found = KINDS[kind]
    if not found.allow.may(actor):
        raise Forbidden
    rows = may_lag(found.rows_of(actor))
    return Exported(rows.count(), rows.iterator(AT_ONCE), found.export, users.may(actor, "list"))
