"""A student's attendance and timetable, for themself, their instructors and those who manage them."""

from django.http import HttpRequest, HttpResponse
from ninja import Query
from typing_extensions import TypedDict

from muster.accounts.models import User
from muster.api.attendance.calendar import CalendarSpanQuery, EventOut, calendar_answer
from muster.api.attendance.schemas import AbsenceOut, absence_json
from muster.api.kit import Date, Door, answer, in_shape, key, request_actor, request_object
from muster.attendance.models import AttendanceRecord, Mark
from muster.attendance.queries.calendar import calendar_sessions
from muster.attendance.queries.student import BatchAttendance, absences_of, attendance_of, marks_of
from muster.enrollments.models import Enrollment
from muster.enrollments.permissions import enrollments
from muster.people.permissions import students
from muster.people.queries import people_here

router = Door()
MOST_MARKS, MOST_ABSENCES = 500, 100


class StudentMarkOut(TypedDict):
    """A mark of a session, or of a date where `session_id` is null."""

    record_id: str
    enrollment_id: str
    batch_id: str | None
    session_id: str | None
    date: Date
    status: str
    minutes_late: int | None


class BatchAttendanceOut(TypedDict):
    """Attendance in one batch. `letters` are P, A, L and E, the oldest first; `lately` is the last ten's percent."""

    enrollment_id: str
    status: str
    batch_id: str
    batch_name: str
    attendance_percent: float | None
    lately: float | None
    present: int
    late: int
    absent: int
    excused: int
    sessions_to_come: int
    letters: str


class StudentAttendanceOut(TypedDict):
    """A student's attendance, as far as the caller may see it: the latest marks and absences, and figures of all."""

    batches: list[BatchAttendanceOut]
    marks: list[StudentMarkOut]
    absences: list[AbsenceOut]


def batch_attendance_json(one: BatchAttendance) -> BatchAttendanceOut:
    """How the student's attendance stands in one batch."""
    return in_shape(
        BatchAttendanceOut,
        one.enrollment,
        enrollment_id=key(one.enrollment.pk),
        batch_name=one.enrollment.batch.name if one.enrollment.batch else "",
        attendance_percent=one.projection.percent,
        lately=one.lately,
        sessions_to_come=one.projection.to_come,
        letters=one.projection.letters,
        **{mark.value.lower(): one.number_of(mark) for mark in Mark},
    )


def _mark_json(record: AttendanceRecord) -> StudentMarkOut:
    return in_shape(
        StudentMarkOut,
        record,
        record_id=key(record.pk),
        batch_id=key(record.enrollment.batch_id),
        date=record.record_date,
    )


ON_STUDENT = {"on": "student_id", "among": lambda actor: people_here(actor, "student_number")}


@router.get("/{student_id}/attendance", allow=students["see"], data=StudentAttendanceOut, **ON_STUDENT)
def see_student_attendance(request: HttpRequest, student_id: str) -> HttpResponse:
    """How a student attends: in figures by batch, every mark (the latest 500), and absences (the latest 100)."""
    actor, student = request_actor(request), request_object(request, User)
    shown: StudentAttendanceOut = {
        "batches": [batch_attendance_json(one) for one in attendance_of(actor, student)],
        "marks": [_mark_json(record) for record in marks_of(actor, student)[:MOST_MARKS]],
        "absences": [absence_json(one) for one in absences_of(actor, student)[:MOST_ABSENCES]],
    }
    return answer(shown)


@router.get("/{student_id}/timetable", allow=students["see"], rows=EventOut, **ON_STUDENT)
def see_student_timetable(request: HttpRequest, student_id: str, span: Query[CalendarSpanQuery]) -> HttpResponse:
    """The sessions of the batches in which the student has a seat, in a period, as the calendar tells them."""
    actor, student = request_actor(request), request_object(request, User)
    first, last = span.days(actor.today())
    seats = enrollments.rows(actor, among=Enrollment.objects.current().filter(student=student))
    asked = {"pk__in": seats.filter(status=Enrollment.Status.ACTIVE).values("batch"), **span.conditions("")}
    rows = calendar_sessions(actor, first, last, of_batches=asked, **span.ids())
    return calendar_answer(span, rows)
