"""The rules of individual assignments, and who may teach at all, proved on what is stored (`muster check`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db import connection
from django.utils.translation import gettext_lazy, ngettext

from muster.core.checks import Contradiction, Invariant, MadeByMigration, attempt_repair

# What migrations made beside the models.
TRIGGERS = (
    MadeByMigration("institutions_membership", "role_taken_ends_assignments"),
    MadeByMigration("institutions_affiliation", "leaving_ends_assignments"),
    MadeByMigration("accounts_user", "closed_account_ends_assignments"),
    MadeByMigration("batches_batch", "batch_comes_back_without_who_left"),
)

INDIVIDUAL = """
SELECT assignment.institution_id, assignment.id::text,
       instructor.full_name || ' is assigned to ' || student.full_name || ', and '
       || CASE WHEN muster_holds_role(assignment.institution_id, assignment.instructor_id, '{instructor}')
          THEN student.full_name || ' is no active student' ELSE instructor.full_name || ' is no active instructor' END
FROM allocation_individualassignment AS assignment
JOIN accounts_user AS instructor ON instructor.id = assignment.instructor_id
JOIN accounts_user AS student ON student.id = assignment.student_id
WHERE assignment.ended_at IS NULL
AND NOT (
    muster_holds_role(assignment.institution_id, assignment.instructor_id, '{instructor}')
    AND muster_holds_role(assignment.institution_id, assignment.student_id, '{student,corporate-student}')
)
AND (%(owner)s::uuid IS NULL OR assignment.institution_id = %(owner)s::uuid)
ORDER BY assignment.institution_id, student.full_name, assignment.id
"""

TEACHING = """
SELECT assignment.institution_id, assignment.id::text,
       person.full_name || ' is ' || assignment.role || ' of ' || batch.code || ', and no active instructor'
FROM batches_instructorassignment AS assignment
JOIN batches_batch AS batch ON batch.id = assignment.batch_id
JOIN accounts_user AS person ON person.id = assignment.instructor_id
WHERE batch.status IN ('Upcoming', 'Active') AND batch.archived_at IS NULL AND batch.deleted_at IS NULL
AND coalesce(assignment.until_date, 'infinity')
    >= greatest(muster_today(muster_zone(batch.institution_id, batch.branch_id)), assignment.from_date)
AND NOT muster_holds_role(assignment.institution_id, assignment.instructor_id, '{instructor}')
AND (%(owner)s::uuid IS NULL OR assignment.institution_id = %(owner)s::uuid)
ORDER BY assignment.institution_id, batch.code, assignment.id
"""

TWO_CURRENT = """
SELECT assignment.institution_id, assignment.student_id::text,
       student.full_name || ' has ' || count(*) || ' instructors at once'
FROM allocation_individualassignment AS assignment
JOIN accounts_user AS student ON student.id = assignment.student_id
WHERE assignment.ended_at IS NULL AND (%(owner)s::uuid IS NULL OR assignment.institution_id = %(owner)s::uuid)
GROUP BY assignment.institution_id, assignment.student_id, student.full_name
HAVING count(*) > 1
"""


def _ended_by(function: str, found: Sequence[Contradiction], *rest: None) -> int:
    """Let the database end them as it does when somebody leaves; the number that it ended."""
    ended = 0
    for owner in sorted({one.owner_id for one in found if one.owner_id}):
        with attempt_repair(), connection.cursor() as cursor:
            cursor.callproc(function, [owner, *rest])
            ended += cursor.fetchone()[0]
    return ended


def _end_individual(found: Sequence[Contradiction]) -> Iterator[str]:
    if ended := _ended_by("muster_end_individual_orphans", found, None):
        yield ngettext("Ended %(count)d individual assignment.", "Ended %(count)d individual assignments.", ended) % {
            "count": ended
        }


def _end_teaching(found: Sequence[Contradiction]) -> Iterator[str]:
    if ended := _ended_by("muster_end_teaching_orphans", found, None, None):
        yield ngettext("Ended %(count)d assignment to a batch.", "Ended %(count)d assignments to batches.", ended) % {
            "count": ended
        }


ORPHANS = (
    Invariant(
        gettext_lazy("Individual assignments are between active instructors and active students"),
        INDIVIDUAL,
        _end_individual,
    ),
    Invariant(gettext_lazy("Everyone teaching a current batch is an active instructor"), TEACHING, _end_teaching),
)
INVARIANTS = (*ORPHANS, Invariant(gettext_lazy("A student has at most one current instructor"), TWO_CURRENT))
