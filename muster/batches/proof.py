"""The rules of batches and bookings, proved on what is stored (`muster check`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.core.proof import Contradiction, MadeByMigration, Proof, attempt

# What migrations made beside the models.
TRIGGERS = (
    MadeByMigration("institutions_branch", "rebook_branch"),
    MadeByMigration("institutions_institution", "rebook_institution"),
)

# What is booked, worked out day by day from the rules as the domain words them. The trigger function that keeps the
# bookings goes another way (week by week, slot by slot), so that one cannot hide a mistake of the other.
BOOKINGS = """
WITH batch AS (
    SELECT batch.id, batch.institution_id, batch.code, batch.start_date, batch.end_date,
           coalesce(nullif(branch.time_zone, ''), institution.time_zone) AS zone
    FROM batches_batch AS batch
    JOIN institutions_institution AS institution ON institution.id = batch.institution_id
    LEFT JOIN institutions_branch AS branch ON branch.id = batch.branch_id
    WHERE batch.status IN ('Upcoming', 'Active') AND batch.deleted_at IS NULL AND batch.archived_at IS NULL
    AND (%(owner)s::uuid IS NULL OR batch.institution_id = %(owner)s::uuid)
), meeting AS (
    SELECT batch_id, id AS slot_id FROM batches_scheduleslot WHERE batch_id IS NOT NULL
    UNION
    SELECT member.batch_id, slot.id
    FROM batches_meetingmember AS member
    JOIN batches_scheduleslot AS slot ON slot.shared_meeting_id = member.shared_meeting_id
), lesson AS MATERIALIZED (
    SELECT slot.institution_id, slot.id AS slot_id, batch.id AS batch_id, slot.room_id, slot.instructor_id,
           each.day::date AS on_date,
           (each.day + slot.start_time) AT TIME ZONE batch.zone AS starts_at,
           (each.day + slot.end_time) AT TIME ZONE batch.zone AS ends_at
    FROM meeting
    JOIN batch ON batch.id = meeting.batch_id
    JOIN batches_scheduleslot AS slot ON slot.id = meeting.slot_id
    CROSS JOIN LATERAL generate_series(batch.start_date::timestamp, batch.end_date::timestamp, '1 day') AS each(day)
    WHERE extract(isodow FROM each.day) = slot.weekday
), teaching AS (
    SELECT lesson.*, assignment.instructor_id AS person_id
    FROM lesson
    JOIN batches_instructorassignment AS assignment
        ON assignment.batch_id = lesson.batch_id
        AND lesson.on_date BETWEEN assignment.from_date AND coalesce(assignment.until_date, 'infinity')
    LEFT JOIN batches_instructorassignment AS substitute
        ON substitute.batch_id = lesson.batch_id AND substitute.role = 'substitute'
        AND lesson.on_date BETWEEN substitute.from_date AND coalesce(substitute.until_date, 'infinity')
    WHERE lesson.instructor_id IS NULL AND (assignment.role <> 'lead' OR substitute.id IS NULL)
), wanted AS (
    SELECT institution_id, slot_id, NULL::uuid AS instructor_id, room_id, on_date, starts_at, ends_at
    FROM lesson WHERE room_id IS NOT NULL
    UNION
    SELECT institution_id, slot_id, instructor_id, NULL, on_date, starts_at, ends_at
    FROM lesson WHERE instructor_id IS NOT NULL
    UNION
    SELECT institution_id, slot_id, person_id, NULL, on_date, starts_at, ends_at FROM teaching
), stored AS (
    SELECT institution_id, slot_id, instructor_id, room_id, on_date, lower(period), upper(period)
    FROM batches_booking
    WHERE %(owner)s::uuid IS NULL OR institution_id = %(owner)s::uuid
), difference AS (
    SELECT 'not booked' AS what, missing.* FROM (SELECT * FROM wanted EXCEPT ALL SELECT * FROM stored) AS missing
    UNION ALL
    SELECT 'booked for nothing', surplus.* FROM (SELECT * FROM stored EXCEPT ALL SELECT * FROM wanted) AS surplus
)
SELECT difference.institution_id, difference.slot_id::text,
       coalesce(person.full_name, room.name) || ' on ' || difference.on_date || ', '
       || to_char(difference.starts_at AT TIME ZONE institution.time_zone, 'HH24:MI') || ': ' || difference.what
       || ' (' || coalesce(own.code, meeting.name, difference.slot_id::text) || ')'
FROM difference
JOIN institutions_institution AS institution ON institution.id = difference.institution_id
LEFT JOIN accounts_user AS person ON person.id = difference.instructor_id
LEFT JOIN institutions_room AS room ON room.id = difference.room_id
LEFT JOIN batches_scheduleslot AS slot ON slot.id = difference.slot_id
LEFT JOIN batches_batch AS own ON own.id = slot.batch_id
LEFT JOIN batches_sharedmeeting AS meeting ON meeting.id = slot.shared_meeting_id
ORDER BY difference.institution_id, difference.on_date, 3
"""

DOUBLE_BOOKINGS = """
WITH taken AS (
    SELECT booking.*, max(upper(period)) OVER (
        PARTITION BY institution_id, instructor_id, room_id ORDER BY lower(period), id
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS busy_until
    FROM batches_booking AS booking
    WHERE %(owner)s::uuid IS NULL OR institution_id = %(owner)s::uuid
)
SELECT taken.institution_id, taken.slot_id::text,
       coalesce(person.full_name, room.name) || ' is booked twice on ' || taken.on_date
FROM taken
LEFT JOIN accounts_user AS person ON person.id = taken.instructor_id
LEFT JOIN institutions_room AS room ON room.id = taken.room_id
WHERE taken.busy_until > lower(taken.period)
ORDER BY taken.institution_id, taken.on_date
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


def _rebook(found: Sequence[Contradiction]) -> Iterator[str]:
    """Book the slots anew, each by itself: one that would double-book somebody stays as it is."""
    slots = sorted({contradiction.key for contradiction in found})
    healed = 0
    for slot in slots:
        with attempt(), connection.cursor() as cursor:
            cursor.execute("SELECT muster_rebook_slot(%s)", [slot])
            healed += 1
    if healed:
        yield _("Booked %(count)d slots anew.") % {"count": healed}


# Bookings are derived, so they are healed before anything asks who is booked twice.
PROOFS = (
    Proof(gettext_lazy("Bookings are what slots, assignments, dates and statuses want"), BOOKINGS, _rebook),
    Proof(gettext_lazy("Nobody and no room is in two places at a time"), DOUBLE_BOOKINGS),
    Proof(gettext_lazy("A batch has one lead on a day"), TWO_LEADS),
    Proof(gettext_lazy("Seats held never exceed the capacity"), OVERFULL),
)
