-- Who teaches each session: the one it names, else the faculty of its subject, else everybody else who is there on that
-- day. `books` is FALSE where whoever they come for keeps nobody busy.
CREATE OR REPLACE VIEW timetable_teaching WITH (security_invoker) AS
SELECT session.id AS session_id, session.instructor_id, 'named' AS role, TRUE AS books
FROM timetable_classsession AS session
WHERE session.instructor_id IS NOT NULL
UNION ALL
SELECT session.id, person.instructor_id, person.role, person.books
FROM timetable_classsession AS session
JOIN timetable_meetingperson AS person ON person.meeting_id = session.meeting_id AND person.days @> session.date
WHERE session.instructor_id IS NULL
AND CASE WHEN person.role = 'faculty' THEN person.subject_id = session.subject_id ELSE NOT EXISTS (
    SELECT FROM timetable_meetingperson AS faculty
    WHERE faculty.meeting_id = session.meeting_id AND faculty.role = 'faculty'
    AND faculty.subject_id = session.subject_id AND faculty.days @> session.date
) END;

-- Let these sessions book what they want, whatever they booked before: nothing when they are cancelled, have no times,
-- or their meeting keeps nobody busy. Both statements are one, so that hours can be swapped within it.
CREATE OR REPLACE FUNCTION muster_book(the_sessions uuid[])
RETURNS void LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    -- Most of whom or what changes is in no session yet.
    IF cardinality(the_sessions) = 0 THEN
        RETURN;
    END IF;
    WITH held AS MATERIALIZED (
        SELECT session.id, session.institution_id, session.meeting_id, session.room_id, session.date AS on_date,
               muster_period(session.date, session.start_time, session.end_time, meeting.time_zone) AS period
        FROM timetable_classsession AS session
        JOIN timetable_meeting AS meeting ON meeting.id = session.meeting_id
        WHERE session.id = ANY (the_sessions) AND meeting.books
        AND session.status <> 'cancelled' AND session.start_time IS NOT NULL
    ), wanted AS MATERIALIZED (
        SELECT held.*, NULL::uuid AS instructor_id FROM held WHERE held.room_id IS NOT NULL
        UNION
        SELECT held.id, held.institution_id, held.meeting_id, NULL, held.on_date, held.period, teaching.instructor_id
        -- Asked for each by itself, which OFFSET holds to: joined, the view would be worked out for all sessions.
        FROM held CROSS JOIN LATERAL (
            SELECT instructor_id FROM timetable_teaching WHERE session_id = held.id AND books OFFSET 0
        ) AS teaching
    ), gone AS (
        DELETE FROM timetable_booking AS booking
        WHERE booking.session_id = ANY (the_sessions) AND NOT EXISTS (
            SELECT FROM wanted
            WHERE wanted.id = booking.session_id AND wanted.period = booking.period
            AND (wanted.instructor_id = booking.instructor_id OR wanted.room_id = booking.room_id)
        )
    )
    INSERT INTO timetable_booking (institution_id, meeting_id, session_id, instructor_id, room_id, on_date, period)
    SELECT institution_id, meeting_id, id, instructor_id, room_id, on_date, period
    FROM wanted
    WHERE NOT EXISTS (
        SELECT FROM timetable_booking AS booking
        WHERE booking.session_id = ANY (the_sessions)
        AND booking.session_id = wanted.id AND wanted.period = booking.period
        AND (wanted.instructor_id = booking.instructor_id OR wanted.room_id = booking.room_id)
    )
    -- One order for everybody, so that two bookings wait for each other instead of locking each other out.
    ORDER BY coalesce(instructor_id, room_id), period;
END $$;

-- Hold the meetings in share mode, so that archiving one and changing what hangs on it never pass each other. Whether
-- one is archived is read of the rows that are held: as a condition it would be asked before, of those that are not.
CREATE OR REPLACE FUNCTION muster_must_be_open(the_meetings uuid[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    any_archived boolean;
BEGIN
    SELECT bool_or(is_archived) INTO any_archived FROM (
        SELECT is_archived FROM timetable_meeting WHERE id = ANY (the_meetings) ORDER BY id FOR SHARE
    ) AS held;
    IF any_archived THEN
        RAISE EXCEPTION 'An archived meeting does not change'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'archived_meeting_does_not_change';
    END IF;
END $$;
