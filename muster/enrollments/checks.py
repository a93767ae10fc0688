"""The rules of seats and enrollments, proved on what is stored (`muster check`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.core.checks import Contradiction, Invariant, MadeByMigration, attempt_repair
from muster.core.ownership import without_triggers

# What migrations made beside the models.
TRIGGERS = (MadeByMigration("batches_batch", "freeze_enrollments"),)
CONSTRAINTS = (MadeByMigration("batches_batch", "deleted_batch_has_no_students"),)

COUNTERS = """
SELECT batch.institution_id, batch.id::text,
       batch.code || CASE WHEN batch.enrolled_students <> seated.number
       THEN ' counts ' || batch.enrolled_students || ', and has ' || seated.number
       ELSE ' counts ' || batch.seats_offered || ' offered, and has ' || offered.number END
FROM batches_batch AS batch
CROSS JOIN LATERAL (
    SELECT count(*) AS number FROM enrollments_enrollment AS enrollment
    WHERE enrollment.batch_id = batch.id AND enrollment.status IN ('active', 'on_hold')
) AS seated
CROSS JOIN LATERAL (
    SELECT count(*) AS number FROM enrollments_waitlistentry AS place
    WHERE place.batch_id = batch.id AND place.status = 'offered'
) AS offered
WHERE (batch.enrolled_students, batch.seats_offered) <> (seated.number, offered.number)
AND (%(owner)s::uuid IS NULL OR batch.institution_id = %(owner)s::uuid)
ORDER BY batch.institution_id, batch.code
"""

# An enrollment and its person; those of one institution where the check is asked about one.
ENROLLED = """
FROM enrollments_enrollment AS enrollment
JOIN accounts_user AS person ON person.id = enrollment.student_id
"""
ENROLLED_IN_BATCH = f"{ENROLLED} JOIN batches_batch AS batch ON batch.id = enrollment.batch_id"
OWN = "(%(owner)s::uuid IS NULL OR enrollment.institution_id = %(owner)s::uuid)"


def _twice(table: str, column: str, name: str) -> str:
    """Who has two current enrollments in one of the table's rows."""
    return f"""
SELECT enrollment.institution_id, min(enrollment.id::text),
       person.full_name || ' is enrolled ' || count(*) || ' times in ' || place.{name}
{ENROLLED} JOIN {table} AS place ON place.id = enrollment.{column}
WHERE enrollment.status IN ('active', 'on_hold') AND NOT enrollment.frozen AND {OWN}
GROUP BY enrollment.institution_id, enrollment.student_id, enrollment.{column}, person.full_name, place.{name}
HAVING count(*) > 1
"""


CURRENT_IN_COURSE = _twice("courses_course", "course_id", "title")
CURRENT_IN_BATCH = _twice("batches_batch", "batch_id", "code")

COURSE_OF_BATCH = f"""
SELECT enrollment.institution_id, enrollment.id::text,
       person.full_name || ' in ' || batch.code || ' is enrolled in another course than the batch teaches'
{ENROLLED_IN_BATCH}
WHERE enrollment.course_id IS DISTINCT FROM batch.course_id AND {OWN}
"""  # noqa: S608

FROZEN = f"""
SELECT enrollment.institution_id, enrollment.id::text,
       person.full_name || CASE WHEN enrollment.frozen THEN ' is frozen in ' ELSE ' is not frozen in ' END
       || coalesce(batch.code || CASE WHEN batch.archived_at IS NULL THEN ' (open)' ELSE ' (archived)' END, 'no batch')
{ENROLLED}
LEFT JOIN batches_batch AS batch ON batch.id = enrollment.batch_id
WHERE enrollment.frozen <> (batch.archived_at IS NOT NULL) AND {OWN}
"""

# On the register from a day on without end: exactly the active enrollments of batches.
OPEN_PERIODS = f"""
SELECT enrollment.institution_id, enrollment.id::text,
       person.full_name || ' in ' || batch.code || ' is ' || enrollment.status || ' and has '
       || period.running || ' running seat periods'
{ENROLLED_IN_BATCH}
CROSS JOIN LATERAL (
    SELECT count(*) AS running FROM enrollments_seatperiod
    WHERE enrollment_id = enrollment.id AND until_date IS NULL
) AS period
WHERE period.running <> (enrollment.status = 'active')::integer AND {OWN}
"""  # noqa: S608

PERIODS_FIT = """
SELECT period.institution_id, period.enrollment_id::text,
       'The seat period of ' || person.full_name || ' from ' || period.from_date
       || CASE WHEN period.batch_id IS DISTINCT FROM enrollment.batch_id THEN ' is of another batch'
          ELSE ' overlaps another' END
FROM enrollments_seatperiod AS period
JOIN enrollments_enrollment AS enrollment ON enrollment.id = period.enrollment_id
JOIN accounts_user AS person ON person.id = enrollment.student_id
WHERE (
    period.batch_id IS DISTINCT FROM enrollment.batch_id
    OR EXISTS (
        SELECT FROM enrollments_seatperiod AS other
        WHERE other.enrollment_id = period.enrollment_id AND other.id > period.id
        AND greatest(other.from_date, period.from_date)
            <= least(coalesce(other.until_date, 'infinity'), coalesce(period.until_date, 'infinity'))
    )
)
AND (%(owner)s::uuid IS NULL OR period.institution_id = %(owner)s::uuid)
"""

DELETED_HOLDS_NONE = f"""
SELECT enrollment.institution_id, enrollment.id::text, person.full_name || ' holds a seat in the deleted ' || batch.code
{ENROLLED_IN_BATCH}
WHERE batch.deleted_at IS NOT NULL AND enrollment.status IN ('active', 'on_hold') AND {OWN}
"""

# Who has both a seat and a place in line, or waits for what is over.
WAITING_BESIDE = """
SELECT place.institution_id, place.id::text, person.full_name || ' waits for ' || batch.code
       || CASE WHEN seated.is_seated THEN ', where they have a seat' ELSE ', which is over' END
FROM enrollments_waitlistentry AS place
JOIN accounts_user AS person ON person.id = place.student_id
JOIN batches_batch AS batch ON batch.id = place.batch_id
CROSS JOIN LATERAL (
    SELECT EXISTS (
        SELECT FROM enrollments_enrollment AS enrollment
        WHERE enrollment.batch_id = place.batch_id AND enrollment.student_id = place.student_id
        AND enrollment.status IN ('active', 'on_hold')
    ) AS is_seated
) AS seated
WHERE place.status IN ('waiting', 'offered')
AND (seated.is_seated OR batch.deleted_at IS NOT NULL OR batch.status IN ('Completed', 'Cancelled'))
AND (%(owner)s::uuid IS NULL OR place.institution_id = %(owner)s::uuid)
"""

RECOUNT = "CALL muster_recount_seats(%s)"
REFREEZE = """
UPDATE enrollments_enrollment AS enrollment SET frozen = EXISTS (
    SELECT FROM batches_batch WHERE id = enrollment.batch_id AND archived_at IS NOT NULL
) WHERE enrollment.id = %s
"""
# A period that is missing begins where the one before it ended, else with the enrollment itself.
OPEN_PERIOD = """
INSERT INTO enrollments_seatperiod (institution_id, enrollment_id, batch_id, from_date)
SELECT enrollment.institution_id, enrollment.id, enrollment.batch_id,
       coalesce(max(period.until_date) + 1, enrollment.enrollment_date)
FROM enrollments_enrollment AS enrollment
LEFT JOIN enrollments_seatperiod AS period ON period.enrollment_id = enrollment.id
WHERE enrollment.id = %s AND enrollment.status = 'active'
GROUP BY enrollment.id
HAVING count(period.id) FILTER (WHERE period.until_date IS NULL) = 0
"""
# The day on which it should have ended is that of the last change, the best there is to know.
CLOSE_PERIOD = """
UPDATE enrollments_seatperiod AS period
SET until_date = greatest(
    (enrollment.updated_at AT TIME ZONE muster_zone(batch.institution_id, batch.branch_id))::date - 1,
    period.from_date - 1
)
FROM enrollments_enrollment AS enrollment
JOIN batches_batch AS batch ON batch.id = enrollment.batch_id
WHERE period.enrollment_id = enrollment.id AND period.until_date IS NULL
AND enrollment.id = %s AND enrollment.status <> 'active'
"""


def _each(found: Sequence[Contradiction], *statements: str) -> int:
    """Run the statements for each contradiction, in savepoints of their own; the number that went through."""
    healed = 0
    for contradiction in found:
        with attempt_repair(), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement, [contradiction.key])
            healed += 1
    return healed


def _recount(found: Sequence[Contradiction]) -> Iterator[str]:
    if healed := _each(found, RECOUNT):
        yield _("Recounted the seats of %(count)d batches.") % {"count": healed}


def _refreeze(found: Sequence[Contradiction]) -> Iterator[str]:
    with without_triggers("enrollments.Enrollment:frozen_follows_the_batch"):
        if healed := _each(found, REFREEZE):
            yield _("Corrected the archive flag of %(count)d enrollments.") % {"count": healed}


def _mend_periods(found: Sequence[Contradiction]) -> Iterator[str]:
    if healed := _each(found, OPEN_PERIOD, CLOSE_PERIOD):
        yield _("Opened or ended the seat periods of %(count)d enrollments.") % {"count": healed}


COUNTED = (Invariant(gettext_lazy("Seat counters match enrollments and offers"), COUNTERS, _recount),)
INVARIANTS = (
    *COUNTED,
    Invariant(gettext_lazy("Enrollments are frozen exactly when their batch is archived"), FROZEN, _refreeze),
    Invariant(gettext_lazy("A student has at most one current enrollment per course"), CURRENT_IN_COURSE),
    Invariant(gettext_lazy("A student has at most one current enrollment per batch"), CURRENT_IN_BATCH),
    Invariant(gettext_lazy("Every enrollment matches its batch's course"), COURSE_OF_BATCH),
    Invariant(
        gettext_lazy("Every seat period covers exactly the time the enrollment is active"), OPEN_PERIODS, _mend_periods
    ),
    Invariant(gettext_lazy("Seat periods belong to the enrollment's batch and don't overlap"), PERIODS_FIT),
    Invariant(gettext_lazy("Deleted batches have no students"), DELETED_HOLDS_NONE),
    Invariant(gettext_lazy("No student waits beside a seat, or for a batch that is over"), WAITING_BESIDE),
)
