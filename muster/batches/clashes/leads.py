"""Who could lead batches that nobody leads: asked about several at once, as they are stored."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import Any
from uuid import UUID

from django.db import connection

from muster.batches.clashes.people import LOAD, FreeInstructor, StaffMember, judge_people
from muster.core.clocks import today_in
from muster.institutions.access import Actor
from muster.institutions.models import zone_of
from muster.people.queries import teaching_of
from muster.timetable.hours import Hour, Timetable
from muster.timetable.weeks import HolidayCalendar

FREE = f"""
WITH wanted_batch AS (
    SELECT id, course_id, greatest(start_date, muster_today(muster_zone(institution_id, branch_id))) AS first
    FROM batches_batch WHERE id = ANY (%(batches)s::uuid[]) AND institution_id = %(institution)s
), held AS MATERIALIZED (
    -- What names its instructor, or is of a subject with faculty, does not book the lead.
    SELECT wanted_batch.id AS batch_id, session.date AS on_date,
           muster_period(session.date, session.start_time, session.end_time, meeting.time_zone) AS period
    FROM wanted_batch
    JOIN batches_batchmeeting AS link ON link.batch_id = wanted_batch.id
    JOIN timetable_meeting AS meeting ON meeting.id = link.meeting_id
    JOIN timetable_classsession AS session ON session.meeting_id = meeting.id AND session.date >= wanted_batch.first
    WHERE session.instructor_id IS NULL AND session.status <> 'cancelled' AND session.start_time IS NOT NULL
    AND NOT EXISTS (
        SELECT FROM timetable_meetingperson AS faculty
        WHERE faculty.meeting_id = session.meeting_id AND faculty.role = 'faculty'
        AND faculty.subject_id = session.subject_id AND faculty.days @> session.date
    )
), wanted AS MATERIALIZED (
    -- A class near midnight may lie on another date in another zone.
    SELECT held.*, on_date + around AS booked_on FROM held CROSS JOIN generate_series(-1, 1) AS around
), busy AS (
    SELECT DISTINCT wanted.batch_id, booking.instructor_id
    FROM wanted
    JOIN timetable_booking AS booking ON booking.on_date = wanted.booked_on AND booking.period && wanted.period
    WHERE booking.institution_id = %(institution)s AND booking.instructor_id IS NOT NULL
    AND NOT EXISTS (
        SELECT FROM batches_batchmeeting AS own
        WHERE own.batch_id = wanted.batch_id AND own.meeting_id = booking.meeting_id
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
    asked: dict[str, Any] = {"batches": [batch.pk for batch in batches], "institution": seen_by.owner_id}
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
    holidays = HolidayCalendar(seen_by.institution)
    for batch in batches:
        found[batch.pk] = judge_people(
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
    zone = zone_of(actor.institution, batch.branch)
    first = max(batch.start_date, today_in(zone))
    return Timetable(batch.institution_id, zone.key, first, batch.end_date, hours, branch_id=batch.branch_id)
