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
    MadeByMigration("institutions_institution", "keep_sessions_of_institution"),
    MadeByMigration("institutions_holiday", "keep_sessions_of_holiday"),
)

# The batches that book and have sessions, and the slots in which each meets.
RUNNING = """
WITH batch AS (
    SELECT batch.id, batch.institution_id, batch.branch_id, batch.start_date, batch.end_date,
           institution.session_horizon_days AS horizon,
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
)"""

# What is booked, worked out day by day from the rules as the domain words them. The trigger function that keeps the
# bookings goes another way (week by week, slot by slot), so that one cannot hide a mistake of the other.
BOOKINGS = f"""
{RUNNING}, lesson AS MATERIALIZED (
    SELECT slot.institution_id, slot.id AS slot_id, NULL::uuid AS session_id, batch.id AS batch_id,
           slot.room_id, slot.instructor_id,
           each.day::date AS on_date,
           (each.day + slot.start_time) AT TIME ZONE batch.zone AS starts_at,
           (each.day + slot.end_time) AT TIME ZONE batch.zone AS ends_at
    FROM meeting
    JOIN batch ON batch.id = meeting.batch_id
    JOIN batches_scheduleslot AS slot ON slot.id = meeting.slot_id
    CROSS JOIN LATERAL generate_series(batch.start_date::timestamp, batch.end_date::timestamp, '1 day') AS each(day)
    LEFT JOIN batches_classsession AS instead
        ON instead.slot_id = slot.id AND instead.slot_date = each.day::date AND instead.is_edited
    WHERE extract(isodow FROM each.day) = slot.weekday AND instead.id IS NULL
    UNION ALL
    -- Sessions made or edited by hand stand for themselves.
    SELECT session.institution_id, NULL, session.id, batch.id, session.room_id, session.instructor_id, session.date,
           (session.date + session.start_time) AT TIME ZONE batch.zone,
           (session.date + session.end_time) AT TIME ZONE batch.zone
    FROM batches_classsession AS session
    LEFT JOIN batches_meetingmember AS member ON member.shared_meeting_id = session.shared_meeting_id
    JOIN batch ON batch.id = coalesce(session.batch_id, member.batch_id)
    WHERE session.is_edited AND session.status <> 'cancelled' AND session.start_time IS NOT NULL
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
    SELECT institution_id, slot_id, session_id, NULL::uuid AS instructor_id, room_id, on_date, starts_at, ends_at
    FROM lesson WHERE room_id IS NOT NULL
    UNION
    SELECT institution_id, slot_id, session_id, instructor_id, NULL, on_date, starts_at, ends_at
    FROM lesson WHERE instructor_id IS NOT NULL
    UNION
    SELECT institution_id, slot_id, session_id, person_id, NULL, on_date, starts_at, ends_at FROM teaching
), stored AS (
    SELECT institution_id, slot_id, session_id, instructor_id, room_id, on_date, lower(period), upper(period)
    FROM batches_booking
    WHERE %(owner)s::uuid IS NULL OR institution_id = %(owner)s::uuid
), difference AS (
    SELECT 'not booked' AS what, missing.* FROM (SELECT * FROM wanted EXCEPT ALL SELECT * FROM stored) AS missing
    UNION ALL
    SELECT 'booked for nothing', surplus.* FROM (SELECT * FROM stored EXCEPT ALL SELECT * FROM wanted) AS surplus
)
SELECT difference.institution_id, coalesce(difference.slot_id, difference.session_id)::text,
       coalesce(person.full_name, room.name) || ' on ' || difference.on_date || ', '
       || to_char(difference.starts_at AT TIME ZONE institution.time_zone, 'HH24:MI') || ': ' || difference.what
       || ' (' || coalesce(own.code, meeting.name) || ')'
FROM difference
JOIN institutions_institution AS institution ON institution.id = difference.institution_id
LEFT JOIN accounts_user AS person ON person.id = difference.instructor_id
LEFT JOIN institutions_room AS room ON room.id = difference.room_id
LEFT JOIN batches_scheduleslot AS slot ON slot.id = difference.slot_id
LEFT JOIN batches_classsession AS session ON session.id = difference.session_id
LEFT JOIN batches_batch AS own ON own.id = coalesce(slot.batch_id, session.batch_id)
LEFT JOIN batches_sharedmeeting AS meeting ON meeting.id = coalesce(slot.shared_meeting_id, session.shared_meeting_id)
ORDER BY difference.institution_id, difference.on_date, 3
"""  # noqa: S608 - constants alone

DOUBLE_BOOKINGS = """
WITH taken AS (
    SELECT booking.*, max(upper(period)) OVER (
        PARTITION BY institution_id, instructor_id, room_id ORDER BY lower(period), id
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS busy_until
    FROM batches_booking AS booking
    WHERE %(owner)s::uuid IS NULL OR institution_id = %(owner)s::uuid
)
SELECT taken.institution_id, coalesce(taken.slot_id, taken.session_id)::text,
       coalesce(person.full_name, room.name) || ' is booked twice on ' || taken.on_date
FROM taken
LEFT JOIN accounts_user AS person ON person.id = taken.instructor_id
LEFT JOIN institutions_room AS room ON room.id = taken.room_id
WHERE taken.busy_until > lower(taken.period)
ORDER BY taken.institution_id, taken.on_date
"""

# Plain sessions ahead, worked out day by day: the trigger function goes week by week, slot by slot.
SESSIONS = f"""
{RUNNING}, wanted AS (
    -- From tomorrow: a day that has begun may hold a session that has begun too. The last day of the horizon comes with
    -- the next run of the daily job.
    SELECT DISTINCT slot.institution_id, slot.id AS slot_id, each.day::date AS on_date
    FROM meeting
    JOIN batch ON batch.id = meeting.batch_id
    JOIN batches_scheduleslot AS slot ON slot.id = meeting.slot_id
    CROSS JOIN LATERAL generate_series(
        greatest(batch.start_date, (now() AT TIME ZONE batch.zone)::date + 2)::timestamp,
        least(batch.end_date, (now() AT TIME ZONE batch.zone)::date + batch.horizon - 2)::timestamp, '1 day'
    ) AS each(day)
    WHERE extract(isodow FROM each.day) = slot.weekday
    AND NOT EXISTS (
        SELECT FROM institutions_holiday AS holiday
        WHERE holiday.institution_id = batch.institution_id
        AND coalesce(holiday.branch_id = batch.branch_id, holiday.branch_id IS NULL)
        AND each.day::date BETWEEN holiday.start_date AND holiday.end_date
    )
), stored AS (
    SELECT made.institution_id, made.slot_id, made.slot_date,
           made.is_edited OR made.is_locked OR made.status <> 'scheduled' AS stands,
           (made.date, made.start_time, made.end_time, made.room_id, made.subject_id, made.instructor_id)
           IS NOT DISTINCT FROM
           (made.slot_date, slot.start_time, slot.end_time, slot.room_id, slot.subject_id, slot.instructor_id)
           AS in_step
    FROM batches_classsession AS made
    JOIN batches_scheduleslot AS slot ON slot.id = made.slot_id
    WHERE made.slot_date > (now() + interval '2 days')::date
    AND (%(owner)s::uuid IS NULL OR made.institution_id = %(owner)s::uuid)
), difference AS (
    SELECT wanted.institution_id, wanted.slot_id, wanted.on_date, 'no session' AS what
    FROM wanted
    LEFT JOIN batches_classsession AS made ON made.slot_id = wanted.slot_id AND made.slot_date = wanted.on_date
    WHERE made.id IS NULL
    UNION ALL
    SELECT stored.institution_id, stored.slot_id, stored.slot_date, 'not in step with the week'
    FROM stored WHERE NOT stored.stands AND NOT stored.in_step
)
SELECT difference.institution_id, difference.slot_id::text,
       coalesce(own.code, meeting.name) || ' on ' || difference.on_date || ': ' || difference.what
FROM difference
JOIN batches_scheduleslot AS slot ON slot.id = difference.slot_id
LEFT JOIN batches_batch AS own ON own.id = slot.batch_id
LEFT JOIN batches_sharedmeeting AS meeting ON meeting.id = slot.shared_meeting_id
WHERE own.archived_at IS NULL
ORDER BY difference.institution_id, difference.on_date, 3
"""  # noqa: S608 - constants alone

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
    """Book slots and sessions anew, each by itself: one that would double-book somebody stays as it is."""
    sources = sorted({contradiction.key for contradiction in found})
    healed = 0
    for source in sources:
        with attempt(), connection.cursor() as cursor:
            # The key is of a slot or of a session; the other function finds nothing to do.
            cursor.execute("SELECT muster_rebook_slot(%s), muster_rebook_session(%s)", [source, source])
            healed += 1
    if healed:
        yield _("Rebooked %(count)d slots and sessions.") % {"count": healed}


def _make(found: Sequence[Contradiction]) -> Iterator[str]:
    """Make the sessions of the slots anew."""
    slots = sorted({contradiction.key for contradiction in found})
    with attempt(), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM muster_make_sessions(%s::uuid[])", [slots])
        yield _("Recreated the sessions of %(count)d slots.") % {"count": len(slots)}


# Bookings are derived, so they are healed before anything asks who is booked twice.
PROOFS = (
    Proof(gettext_lazy("Bookings match slots, assignments, dates and statuses"), BOOKINGS, _rebook),
    Proof(gettext_lazy("Upcoming sessions match weekly schedules, dates and holidays"), SESSIONS, _make),
    Proof(gettext_lazy("No person or room is booked twice at the same time"), DOUBLE_BOOKINGS),
    Proof(gettext_lazy("A batch has at most one lead on a day"), TWO_LEADS),
    Proof(gettext_lazy("Seats held never exceed the capacity"), OVERFULL),
)
