"""The rules of semesters, proved on what is stored (`muster check`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.core.checks import Contradiction, Invariant, MadeByMigration, attempt_repair

TRIGGERS = (
    MadeByMigration("batches_batch", "subjects_follow_the_course"),
    MadeByMigration("enrollments_enrollment", "electives_are_given_back"),
)

SEMESTER = """
SELECT batch.institution_id, batch.id::text,
       batch.code || ' is in semester ' || batch.current_semester || ', and was rolled over to ' || last.semester
FROM batches_batch AS batch
CROSS JOIN LATERAL (
    SELECT CASE request.status WHEN 'executed' THEN coalesce(request.to_semester, request.from_semester)
           ELSE request.from_semester END AS semester
    FROM progression_rolloverrequest AS request
    WHERE request.batch_id = batch.id AND request.status IN ('executed', 'reverted')
    ORDER BY request.created_at DESC, request.id DESC LIMIT 1
) AS last
WHERE batch.current_semester <> last.semester
AND (%(owner)s::uuid IS NULL OR batch.institution_id = %(owner)s::uuid)
ORDER BY batch.institution_id, batch.code
"""

# Who teaches now what the batch year is taught, and nobody besides.
FACULTY = """
SELECT batch.institution_id, batch.id::text, batch.code || ': ' || subject.title || ' is taught by somebody else'
FROM (
    SELECT batch_id, subject_id, instructor_id FROM progression_subjectmapping WHERE instructor_id IS NOT NULL
) AS mapping
FULL JOIN (
    SELECT batch_id, subject_id, instructor_id FROM batches_subjectfaculty WHERE until_date IS NULL
) AS faculty USING (batch_id, subject_id, instructor_id)
JOIN batches_batch AS batch ON batch.id = batch_id AND batch.archived_at IS NULL
JOIN courses_subject AS subject ON subject.id = subject_id
WHERE (mapping.batch_id IS NOT NULL AND batch.kind = 'academic') <> (faculty.batch_id IS NOT NULL)
AND (%(owner)s::uuid IS NULL OR batch.institution_id = %(owner)s::uuid)
ORDER BY batch.institution_id, 3
"""


def _follow(found: Sequence[Contradiction]) -> Iterator[str]:
    """Let the faculty follow the subjects, batch by batch: where that would double-book somebody it stays as it is."""
    batches = sorted({contradiction.key for contradiction in found})
    for batch in batches:
        with attempt_repair(), connection.cursor() as cursor:
            cursor.execute("SELECT muster_keep_faculty(ARRAY[%s]::uuid[])", [batch])
    yield _("Updated the faculty of %(count)d batches to match their subjects.") % {"count": len(batches)}


INVARIANTS = (
    Invariant(gettext_lazy("Subjects are taught by the faculty they name"), FACULTY, _follow),
    Invariant(gettext_lazy("Batch years are in the semester that their last rollover led to"), SEMESTER),
)
