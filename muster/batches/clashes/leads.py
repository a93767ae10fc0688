"""Who could lead batches that nobody leads: asked about several at once, as they are stored."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import Any
from uuid import UUID

from django.db import connection

from muster.batches.clashes.hours import Hour, Timetable
from muster.batches.clashes.people import LOAD, FreeInstructor, StaffMember, judged
from muster.batches.warnings import Holidays
from muster.institutions.access import Actor
from muster.people.queries import teaching_of

FREE = f"""
WITH wanted_batch AS (
    SELECT batch.id, batch.course_id, greatest(batch.start_date, %(today)s::date) AS first, batch.end_date AS last,
           coalesce(nullif(branch.time_zone, ''), institution.time_zone) AS zone
    FROM batches_batch AS batch
    JOIN institutions_institution AS institution ON institution.id = batch.institution_id
    LEFT JOIN institutions_branch AS branch ON branch.id = batch.branch_id
    WHERE batch.id = ANY (%(batches)s::uuid[]) AND batch.institution_id = %(institution)s
), own_slot AS MATERIALIZED (
    SELECT wanted_batch.id AS batch_id, slot.id AS slot_id, slot.weekday, slot.start_time, slot.end_time,
           slot.instructor_id, first, last, zone
    FROM wanted_batch
    JOIN batches_scheduleslot AS slot
        ON slot.batch_id = wanted_batch.id OR slot.shared_meeting_id IN (
            SELECT shared_meeting_id FROM batches_meetingmember WHERE batch_id = wanted_batch.id
        )
), own_session AS MATERIALIZED (
    -- Those edited by hand book for themselves, and stand for the day of their slot.
    SELECT wanted_batch.id AS batch_id, session.id AS session_id, session.slot_id, session.slot_date, session.date,
           session.start_time, session.end_time, session.instructor_id, session.status, first, zone
    FROM wanted_batch
    JOIN batches_classsession AS session
        ON session.is_edited AND (session.batch_id = wanted_batch.id OR session.shared_meeting_id IN (
            SELECT shared_meeting_id FROM batches_meetingmember WHERE batch_id = wanted_batch.id
        ))
), held AS (
    -- What names its instructor does not book the lead.
    SELECT batch_id, first_day + 7 * week AS on_date,
           tstzrange((first_day + 7 * week + start_time) AT TIME ZONE zone,
                     (first_day + 7 * week + end_time) AT TIME ZONE zone, '[)') AS period
    FROM own_slot
    CROSS JOIN LATERAL (SELECT first + (weekday - extract(isodow FROM first)::integer + 7) %% 7 AS first_day) AS start
    CROSS JOIN LATERAL generate_series(0, (last - first_day) / 7) AS week
    WHERE instructor_id IS NULL AND first_day <= last AND NOT EXISTS (
        SELECT FROM own_session
        WHERE own_session.slot_id = own_slot.slot_id AND own_session.slot_date = first_day + 7 * week
    )
    UNION ALL
    SELECT batch_id, date, tstzrange((date + start_time) AT TIME ZONE zone, (date + end_time) AT TIME ZONE zone, '[)')
    FROM own_session
    WHERE instructor_id IS NULL AND status <> 'cancelled' AND start_time IS NOT NULL AND date >= first
), wanted AS MATERIALIZED (
    -- A class near midnight may lie on another date in another zone.
    SELECT held.*, on_date + around AS booked_on FROM held CROSS JOIN generate_series(-1, 1) AS around
), busy AS (
    SELECT DISTINCT wanted.batch_id, booking.instructor_id
    FROM wanted
    JOIN batches_booking AS booking ON booking.on_date = wanted.booked_on AND booking.period && wanted.period
    WHERE booking.institution_id = %(institution)s AND booking.instructor_id IS NOT NULL
    AND NOT EXISTS (
        SELECT FROM own_slot WHERE own_slot.batch_id = wanted.batch_id AND own_slot.slot_id = booking.slot_id
    ) AND NOT EXISTS (
        SELECT FROM own_session
        WHERE own_session.batch_id = wanted.batch_id AND own_session.session_id = booking.session_id
    )
), load AS ({LOAD}), taught AS (
    SELECT batch.course_id, assignment.instructor_id, count(DISTINCT batch.id) AS batches
    FROM batches_batch AS batch
    JOIN batches_instructorassignment AS assignment ON assignment.batch_id = batch.id
    WHERE batch.course_id IN (SELECT course_id FROM wanted_batch)
    GROUP BY 1, 2
)
SELECT wanted_batch.id, person.id, person.full_name, person.email,
       coalesce(load.batches, 0), coalesce(taught.batches, 0)
FROM wanted_batch
CROSS JOIN accounts_user AS person
JOIN institutions_affiliation AS here
    ON here.user_id = person.id AND here.institution_id = %(institution)s AND here.is_active
LEFT JOIN taught ON taught.course_id = wanted_batch.course_id AND taught.instructor_id = person.id
LEFT JOIN load ON load.instructor_id = person.id
WHERE person.is_active AND EXISTS (
    SELECT FROM institutions_membership
    WHERE user_id = person.id AND institution_id = %(institution)s AND role = 'instructor'
) AND NOT EXISTS (
    SELECT FROM busy WHERE busy.batch_id = wanted_batch.id AND busy.instructor_id = person.id
)
"""  # noqa: S608 - constants alone


def free_leads(batches: Sequence[Any], *, seen_by: Actor) -> dict[UUID, list[FreeInstructor]]:
    """For each batch, everybody who is free at all its times from today on, in the order of `FreeInstructor.place`.

    The batches come in full (`queries.batches_of`) and have dates. Two statements, whatever their number, and one for
    the holidays where somebody is away.
    """
    if not batches:
        return {}
    asked: dict[str, Any] = {
        "batches": [batch.pk for batch in batches],
        "institution": seen_by.owner_id,
        "today": seen_by.today(),
    }
    with connection.cursor() as cursor:
        cursor.execute(FREE, asked)
        rows = cursor.fetchall()
    timetables = {batch.pk: _timetable(batch, seen_by) for batch in batches}
    said = teaching_of(
        seen_by.institution.pk,
        {row[1] for row in rows},
        min(one.start_date for one in timetables.values()),
        max(one.end_date for one in timetables.values()),
    )
    found: dict[UUID, list[FreeInstructor]] = {}
    holidays = Holidays(seen_by.institution)
    for batch in batches:
        found[batch.pk] = judged(
            timetables[batch.pk],
            [
                StaffMember(pk, name, email, load, taught, True, said.get(pk))
                for batch_id, pk, name, email, load, taught in rows
                if batch_id == batch.pk
            ],
            actor=seen_by,
            course=batch.course,
            holidays=holidays,
        )
    return found


def _timetable(batch: Any, actor: Actor) -> Timetable:
    """The hours that a lead would hold, which are those of slots that name nobody."""
    hours = [
        Hour(slot["weekday"], time.fromisoformat(slot["start_time"]), time.fromisoformat(slot["end_time"]))
        for slot in batch.week
        if slot["instructor_id"] is None
    ]
    first = max(batch.start_date, actor.today())
    zone = (batch.branch.time_zone if batch.branch else "") or actor.institution.time_zone
    return Timetable(batch.institution_id, zone, first, batch.end_date, hours)
