"""The rules of batches, proved on what is stored (`muster check`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.core.checks import Contradiction, Invariant, MadeByMigration, attempt_repair

# What migrations made on the tables of apps below.
TRIGGERS = (
    MadeByMigration("institutions_affiliation", "calendar_links_end_here"),
    MadeByMigration("accounts_user", "calendar_links_end_everywhere"),
)

# What the meetings of batches are, asked of the batches one by one. Who teaches is asked for each session, from the
# assignments as they are: the database works out ranges of days instead.
MEETINGS = """
WITH member AS MATERIALIZED (
    SELECT link.meeting_id, link.is_own, batch.*,
           batch.status IN ('Upcoming', 'Active') AND batch.deleted_at IS NULL AND batch.archived_at IS NULL AS runs
    FROM batches_batchmeeting AS link JOIN batches_batch AS batch ON batch.id = link.batch_id
    WHERE %(owner)s::uuid IS NULL OR batch.institution_id = %(owner)s::uuid
), lacking AS (
    SELECT batch.institution_id, batch.id, batch.code || ' has no meeting of its own' AS what
    FROM batches_batch AS batch
    WHERE (%(owner)s::uuid IS NULL OR batch.institution_id = %(owner)s::uuid)
    AND NOT EXISTS (SELECT FROM member WHERE member.id = batch.id AND member.meeting_id = batch.id AND member.is_own)
), first AS (
    SELECT DISTINCT ON (meeting_id) meeting_id, branch_id FROM member ORDER BY meeting_id, code, id
), facts AS (
    SELECT meeting.institution_id, meeting.id,
           meeting.code || ' does not keep to the dates, the place or the status of its batches' AS what
    FROM timetable_meeting AS meeting
    JOIN first ON first.meeting_id = meeting.id
    JOIN institutions_institution AS institution ON institution.id = meeting.institution_id
    LEFT JOIN institutions_branch AS branch ON branch.id = first.branch_id
    WHERE meeting.branch_id IS DISTINCT FROM first.branch_id
    OR meeting.time_zone <> coalesce(nullif(branch.time_zone, ''), institution.time_zone)
    OR meeting.books <> EXISTS (SELECT FROM member WHERE member.meeting_id = meeting.id AND member.runs)
    OR meeting.is_archived
        <> NOT EXISTS (SELECT FROM member WHERE member.meeting_id = meeting.id AND member.archived_at IS NULL)
    OR meeting.books AND (
        coalesce(meeting.start_date, '-infinity') <> (
            SELECT min(coalesce(start_date, '-infinity')) FROM member WHERE member.meeting_id = meeting.id AND runs
        )
        OR coalesce(meeting.end_date, 'infinity') <> (
            SELECT max(coalesce(end_date, 'infinity')) FROM member WHERE member.meeting_id = meeting.id AND runs
        )
    )
    OR NOT meeting.is_shared AND NOT EXISTS (
        SELECT FROM member WHERE member.id = meeting.id AND (member.name, member.code) = (meeting.name, meeting.code)
    )
), wanted AS (
    SELECT session.id, assignment.instructor_id, NULL::uuid AS subject_id, bool_or(member.runs) AS books
    FROM timetable_classsession AS session
    JOIN member ON member.meeting_id = session.meeting_id
    JOIN batches_instructorassignment AS assignment
        ON assignment.batch_id = member.id AND NOT assignment.for_subjects
        AND session.date BETWEEN assignment.from_date AND coalesce(assignment.until_date, 'infinity')
    LEFT JOIN batches_instructorassignment AS substitute
        ON substitute.batch_id = member.id AND substitute.role = 'substitute'
        AND session.date BETWEEN substitute.from_date AND coalesce(substitute.until_date, 'infinity')
    WHERE (assignment.role <> 'lead' OR substitute.id IS NULL)
    AND (member.is_own OR session.date BETWEEN coalesce(member.start_date, '-infinity')
        AND coalesce(member.end_date, 'infinity'))
    GROUP BY 1, 2
    UNION
    SELECT session.id, faculty.instructor_id, faculty.subject_id, bool_or(member.runs)
    FROM timetable_classsession AS session
    JOIN member ON member.meeting_id = session.meeting_id
    JOIN batches_subjectfaculty AS faculty
        ON faculty.batch_id = member.id
        AND session.date BETWEEN faculty.from_date AND coalesce(faculty.until_date, 'infinity')
    WHERE EXISTS (
        SELECT FROM batches_instructorassignment AS assignment
        WHERE assignment.batch_id = member.id AND assignment.instructor_id = faculty.instructor_id
        AND session.date BETWEEN assignment.from_date AND coalesce(assignment.until_date, 'infinity')
    )
    AND (member.is_own OR session.date BETWEEN coalesce(member.start_date, '-infinity')
        AND coalesce(member.end_date, 'infinity'))
    GROUP BY 1, 2, 3
), stored AS (
    SELECT session.id, person.instructor_id, person.subject_id, bool_or(person.books) AS books
    FROM timetable_classsession AS session
    JOIN timetable_meetingperson AS person ON person.meeting_id = session.meeting_id AND person.days @> session.date
    WHERE EXISTS (SELECT FROM member WHERE member.meeting_id = session.meeting_id)
    GROUP BY 1, 2, 3
), people AS (
    SELECT DISTINCT meeting.institution_id, meeting.id,
           meeting.code || ': ' || person.full_name || ' comes on other days than its batches say' AS what
    FROM (
        (SELECT * FROM wanted EXCEPT SELECT * FROM stored) UNION ALL (SELECT * FROM stored EXCEPT SELECT * FROM wanted)
    ) AS difference
    JOIN timetable_classsession AS session ON session.id = difference.id
    JOIN timetable_meeting AS meeting ON meeting.id = session.meeting_id
    JOIN accounts_user AS person ON person.id = difference.instructor_id
)
SELECT institution_id, id::text, what
FROM (SELECT * FROM lacking UNION ALL SELECT * FROM facts UNION ALL SELECT * FROM people) AS contradiction
ORDER BY institution_id, what
"""

TWO_LEADS = """
SELECT batch.institution_id, batch.id::text, batch.code || ': ' || one_name.full_name || ' and ' || other_name.full_name
FROM batches_instructorassignment AS one
JOIN batches_instructorassignment AS other
    ON other.batch_id = one.batch_id AND other.id > one.id AND other.role = 'lead'
    AND greatest(one.from_date, other.from_date)
        <= least(coalesce(one.until_date, 'infinity'), coalesce(other.until_date, 'infinity'))
JOIN batches_batch AS batch ON batch.id = one.batch_id
JOIN accounts_user AS one_name ON one_name.id = one.instructor_id
JOIN accounts_user AS other_name ON other_name.id = other.instructor_id
WHERE one.role = 'lead' AND (%(owner)s::uuid IS NULL OR batch.institution_id = %(owner)s::uuid)
ORDER BY batch.institution_id, batch.code
"""

OVERFULL = """
SELECT institution_id, id::text, code || ': ' || enrolled_students + seats_offered || ' of ' || capacity
FROM batches_batch
WHERE enrolled_students + seats_offered > capacity AND (%(owner)s::uuid IS NULL OR institution_id = %(owner)s::uuid)
ORDER BY institution_id, code
"""


def _keep(found: Sequence[Contradiction]) -> Iterator[str]:
    """Let the meetings follow their batches, each by itself: one that would double-book somebody stays as it is."""
    meetings = sorted({contradiction.key for contradiction in found})
    for meeting in meetings:
        with attempt_repair(), connection.cursor() as cursor:
            cursor.execute("SELECT muster_keep_meetings(ARRAY[%s]::uuid[])", [meeting])
    yield _("Updated %(count)d session schedules to match their batches.") % {"count": len(meetings)}


INVARIANTS = (
    Invariant(gettext_lazy("Session schedules match their batches and instructors"), MEETINGS, _keep),
    Invariant(gettext_lazy("A batch has at most one lead on a day"), TWO_LEADS),
    Invariant(gettext_lazy("Seats held never exceed the capacity"), OVERFULL),
)
