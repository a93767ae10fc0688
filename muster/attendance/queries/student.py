"""The attendance of one student: how it stands in each of their batches, and every mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, QuerySet

from muster.accounts.models import User
from muster.attendance.models import AbsenceNotice, AttendanceRecord, CountedMark, Mark
from muster.attendance.permissions import absences, records
from muster.attendance.queries.absences import notices_in_full
from muster.attendance.queries.projection import AttendanceProjection, sessions_to_come, with_projection
from muster.courses.queries import minimum_attendance_of
from muster.enrollments.models import Enrollment
from muster.enrollments.permissions import enrollments
from muster.institutions.access import Actor

# How many marks say where it is going.
LATELY = 10
# Signs of which a row can still be read.
MOST_SIGNS = 64


@dataclass(frozen=True)
class BatchAttendance:
    """A student's attendance in one batch, as far as it is marked."""

    enrollment: Enrollment
    projection: AttendanceProjection

    def number_of(self, mark: Mark) -> int:
        """How many marks of a kind there are."""
        return self.projection.letters.count(mark.value[0])

    @property
    def lately(self) -> float | None:
        """The percentage of the last marks; None where there are no others to compare it with."""
        letters = self.projection.letters
        return AttendanceProjection(letters[-LATELY:], 0, 0).percent if len(letters) > LATELY else None


@dataclass(frozen=True)
class AttendanceRun:
    """The marks of a batch by day, the oldest first, and the days of the sessions to come, the next first: as many as a
    row of signs takes."""

    marks: Sequence[tuple[date, str]]
    to_come: Sequence[date]


def run_of(one: BatchAttendance) -> AttendanceRun:
    """The days behind a student's attendance in a batch, which the actor may see. Two statements."""
    seat = one.enrollment
    marks = CountedMark.objects.filter(student=seat.student_id, batch=seat.batch_id)
    latest = marks.order_by("-record_date", F("start_time").desc(nulls_last=True), "-pk")
    ahead = sessions_to_come(seat.batch_id).order_by("date", "start_time", "pk")
    days = list(ahead.values_list("date", flat=True)[: MOST_SIGNS // 2]) if seat.holds_a_seat else []
    found = list(latest.values_list("record_date", "status")[: MOST_SIGNS - len(days)])
    return AttendanceRun(found[::-1], days)


def attendance_of(actor: Actor, student: User) -> list[BatchAttendance]:
    """How the student's attendance stands in each batch, as far as the actor may see, the latest first."""
    rows = enrollments.rows(actor, among=Enrollment.objects.filter(student=student, batch__isnull=False))
    full = with_projection(rows).select_related("batch", "course").order_by("-enrollment_date", "-pk")
    latest: dict[Any, Any] = {}
    for one in full:
        # Figures are of the person in the batch, over all their seats in it.
        latest.setdefault(one.batch_id, one)

    def minimum_of(one: Enrollment) -> int:
        return minimum_attendance_of(actor.institution, one.course)

    # Whoever holds no seat any more has nothing to come.
    return [
        BatchAttendance(one, AttendanceProjection(one.letters, one.to_come if one.holds_a_seat else 0, minimum_of(one)))
        for one in latest.values()
    ]


def absences_of(actor: Actor, student: User) -> QuerySet[AbsenceNotice]:
    """The student's absences in full, as far as the actor may see them, the latest first."""
    rows = absences.rows(actor, among=AbsenceNotice.objects.filter(student=student))
    return notices_in_full(actor, rows).order_by("-first_date", "-pk")


def marks_of(actor: Actor, student: User) -> QuerySet[AttendanceRecord]:
    """The student's marks that count or are excused, as far as the actor may see them, the latest first."""
    counted = CountedMark.objects.filter(student=student, institution=actor.institution)
    marked = AttendanceRecord.objects.filter(pk__in=counted.values("pk"))
    rows = records.rows(actor, among=marked).select_related("session__subject", "enrollment__batch")
    return rows.order_by("-record_date", F("session__start_time").desc(nulls_last=True), "-pk")
