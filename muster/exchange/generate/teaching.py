"""Batches with their weeks, sessions and instructors."""

from __future__ import annotations

from muster.batches.models import Batch, BatchMeeting, InstructorAssignment
from muster.exchange.generate.people import BRANCHES, DEPARTMENTS
from muster.exchange.generate.rows import insert, run
from muster.exchange.generate.scales import CLASS_SIZE, WEEKS_AHEAD, WEEKS_BEHIND, WEEKS_EACH
from muster.timetable.models import ClassSession, Meeting, ScheduleSlot

CAPACITY = CLASS_SIZE + 12
# Days of the week, and hours, of which each batch has one: two batches of one instructor never meet at once.
WEEKDAYS = "ARRAY[1, 3, 5, 2, 4, 6]"
HOURS = "ARRAY[8, 10, 13, 15, 17]"
# Registers are locked after so many days; of the last few some are not taken yet.
LOCKED_AFTER, LATE = 30, 4


def write() -> None:
    """The batches of all years, and what their weeks come to."""
    _choose()
    _write_batches()
    _write_sessions()
    # Who comes on which days, and what is booked for it, as the triggers would work it out.
    run("SELECT muster_keep_meetings(ARRAY(SELECT id FROM class))")
    run("ANALYZE timetable_meetingperson, timetable_classsession, timetable_meeting")
    run("""
        SELECT muster_book(ARRAY(
            SELECT session.id FROM timetable_classsession AS session
            JOIN timetable_meeting AS meeting ON meeting.id = session.meeting_id AND meeting.books
            WHERE session.institution_id IN (SELECT id FROM place)
        ))
    """)


def _choose() -> None:
    """What each batch is; instructor and room go together, so one is as free as the other."""
    run(
        f"""
        CREATE TEMPORARY TABLE class AS
        SELECT place.n, place.id AS institution_id, place.zone, place.today, place.founded, place.students, b, chosen.*,
               pg_temp.made_id(chosen.opened_at, 'batch ' || place.n || ' ' || b) AS id,
               chosen.start_date + {7 * WEEKS_EACH - 1} AS end_date,
               pg_temp.made_id(place.founded, 'branch ' || place.n || ' ' || 1 + mod(1 + chosen.room, {BRANCHES}))
               AS branch_id,
               pg_temp.made_id(place.founded, 'course ' || place.n || ' ' || 1 + mod(b, place.courses)) AS course_id,
               pg_temp.made_id(place.founded, 'department ' || place.n || ' '
               || 1 + mod(1 + mod(b, place.courses), {DEPARTMENTS})) AS department_id
        FROM place
        CROSS JOIN LATERAL generate_series(0, place.batches - 1) AS b
        CROSS JOIN LATERAL (
            SELECT place.monday + 7 * (b * {WEEKS_BEHIND + WEEKS_AHEAD} / place.batches - {WEEKS_BEHIND}) AS start_date
        ) AS begins
        CROSS JOIN LATERAL (
            SELECT begins.start_date, least(begins.start_date - 30, place.today - 1)::timestamptz AS opened_at,
                   mod(b, place.instructors) AS room, mod(b / place.instructors, 10) AS pattern,
                   {CLASS_SIZE - 10} + mod(pg_temp.chance('size ' || place.n || ' ' || b), 21) AS size
        ) AS chosen
    """
    )
    run("""
        ALTER TABLE class ADD status text, ADD archived_at timestamptz, ADD lead_id uuid, ADD former_id uuid,
            ADD first integer;
        UPDATE class SET
            status = CASE WHEN class.end_date < class.today THEN 'Completed'
                WHEN class.start_date <= class.today THEN 'Active' ELSE 'Upcoming' END,
            archived_at = CASE WHEN class.end_date < class.today - 140 THEN (class.end_date + 7)::timestamptz END,
            lead_id = lead.id,
            -- Some had another lead in their first half.
            former_id = CASE WHEN mod(b, 7) = 0 AND class.end_date < class.today THEN former.id END,
            first = before.students
        FROM person AS lead, person AS former, (
            SELECT id, sum(size) OVER (PARTITION BY n ORDER BY b) - size AS students FROM class
        ) AS before, place
        WHERE lead.n = class.n AND lead.role = 'instructor' AND lead.k = class.room + 1 AND before.id = class.id
        AND former.n = class.n AND former.role = 'instructor' AND place.n = class.n
        AND former.k = 1 + mod(class.room + 1, place.instructors);
        ANALYZE class;
    """)


def _write_batches() -> None:
    here = {"created_at": "opened_at", "updated_at": "opened_at", "institution_id": "institution_id"}
    named = {"name": "'Batch ' || lpad(b::text, 4, '0')", "code": "'G' || lpad(b::text, 4, '0')"}
    dated = {"start_date": "start_date", "end_date": "end_date", "branch_id": "branch_id"}
    insert(
        Batch, "class", id="id", **here, **named, **dated, course_id="course_id", department_id="department_id",
        status="status", capacity=str(CAPACITY), archived_at="archived_at",
    )  # fmt: skip
    insert(
        Meeting, "class", id="id", **here, **named, **dated, time_zone="zone", books="status <> 'Completed'",
        is_archived="archived_at IS NOT NULL",
    )  # fmt: skip
    insert(BatchMeeting, "class", id=_id("own"), **here, batch_id="id", meeting_id="id", is_own="TRUE")
    middle = f"start_date + {7 * WEEKS_EACH // 2}"
    insert(
        InstructorAssignment,
        f"""class CROSS JOIN LATERAL (VALUES
            (lead_id, CASE WHEN former_id IS NULL THEN start_date ELSE {middle} END, NULL),
            (former_id, start_date, {middle} - 1)
        ) AS one(instructor_id, from_date, until_date) WHERE one.instructor_id IS NOT NULL""",
        id=_id("lead' || one.from_date || '"), **here, batch_id="id", instructor_id="one.instructor_id",
        from_date="one.from_date", until_date="one.until_date",
    )  # fmt: skip
    insert(
        ScheduleSlot, "class CROSS JOIN generate_series(0, 2) AS k", id=_slot_id(), **here, meeting_id="class.id",
        weekday=f"({WEEKDAYS})[1 + k + 3 * mod(pattern, 2)]", start_time=_start(),
        end_time=f"{_start()} + interval '90 minutes'",
        room_id="pg_temp.made_id(founded, 'room ' || n || ' ' || class.room + 1)",
    )  # fmt: skip


def _id(word: str) -> str:
    return f"pg_temp.made_id(opened_at, '{word}' || class.id)"


def _slot_id() -> str:
    return _id("slot' || k || '")


def _start() -> str:
    return f"make_time(({HOURS})[1 + pattern / 2], 0, 0)"


def _write_sessions() -> None:
    """The days that the weeks mean; of those that are over most were held, and the older registers are locked."""
    held = "chosen.status = 'held'"
    locked = f"({held} AND day.date < class.today - {LOCKED_AFTER})"
    locked_at = "(day.date + 30)::timestamptz"
    insert(
        ClassSession,
        f"""(
            SELECT class.*, slot.id AS slot_id, slot.weekday, slot.start_time, slot.end_time, slot.room_id
            FROM class JOIN timetable_scheduleslot AS slot ON slot.meeting_id = class.id
        ) AS class
        CROSS JOIN LATERAL (
            SELECT week::date AS date FROM generate_series(
                class.start_date + class.weekday - 1, class.end_date::timestamp, interval '7 days'
            ) AS week
        ) AS day
        CROSS JOIN LATERAL (SELECT pg_temp.chance(class.id::text || day.date) AS number) AS chance
        CROSS JOIN LATERAL (SELECT CASE
            WHEN day.date >= class.today THEN 'scheduled'
            WHEN chance.number < 10 THEN 'cancelled'
            WHEN chance.number < CASE WHEN day.date > class.today - {LATE} THEN 300 ELSE 20 END THEN 'scheduled'
            ELSE 'held' END AS status
        ) AS chosen
        WHERE NOT EXISTS (
            SELECT FROM institutions_holiday AS holiday WHERE holiday.institution_id = class.institution_id
            AND day.date BETWEEN holiday.start_date AND holiday.end_date
        )
        ORDER BY day.date, class.start_time, class.id""",
        id="""pg_temp.made_id(
            class.opened_at + (day.date - class.start_date) * interval '1 ms', 'session' || class.slot_id || day.date
        )""",
        created_at="class.opened_at", updated_at="least(day.date, class.today)::timestamptz",
        institution_id="class.institution_id",
        meeting_id="class.id", slot_id="class.slot_id", slot_date="day.date", date="day.date",
        start_time="class.start_time", end_time="class.end_time", room_id="class.room_id", status="chosen.status",
        is_edited="chosen.status = 'cancelled'",
        cancel_reason="CASE WHEN chosen.status = 'cancelled' THEN 'Instructor was ill' ELSE '' END",
        sequence="(chosen.status = 'cancelled')::integer",
        is_locked=locked, locked_at=f"CASE WHEN {locked} THEN {locked_at} END",
        version=f"1 + ({held})::integer + {locked}::integer",
    )  # fmt: skip
