"""The rules of registers, proved on what is stored (`muster check`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.core.files.storage import default_storage
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.attendance.models import Evidence
from muster.core.checks import (
    AnyInvariant,
    CodeInvariant,
    Contradiction,
    Invariant,
    MadeByMigration,
    attempt_repair,
)

TRIGGERS = (
    MadeByMigration("timetable_classsession", "keep_marked_session"),
    MadeByMigration("enrollments_seatperiod", "unmarked_follow_seats"),
    MadeByMigration("batches_batchmeeting", "unmarked_follow_meeting"),
    MadeByMigration("batches_batch", "unmarked_follow_archive"),
)

OWN = "(%(owner)s::uuid IS NULL OR {table}.institution_id = %(owner)s::uuid)"

# What the rows of a register come to, beside what the tallies say.
ROWS = """
SELECT record.session_id, enrollment.batch_id, record.institution_id,
       count(*) FILTER (WHERE record.status = 'PRESENT') AS present,
       count(*) FILTER (WHERE record.status = 'ABSENT') AS absent,
       count(*) FILTER (WHERE record.status = 'LATE') AS late,
       count(*) FILTER (WHERE record.status = 'EXCUSED') AS excused
FROM attendance_attendancerecord AS record
JOIN enrollments_enrollment AS enrollment ON enrollment.id = record.enrollment_id
WHERE record.session_id IS NOT NULL{narrowed}
GROUP BY record.session_id, enrollment.batch_id, record.institution_id
"""
TALLIES = f"""
SELECT coalesce(counted.institution_id, tally.institution_id), coalesce(counted.session_id, tally.session_id)::text,
       'The tally of session ' || coalesce(counted.session_id, tally.session_id) || ' differs from its marks'
FROM ({ROWS.format(narrowed="")}) AS counted
FULL JOIN attendance_batchtally AS tally
    ON tally.session_id = counted.session_id AND tally.batch_id = counted.batch_id
WHERE (
        coalesce(counted.present, 0), coalesce(counted.absent, 0),
        coalesce(counted.late, 0), coalesce(counted.excused, 0)
    ) <> (coalesce(tally.present, 0), coalesce(tally.absent, 0), coalesce(tally.late, 0), coalesce(tally.excused, 0))
AND (%(owner)s::uuid IS NULL OR coalesce(counted.institution_id, tally.institution_id) = %(owner)s::uuid)
"""  # noqa: S608

IN_PLACE = f"""
SELECT record.institution_id, record.id::text,
       'The record ' || record.id || ' is of another batch or date than its session'
FROM attendance_attendancerecord AS record
JOIN timetable_classsession AS class ON class.id = record.session_id
JOIN enrollments_enrollment AS enrollment ON enrollment.id = record.enrollment_id
WHERE (class.date <> record.record_date OR NOT EXISTS (
    SELECT FROM batches_batchmeeting AS link
    WHERE link.meeting_id = class.meeting_id AND link.batch_id = enrollment.batch_id
))
AND {OWN.format(table="record")}
"""  # noqa: S608

LOGGED = f"""
SELECT record.institution_id, record.id::text, 'The mark of record ' || record.id || ' is not in the log'
FROM attendance_attendancerecord AS record
WHERE NOT EXISTS (
    SELECT FROM attendance_markentry AS entry
    WHERE entry.enrollment_id = record.enrollment_id AND entry.record_date = record.record_date
    AND entry.session_id IS NOT DISTINCT FROM record.session_id
    AND entry.status IS NOT DISTINCT FROM record.status
)
AND {OWN.format(table="record")}
"""  # noqa: S608

MET = f"""
SELECT class.institution_id, class.id::text, 'Session ' || class.id || ' is ' || class.status || ' and has marks'
FROM timetable_classsession AS class
JOIN timetable_meeting AS meeting ON meeting.id = class.meeting_id
WHERE class.status = 'scheduled' AND EXISTS (
    SELECT FROM attendance_attendancerecord AS record WHERE record.session_id = class.id AND record.status IS NOT NULL
)
-- A job counts it as held soon after it has begun.
AND muster_beginning(class.date, class.start_time, meeting.time_zone) < now() - interval '1 hour'
AND {OWN.format(table="class")}
"""  # noqa: S608

ON_THE_DAY = f"""
SELECT record.institution_id, record.id::text,
       'The record ' || record.id || ' is ' || record.status || ' before its day has come'
FROM attendance_attendancerecord AS record
JOIN enrollments_enrollment AS enrollment ON enrollment.id = record.enrollment_id
JOIN batches_batch AS batch ON batch.id = enrollment.batch_id
WHERE record.status <> 'EXCUSED' AND record.record_date >= muster_today('UTC')
AND record.record_date > muster_today(muster_zone(batch.institution_id, batch.branch_id))
AND {OWN.format(table="record")}
"""  # noqa: S608

ONE_MARK = f"""
SELECT record.institution_id, record.id::text,
       'The learner of record ' || record.id || ' has another mark in the same session'
FROM attendance_attendancerecord AS record
JOIN enrollments_enrollment AS enrollment ON enrollment.id = record.enrollment_id
WHERE record.session_id IS NOT NULL AND record.status IS NOT NULL AND EXISTS (
    SELECT FROM enrollments_enrollment AS other
    JOIN attendance_attendancerecord AS beside ON beside.enrollment_id = other.id
    WHERE other.student_id = enrollment.student_id AND other.id > enrollment.id
    AND beside.session_id = record.session_id AND beside.status IS NOT NULL
)
AND {OWN.format(table="record")}
"""  # noqa: S608

ONE_LEARNER = f"""
SELECT evidence.institution_id, evidence.id::text, 'Evidence ' || evidence.id || ' is of two learners'
FROM attendance_evidence AS evidence
JOIN attendance_attendancerecord AS record ON record.id = evidence.record_id
JOIN enrollments_enrollment AS enrollment ON enrollment.id = record.enrollment_id
JOIN attendance_absencenotice AS notice ON notice.id = evidence.notice_id
WHERE notice.student_id <> enrollment.student_id
AND {OWN.format(table="evidence")}
"""  # noqa: S608

CORRECTED = f"""
SELECT request.institution_id, request.id::text, 'The approved correction ' || request.id || ' made no mark'
FROM attendance_correctionrequest AS request
WHERE request.status = 'approved' AND NOT EXISTS (
    SELECT FROM attendance_markentry AS entry
    WHERE entry.enrollment_id = request.enrollment_id AND entry.session_id = request.session_id
    AND entry.status = request.to_status
)
AND {OWN.format(table="request")}
"""  # noqa: S608

UNMARKED = f"""
SELECT tally.institution_id, tally.session_id::text,
       'The tally of session ' || tally.session_id || ' differs from who of its register is without a mark'
FROM attendance_batchtally AS tally
WHERE tally.unmarked <> muster_unmarked(tally.session_id)
AND {OWN.format(table="tally")}
"""  # noqa: S608

# Nobody marks between the count and its being written: marks take the session.
HOLD = "SELECT id FROM timetable_classsession WHERE id = %s FOR UPDATE"
FORGET = "DELETE FROM attendance_batchtally WHERE session_id = %s"
RETALLY = f"""
INSERT INTO attendance_batchtally (session_id, batch_id, institution_id, present, absent, late, excused, unmarked)
SELECT counted.*, 0 FROM ({ROWS.format(narrowed=" AND record.session_id = %s")}) AS counted
"""  # noqa: S608
RECOUNT = "SELECT muster_count_unmarked(ARRAY[%s::uuid])"


def _retally(found: Sequence[Contradiction]) -> Iterator[str]:
    sessions = {contradiction.key for contradiction in found}
    for session in sorted(sessions):
        with attempt_repair(), connection.cursor() as cursor:
            for statement in (HOLD, FORGET, RETALLY, RECOUNT):
                cursor.execute(statement, [session])
    yield _("Recounted the marks of %(count)d registers.") % {"count": len(sessions)}


def _lost_files() -> list[Contradiction]:
    """Evidence whose file is not there as it was written. What was removed while this looked is not among it."""
    kept = Evidence.objects.kept().order_by("pk")
    wrong = {}
    for row in kept.only("pk", "institution", "file", "file_size").iterator():
        name = str(row.file)
        if not default_storage.exists(name):
            wrong[row.pk] = (row, _("The file for evidence %(id)s is missing: %(file)s"))
        elif default_storage.size(name) != row.file_size:
            wrong[row.pk] = (row, _("The file for evidence %(id)s has changed since it was sent: %(file)s"))
    there = set(kept.filter(pk__in=wrong).values_list("pk", flat=True))
    return [
        Contradiction(row.institution_id, row.pk, words % {"id": row.pk, "file": row.file})
        for pk, (row, words) in wrong.items()
        if pk in there
    ]


def _left_as_they_are(found: Sequence[Contradiction]) -> Iterator[str]:
    yield _("Lost files can only be restored from a backup. Files not repaired: %(count)d.") % {"count": len(found)}


INVARIANTS: tuple[AnyInvariant, ...] = (
    Invariant(gettext_lazy("Every attendance record matches its session's date and a student of its batch"), IN_PLACE),
    Invariant(gettext_lazy("Every current mark is in the log"), LOGGED),
    Invariant(gettext_lazy("Every session with marks was held"), MET),
    Invariant(gettext_lazy("No one is present, absent or late before the day has come"), ON_THE_DAY),
    Invariant(gettext_lazy("No one has two marks in one session"), ONE_MARK),
    Invariant(gettext_lazy("Every register's tally equals its marks"), TALLIES, _retally),
    Invariant(gettext_lazy("Every register's tally knows how many have no mark"), UNMARKED, _retally),
    Invariant(gettext_lazy("Every piece of evidence belongs to one student"), ONE_LEARNER),
    CodeInvariant(gettext_lazy("Evidence keeps its file until it is removed"), _lost_files, _left_as_they_are),
    Invariant(gettext_lazy("Every approved correction changed its mark"), CORRECTED),
)
