"""One register: who is on it, what is marked, and how they came before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple, Self
from uuid import UUID

from django.db import connection
from django.db.models import OuterRef, QuerySet, TextField
from django.db.models.functions import Cast, JSONObject

from muster.accounts.models import BY_FAMILY_NAME
from muster.attendance.models import Mark
from muster.attendance.permissions import registers
from muster.attendance.queries.percent import PERCENT
from muster.attendance.queries.signing import last_signature
from muster.batches.models import BatchMeeting
from muster.core.json_rows import JSONList
from muster.core.prepared import prepared_cursor
from muster.institutions.access import Actor
from muster.institutions.models import STUDENT_ROLES, Institution, Role
from muster.timetable.models import ClassSession

LAST = 5


class RegisterRow(NamedTuple):
    """One learner of a register, with the mark that stands."""

    enrollment_id: UUID
    student_id: UUID
    full_name: str
    email: str
    student_number: str
    batch_id: UUID
    batch_code: str
    batch_name: str
    # The batch is archived: seen, and no longer marked.
    frozen: bool
    record_id: UUID | None
    status: str | None
    minutes_late: int | None
    notes: str
    marked_at: datetime | None
    said_at: datetime | None
    marked_by_id: UUID | None
    marked_by_name: str | None
    # Letters P, A, L, E of the sessions before, the newest last; a dash where there is no mark.
    last: str
    # Over all seats in the batch; asked for by pages alone.
    percent: float | None
    # An absence was announced for the day, so EXCUSED is what to expect.
    is_announced: bool
    # The enrollments that this line stands for: several where somebody left and came back, or sits in two batches that
    # meet as one.
    enrollment_ids: list[UUID]
    given_name: str
    family_name: str
    # The name of the file, empty where there is none.
    photo: str
    # The minimum attendance of the course, where it has one of its own.
    own_minimum: int | None

    @property
    def says(self) -> tuple[str | None, int | None, str]:
        """Mark, minutes late and note."""
        return self.status, self.minutes_late, self.notes


@dataclass(frozen=True)
class MarkCounts:
    """How many of each mark."""

    present: int = 0
    absent: int = 0
    late: int = 0
    excused: int = 0
    total: int = 0

    @property
    def marked(self) -> int:
        return self.present + self.absent + self.late + self.excused

    @property
    def unmarked(self) -> int:
        return self.total - self.marked

    @classmethod
    def of(cls, marks: Iterable[str | None]) -> MarkCounts:
        """The marks, counted."""
        counts = Counter(marks)
        present, absent, late, excused = (counts[mark.value] for mark in Mark)
        return cls(present, absent, late, excused, counts.total())


@dataclass(frozen=True)
class MarkedRows:
    """Learners with the marks that stand."""

    rows: list[RegisterRow]

    @property
    def summary(self) -> MarkCounts:
        return MarkCounts.of(row.status for row in self.rows)

    def line_of(self, enrollment_id: UUID | None) -> RegisterRow | None:
        """The line of whoever has this enrollment."""
        return self._lines.get(enrollment_id)

    @cached_property
    def _lines(self) -> dict[UUID | None, RegisterRow]:
        return {pk: row for row in self.rows for pk in row.enrollment_ids}

    def with_rows(self, changed: dict[UUID, RegisterRow]) -> Self:
        """The same after these rows have changed."""
        return replace(self, rows=[changed.get(row.enrollment_id, row) for row in self.rows])


@dataclass(frozen=True)
class Register(MarkedRows):
    """The register of one session, as far as the actor sees it."""

    session: ClassSession


@dataclass(frozen=True)
class ProposedMark:
    """How somebody who comes in now is to be marked."""

    status: Mark
    minutes_late: int | None = None


def late_from(session: ClassSession, institution: Institution) -> datetime | None:
    """From when whoever comes is late, by the setting of the institution; None for a session without times."""
    return session.moments[0] + timedelta(minutes=institution.late_after_minutes) if session.moments else None


def proposed_mark(session: ClassSession, institution: Institution, now: datetime) -> ProposedMark | None:
    """How somebody who comes in now is to be marked: late once the minutes of the institution have passed; None while
    the session is not on."""
    if not session.is_on(now):
        return None
    late = late_from(session, institution)
    if late is None or now <= late:
        return ProposedMark(Mark.PRESENT)
    return ProposedMark(Mark.LATE, int((now - session.begins_at).total_seconds() // 60))


def sessions_in_full(actor: Actor, rows: QuerySet[ClassSession] | None = None) -> QuerySet[ClassSession]:
    """Sessions with what a register says of them.

    `teaches` where the actor stands before the whole class; `batches` are those that meet in it, by code; `signed` is
    for `signature_of`.
    """
    rows = ClassSession.objects.all() if rows is None else rows
    return with_signature(rows).annotate(teaches=registers.right(actor, "teach"), batches=batches_met())


def with_signature(rows: QuerySet[ClassSession]) -> QuerySet[ClassSession]:
    """Sessions with what stands above and below their register, whoever reads it."""
    related = rows.select_related("meeting", "subject", "instructor", "room", "locked_by")
    return related.annotate(signed=last_signature())


def batches_met() -> JSONList:
    """The batches that meet in a session, by code: `{id, name, code}`."""
    met = BatchMeeting.objects.filter(meeting=OuterRef("meeting")).order_by("batch__code")
    return JSONList(
        met.values(row=JSONObject(id=Cast("batch_id", TextField()), name="batch__name", code="batch__code"))
    )


# What a `RegisterRow` reads of an enrollment and the record that stands.
ROW = """SELECT enrollment.id, person.id, person.full_name, person.email, coalesce(affiliation.student_number, ''),
       batch.id, batch.code, batch.name, batch.archived_at IS NOT NULL,
       record.id, record.status, record.minutes_late, coalesce(record.notes, ''), record.marked_at, record.said_at,
       record.marked_by_id, marker.full_name,
       {last}, {percent},
       EXISTS (
           SELECT FROM attendance_absencenotice AS notice
           WHERE notice.student_id = person.id AND notice.institution_id = enrollment.institution_id
           AND notice.status = 'announced' AND {day} BETWEEN notice.first_date AND notice.last_date
           AND (notice.enrollment_id IS NULL OR notice.enrollment_id = ANY (line.enrollment_ids))
           AND (notice.session_id IS NULL OR notice.session_id = {session})
       ),
       line.enrollment_ids, person.given_name, person.family_name, person.photo, course.minimum_attendance_percent
FROM line
JOIN enrollments_enrollment AS enrollment ON enrollment.id = line.enrollment_id
JOIN accounts_user AS person ON person.id = enrollment.student_id
JOIN batches_batch AS batch ON batch.id = enrollment.batch_id
LEFT JOIN courses_course AS course ON course.id = enrollment.course_id
LEFT JOIN institutions_affiliation AS affiliation
    ON affiliation.user_id = person.id AND affiliation.institution_id = enrollment.institution_id
LEFT JOIN attendance_attendancerecord AS record ON record.enrollment_id = enrollment.id AND {record}
LEFT JOIN accounts_user AS marker ON marker.id = record.marked_by_id"""
NO_LAST, NO_PERCENT = "''", "NULL::float8"

# Each person once: the enrollment that was marked, else the seat taken last, of a batch that is not archived if any.
LINE = """line AS (
    SELECT (
               array_agg(seated.enrollment_id
                         ORDER BY seated.is_marked DESC, own.frozen, seated.since DESC, seated.enrollment_id DESC)
           )[1] AS enrollment_id,
           array_agg(DISTINCT seated.enrollment_id) AS enrollment_ids
    FROM seated JOIN enrollments_enrollment AS own ON own.id = seated.enrollment_id
    GROUP BY own.student_id
)"""

# Learners whose seat covers the day, and whoever was marked all the same; found first, so that whatever the size of the
# institution only their rows are read. The last sessions are those of the batch, for a shared meeting those of the
# meeting.
REGISTER = """
WITH place AS (
    SELECT batch_id FROM batches_batchmeeting WHERE meeting_id = %(meeting)s
), seated AS (
    SELECT period.enrollment_id, period.from_date AS since, FALSE AS is_marked FROM enrollments_seatperiod AS period
    WHERE period.batch_id IN (SELECT batch_id FROM place)
    AND period.from_date <= %(date)s AND (period.until_date IS NULL OR period.until_date >= %(date)s)
    UNION ALL
    SELECT enrollment_id, record_date, TRUE FROM attendance_attendancerecord
    WHERE session_id = %(session)s AND status IS NOT NULL
), {line}{earlier}
{row}
WHERE (
    %(whole)s OR batch.branch_id = ANY(%(branches)s) OR batch.department_id = ANY(%(departments)s)
    OR person.id = %(student)s
)
ORDER BY batch.code, {order}, enrollment.id
"""
# Found once, not once for each learner; each part by an index of its own.
EARLIER = """, earlier AS MATERIALIZED (
    SELECT id, date, start_time FROM timetable_classsession
    WHERE meeting_id = ANY(ARRAY(
        SELECT %(meeting)s::uuid
        UNION
        SELECT other.meeting_id FROM batches_batchmeeting AS own
        JOIN batches_batchmeeting AS other ON other.batch_id = own.batch_id
        WHERE own.meeting_id = %(meeting)s AND own.is_own
    ))
    AND status = 'held' AND id <> %(session)s
    AND (date, coalesce(start_time, '00:00')) < (%(date)s, coalesce(%(start)s::time, '00:00'))
    ORDER BY date DESC, start_time DESC NULLS LAST, id DESC LIMIT %(last)s
)"""
LETTERS = """coalesce((
    SELECT string_agg(coalesce(left(before.status, 1), '-'), '' ORDER BY earlier.date, earlier.start_time, earlier.id)
    FROM earlier LEFT JOIN attendance_attendancerecord AS before
        ON before.session_id = earlier.id AND before.status IS NOT NULL AND before.enrollment_id = ANY (ARRAY(
            SELECT own.id FROM enrollments_enrollment AS own
            WHERE own.student_id = enrollment.student_id AND own.batch_id = enrollment.batch_id
        ))
), '')"""


def _register_sql(last: str = NO_LAST, percent: str = NO_PERCENT) -> str:
    row = ROW.format(
        last=last,
        percent=percent,
        day="%(date)s::date",
        session="%(session)s",
        record="record.session_id = %(session)s",
    )
    return REGISTER.format(line=LINE, order=BY_FAMILY_NAME, earlier="" if last == NO_LAST else EARLIER, row=row)


BARE, WITH_LAST, IN_FULL = _register_sql(), _register_sql(LETTERS), _register_sql(LETTERS, PERCENT)


def register_of(actor: Actor, session: ClassSession, *, last: bool = True, percents: bool = False) -> Register:
    """The register of a session that the actor may see, in one statement: by batch, then by name.

    Students see their own row, managers of a branch or department those of their part; whoever teaches, the class. The
    session comes from `sessions_in_full`.
    """
    asked = IN_FULL if percents else WITH_LAST if last else BARE
    values: dict[str, Any] = {
        "session": session.pk,
        "meeting": session.meeting_id,
        "date": session.date,
        "start": session.start_time,
        "last": LAST,
        "whole": actor.is_admin or bool(session.teaches),  # type: ignore[attr-defined]
        "branches": [grant.branch_id for grant in actor.grants if grant.role == Role.BRANCH_MANAGER],
        "departments": [grant.department_id for grant in actor.grants if grant.role == Role.DEPT_ADMIN],
        "student": actor.user.pk if actor.user and actor.is_any(*STUDENT_ROLES) else None,
    }
    with prepared_cursor() as cursor:
        cursor.execute(asked, values)
        return Register([RegisterRow._make(row) for row in cursor.fetchall()], session)


class RegisterProgress(NamedTuple):
    """How far a register is taken."""

    marked: int
    expected: int
    # Whether everybody is marked.
    is_taken: bool


# The seats of each batch are read once, and counted by the days on which they begin and end; where several batches meet
# as one, each person counts once.
MARKED_AND_EXPECTED = """
WITH class AS MATERIALIZED (
    SELECT class.id, class.meeting_id, class.date, meeting.is_shared
    FROM timetable_classsession AS class JOIN timetable_meeting AS meeting ON meeting.id = class.meeting_id
    WHERE class.id = ANY(%s)
), met AS MATERIALIZED (
    SELECT meeting_id, batch_id FROM batches_batchmeeting
    WHERE meeting_id = ANY(ARRAY(SELECT DISTINCT meeting_id FROM class))
), seats AS MATERIALIZED (
    SELECT met.meeting_id, period.from_date, period.until_date, count(*) AS number
    FROM enrollments_seatperiod AS period JOIN met ON met.batch_id = period.batch_id
    WHERE period.batch_id = ANY(ARRAY(SELECT DISTINCT batch_id FROM met))
    AND period.from_date <= (SELECT max(date) FROM class)
    AND (period.until_date IS NULL OR period.until_date >= (SELECT min(date) FROM class))
    GROUP BY met.meeting_id, period.from_date, period.until_date
)
SELECT class.id, (
    SELECT coalesce(sum(present + absent + late + excused), 0)::integer
    FROM attendance_batchtally WHERE session_id = class.id
), CASE WHEN class.is_shared THEN muster_expected(class.meeting_id, class.date)
    ELSE coalesce(sum(seats.number), 0)::integer END,
    EXISTS (SELECT FROM attendance_batchtally WHERE session_id = class.id AND is_taken)
FROM class LEFT JOIN seats ON seats.meeting_id = class.meeting_id
    AND seats.from_date <= class.date AND (seats.until_date IS NULL OR seats.until_date >= class.date)
GROUP BY class.id, class.meeting_id, class.date, class.is_shared
"""


def marked_and_expected(session_ids: Iterable[UUID]) -> dict[UUID, RegisterProgress]:
    """How many are marked and how many should be, for each of these sessions, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(MARKED_AND_EXPECTED, [list(session_ids)])
        return {pk: RegisterProgress(*far) for pk, *far in cursor.fetchall()}
