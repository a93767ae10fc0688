"""The rules of registers, proved on what is stored (`muster check`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.core.proof import Contradiction, Proof, attempt

OWN = "(%(owner)s::uuid IS NULL OR {table}.institution_id = %(owner)s::uuid)"

# What the rows of a register come to, beside what the tally says.
COUNTED = """
FROM (
    SELECT session_id, institution_id,
           count(*) FILTER (WHERE status = 'PRESENT') AS present, count(*) FILTER (WHERE status = 'ABSENT') AS absent,
           count(*) FILTER (WHERE status = 'LATE') AS late, count(*) FILTER (WHERE status = 'EXCUSED') AS excused
    FROM attendance_attendancerecord WHERE session_id IS NOT NULL GROUP BY session_id, institution_id
) AS counted
FULL JOIN attendance_registertally AS tally ON tally.session_id = counted.session_id
"""
DIFFERS = """
(coalesce(counted.present, 0), coalesce(counted.absent, 0), coalesce(counted.late, 0), coalesce(counted.excused, 0))
<> (coalesce(tally.present, 0), coalesce(tally.absent, 0), coalesce(tally.late, 0), coalesce(tally.excused, 0))
"""
TALLIES = f"""
SELECT coalesce(counted.institution_id, tally.institution_id), coalesce(counted.session_id, tally.session_id)::text,
       'The tally of session ' || coalesce(counted.session_id, tally.session_id) || ' differs from its marks'
{COUNTED} WHERE {DIFFERS}
AND (%(owner)s::uuid IS NULL OR coalesce(counted.institution_id, tally.institution_id) = %(owner)s::uuid)
"""  # noqa: S608

IN_PLACE = f"""
SELECT record.institution_id, record.id::text,
       'The record ' || record.id || ' is of another batch or date than its session'
FROM attendance_attendancerecord AS record
JOIN batches_classsession AS class ON class.id = record.session_id
JOIN enrollments_enrollment AS enrollment ON enrollment.id = record.enrollment_id
WHERE (class.date <> record.record_date OR enrollment.batch_id IS NULL
    OR class.batch_id <> enrollment.batch_id
    OR (class.batch_id IS NULL AND NOT EXISTS (
        SELECT FROM batches_meetingmember AS member
        WHERE member.shared_meeting_id = class.shared_meeting_id AND member.batch_id = enrollment.batch_id
    )))
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
FROM batches_classsession AS class
WHERE class.status = 'scheduled' AND EXISTS (
    SELECT FROM attendance_attendancerecord AS record WHERE record.session_id = class.id AND record.status IS NOT NULL
)
AND {OWN.format(table="class")}
"""  # noqa: S608

# Nobody marks between the count and its being written: marks wait for the row of the tally.
HOLD_TALLY = "SELECT session_id FROM attendance_registertally WHERE session_id = %s FOR UPDATE"
RECOUNT = """
INSERT INTO attendance_registertally (session_id, institution_id, present, absent, late, excused)
SELECT id, institution_id, 0, 0, 0, 0 FROM batches_classsession WHERE id = %s
ON CONFLICT (session_id) DO NOTHING
"""
RETALLY = """
UPDATE attendance_registertally AS tally SET
    present = counted.present, absent = counted.absent, late = counted.late, excused = counted.excused
FROM (
    SELECT count(*) FILTER (WHERE status = 'PRESENT') AS present, count(*) FILTER (WHERE status = 'ABSENT') AS absent,
           count(*) FILTER (WHERE status = 'LATE') AS late, count(*) FILTER (WHERE status = 'EXCUSED') AS excused
    FROM attendance_attendancerecord WHERE session_id = %s
) AS counted
WHERE tally.session_id = %s
"""


def _retally(found: Sequence[Contradiction]) -> Iterator[str]:
    healed = 0
    for contradiction in found:
        with attempt(), connection.cursor() as cursor:
            cursor.execute(RECOUNT, [contradiction.key])
            cursor.execute(HOLD_TALLY, [contradiction.key])
            cursor.execute(RETALLY, [contradiction.key, contradiction.key])
            healed += 1
    if healed:
        yield _("Counted the marks of %(count)d registers anew.") % {"count": healed}


PROOFS = (
    Proof(gettext_lazy("A record is of its session's date, and of a learner of its batch"), IN_PLACE),
    Proof(gettext_lazy("The mark that stands is in the log"), LOGGED),
    Proof(gettext_lazy("A session with marks was held"), MET),
    Proof(gettext_lazy("The tally of a register equals its marks"), TALLIES, _retally),
)
