"""The rules of sessions and bookings, proved on what is stored (`muster check`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.core.checks import Contradiction, Invariant, MadeByMigration, attempt_repair

# What migrations made beside the models.
TRIGGERS = (
    MadeByMigration("institutions_holiday", "holiday_changed"),
    MadeByMigration("institutions_branch", "branch_zone_changed"),
    MadeByMigration("institutions_institution", "institution_changed"),
)

OWN = "(%(owner)s::uuid IS NULL OR {0}.institution_id = %(owner)s::uuid)"

# Plain sessions ahead, worked out day by day: the database makes them week by week, by other functions.
SESSIONS = f"""
WITH wanted AS (
    -- From tomorrow: a day that has begun may hold a session that has begun too. The last day of a meeting without an
    -- end comes with the next run of the daily job.
    SELECT meeting.institution_id, meeting.id AS meeting_id, slot.id AS slot_id, each.day::date AS on_date
    FROM timetable_meeting AS meeting
    JOIN institutions_institution AS institution ON institution.id = meeting.institution_id
    JOIN timetable_scheduleslot AS slot ON slot.meeting_id = meeting.id
    CROSS JOIN LATERAL (SELECT (now() AT TIME ZONE meeting.time_zone)::date AS day) AS today
    CROSS JOIN LATERAL generate_series(
        greatest(meeting.start_date, today.day + 2)::timestamp,
        coalesce(meeting.end_date, today.day + institution.session_horizon_days - 2)::timestamp, '1 day'
    ) AS each(day)
    WHERE meeting.books AND extract(isodow FROM each.day) = slot.weekday AND {OWN.format("meeting")}
    AND NOT EXISTS (
        SELECT FROM institutions_holiday AS holiday
        WHERE holiday.institution_id = meeting.institution_id
        AND coalesce(holiday.branch_id = meeting.branch_id, holiday.branch_id IS NULL)
        AND each.day::date BETWEEN holiday.start_date AND holiday.end_date
    )
), stored AS (
    SELECT made.institution_id, made.meeting_id, made.slot_id, made.slot_date,
           wanted.slot_id IS NULL AS is_stray,
           (made.date, made.start_time, made.end_time, made.room_id, made.subject_id, made.instructor_id)
           IS NOT DISTINCT FROM
           (made.slot_date, slot.start_time, slot.end_time, slot.room_id, slot.subject_id, slot.instructor_id)
           AS in_step
    FROM timetable_classsession AS made
    JOIN timetable_meeting AS meeting ON meeting.id = made.meeting_id
    JOIN timetable_scheduleslot AS slot ON slot.id = made.slot_id
    LEFT JOIN wanted ON wanted.slot_id = made.slot_id AND wanted.on_date = made.slot_date
    WHERE made.slot_date > (now() + interval '2 days')::date AND NOT meeting.is_archived AND {OWN.format("made")}
    AND (meeting.end_date IS NOT NULL OR made.slot_date < (now() + interval '7 days')::date)
    AND NOT made.is_edited AND NOT made.is_locked AND made.status = 'scheduled'
), difference AS (
    SELECT wanted.institution_id, wanted.meeting_id, wanted.on_date, 'no session' AS what
    FROM wanted
    LEFT JOIN timetable_classsession AS made ON made.slot_id = wanted.slot_id AND made.slot_date = wanted.on_date
    WHERE made.id IS NULL
    UNION ALL
    SELECT institution_id, meeting_id, slot_date, 'a session where the week means none' FROM stored WHERE is_stray
    UNION ALL
    SELECT institution_id, meeting_id, slot_date, 'not in step with the week' FROM stored WHERE NOT in_step
)
SELECT difference.institution_id, meeting.id::text,
       meeting.code || ' on ' || difference.on_date || ': ' || difference.what
FROM difference JOIN timetable_meeting AS meeting ON meeting.id = difference.meeting_id
ORDER BY difference.institution_id, difference.on_date, 3
"""  # noqa: S608 - constants alone

# What is booked, from the sessions as the domain words it. The moments are asked the other way round, from the stored
# period to the clock, so that a mistake in working them out cannot hide itself.
BOOKINGS = f"""
WITH held AS MATERIALIZED (
    SELECT session.*, meeting.time_zone
    FROM timetable_classsession AS session JOIN timetable_meeting AS meeting ON meeting.id = session.meeting_id
    WHERE session.status <> 'cancelled' AND session.start_time IS NOT NULL AND meeting.books
    AND {OWN.format("session")}
), there AS (
    SELECT held.id, person.instructor_id, person.role
    FROM held
    JOIN timetable_meetingperson AS person ON person.meeting_id = held.meeting_id
    WHERE held.instructor_id IS NULL AND person.books AND coalesce(person.subject_id = held.subject_id, person.subject_id IS NULL)
    AND coalesce(held.date >= lower(person.days), TRUE) AND coalesce(held.date < upper(person.days), TRUE)
), wanted AS (
    SELECT id AS session_id, meeting_id, NULL::uuid AS instructor_id, room_id, date FROM held WHERE room_id IS NOT NULL
    UNION
    SELECT id, meeting_id, instructor_id, NULL, date FROM held WHERE instructor_id IS NOT NULL
    UNION
    SELECT held.id, held.meeting_id, there.instructor_id, NULL, held.date
    FROM held JOIN there ON there.id = held.id
    WHERE there.role = 'faculty' OR held.id NOT IN (SELECT id FROM there WHERE role = 'faculty')
), stored AS (
    SELECT session_id, meeting_id, instructor_id, room_id, on_date
    FROM timetable_booking AS booking WHERE {OWN.format("booking")}
), wrong AS (
    SELECT 'not booked' AS what, missing.* FROM (SELECT * FROM wanted EXCEPT ALL SELECT * FROM stored) AS missing
    UNION ALL
    SELECT 'booked for nothing', surplus.* FROM (SELECT * FROM stored EXCEPT ALL SELECT * FROM wanted) AS surplus
    UNION ALL
    SELECT 'booked at another time', held.id, held.meeting_id, booking.instructor_id, booking.room_id, held.date
    FROM held
    JOIN timetable_booking AS booking ON booking.session_id = held.id
    CROSS JOIN LATERAL (
        SELECT lower(booking.period) AT TIME ZONE held.time_zone AS starts,
               upper(booking.period) AT TIME ZONE held.time_zone AS ends
    ) AS clock
    WHERE clock.starts < held.date + held.start_time
    -- Later than it says only where the clocks skip that time, and then by as much at its end.
    OR clock.starts > held.date + held.start_time
        AND (((held.date + held.start_time) AT TIME ZONE held.time_zone) AT TIME ZONE held.time_zone
                = held.date + held.start_time
            OR upper(booking.period) - lower(booking.period) <> held.end_time - held.start_time)
    OR clock.starts = held.date + held.start_time AND clock.ends <> held.date + held.end_time
        AND ((held.date + held.end_time) AT TIME ZONE held.time_zone) AT TIME ZONE held.time_zone
            = held.date + held.end_time
)
SELECT meeting.institution_id, wrong.session_id::text,
       coalesce(person.full_name, room.name) || ' on ' || wrong.date
       || coalesce(', ' || to_char(session.start_time, 'HH24:MI'), '') || ': ' || wrong.what || ' (' || meeting.code || ')'
FROM wrong
JOIN timetable_meeting AS meeting ON meeting.id = wrong.meeting_id
LEFT JOIN timetable_classsession AS session ON session.id = wrong.session_id
LEFT JOIN accounts_user AS person ON person.id = wrong.instructor_id
LEFT JOIN institutions_room AS room ON room.id = wrong.room_id
ORDER BY meeting.institution_id, wrong.date, 3
"""  # noqa: S608, E501 - constants alone

DOUBLE_BOOKINGS = f"""
WITH taken AS (
    SELECT booking.*, max(upper(period)) OVER (
        PARTITION BY institution_id, instructor_id, room_id ORDER BY lower(period), id
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS busy_until
    FROM timetable_booking AS booking
    WHERE {OWN.format("booking")}
)
SELECT taken.institution_id, taken.session_id::text,
       coalesce(person.full_name, room.name) || ' is booked twice on ' || taken.on_date
FROM taken
LEFT JOIN accounts_user AS person ON person.id = taken.instructor_id
LEFT JOIN institutions_room AS room ON room.id = taken.room_id
WHERE taken.busy_until > lower(taken.period)
ORDER BY taken.institution_id, taken.on_date
"""  # noqa: S608 - constants alone


def _make(found: Sequence[Contradiction]) -> Iterator[str]:
    """Make the sessions of the meetings anew, each by itself: one that would double-book somebody stays as it is."""
    meetings = sorted({contradiction.key for contradiction in found})
    for meeting in meetings:
        with attempt_repair(), connection.cursor() as cursor:
            cursor.execute("SELECT FROM muster_make_sessions(ARRAY[%s]::uuid[])", [meeting])
    yield _("Recreated the sessions of %(count)d schedules.") % {"count": len(meetings)}


def _book(found: Sequence[Contradiction]) -> Iterator[str]:
    """Book sessions anew, each by itself: one that would double-book somebody stays as it is."""
    sessions = sorted({contradiction.key for contradiction in found})
    for session in sessions:
        with attempt_repair(), connection.cursor() as cursor:
            # By their keys: a booking may be of a session that is gone.
            cursor.execute("SELECT muster_book(ARRAY[%s]::uuid[])", [session])
    yield _("Rebooked %(count)d sessions.") % {"count": len(sessions)}


# Bookings first: what a session that is gone has left would be in the way of one that is made anew.
INVARIANTS = (
    Invariant(gettext_lazy("Bookings match sessions and their instructors"), BOOKINGS, _book),
    Invariant(gettext_lazy("Upcoming sessions match weekly schedules, dates and holidays"), SESSIONS, _make),
    Invariant(gettext_lazy("No person or room is booked twice at the same time"), DOUBLE_BOOKINGS),
)
