-- The days that the weeks of these meetings mean, from the first to the last day: none while a meeting keeps nobody
-- busy, none on a holiday. A meeting without a last day is planned as far ahead as its institution asks, one without
-- a first day from today on.
CREATE OR REPLACE FUNCTION muster_planned_days(the_meetings uuid[], first_day date, last_day date, at timestamptz)
RETURNS TABLE (slot_id uuid, on_date date) LANGUAGE sql STABLE AS $$
    SELECT slot.id, day.on_date
    FROM timetable_meeting AS meeting
    JOIN institutions_institution AS institution ON institution.id = meeting.institution_id
    JOIN timetable_scheduleslot AS slot ON slot.meeting_id = meeting.id
    CROSS JOIN LATERAL (SELECT (at AT TIME ZONE meeting.time_zone)::date AS day) AS today
    CROSS JOIN LATERAL muster_week_days(
        slot.weekday,
        greatest(coalesce(meeting.start_date, today.day), first_day),
        least(coalesce(meeting.end_date, today.day + institution.session_horizon_days), last_day)
    ) AS day(on_date)
    WHERE meeting.id = ANY (the_meetings) AND meeting.books
    AND NOT EXISTS (
        SELECT FROM muster_holidays(meeting.institution_id, meeting.branch_id) AS holiday
        WHERE day.on_date BETWEEN holiday.first_day AND holiday.last_day
    );
$$;

-- Whether a session still goes with its week, in this zone and at this moment: plain, and not begun. What was held,
-- edited or locked stays as it is.
CREATE OR REPLACE FUNCTION muster_follows_its_week(session timetable_classsession, zone text, at timestamptz)
RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT session.status = 'scheduled' AND NOT session.is_edited AND NOT session.is_locked
    AND muster_moment(session.date + session.start_time, zone) > at;
$$;

-- Keep the sessions of these meetings in step with their weeks; repeating changes nothing. Only plain sessions that
-- have not begun are changed or removed. New ones are made within `first_day` and `last_day`; for the past only where
-- the meeting had no week before, so that a new week does not rewrite what was taught, unless `past_too` says so.
CREATE OR REPLACE FUNCTION muster_make_sessions(
    the_meetings uuid[],
    first_day date DEFAULT '-infinity',
    last_day date DEFAULT 'infinity',
    past_too boolean DEFAULT FALSE,
    at timestamptz DEFAULT now(),
    OUT added bigint, OUT changed bigint, OUT removed bigint
)
-- A plan that was made while there was little would be kept for as long as the connection.
LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    DELETE FROM timetable_classsession AS session USING timetable_meeting AS meeting
    WHERE meeting.id = ANY (the_meetings) AND NOT meeting.is_archived AND session.meeting_id = meeting.id
    AND session.slot_date BETWEEN first_day AND last_day
    AND muster_follows_its_week(session, meeting.time_zone, at)
    AND NOT EXISTS (
        SELECT FROM muster_planned_days(the_meetings, first_day, last_day, at) AS planned
        WHERE planned.slot_id = session.slot_id AND planned.on_date = session.slot_date
    );
    GET DIAGNOSTICS removed = ROW_COUNT;

    UPDATE timetable_classsession AS session
    SET start_time = slot.start_time, end_time = slot.end_time, room_id = slot.room_id,
        subject_id = slot.subject_id, instructor_id = slot.instructor_id,
        version = session.version + 1, updated_at = at
    FROM timetable_meeting AS meeting, timetable_scheduleslot AS slot
    WHERE meeting.id = ANY (the_meetings) AND NOT meeting.is_archived AND session.meeting_id = meeting.id
    AND slot.id = session.slot_id AND session.slot_date BETWEEN first_day AND last_day
    AND muster_follows_its_week(session, meeting.time_zone, at)
    AND (session.start_time, session.end_time, session.room_id, session.subject_id, session.instructor_id)
        IS DISTINCT FROM (slot.start_time, slot.end_time, slot.room_id, slot.subject_id, slot.instructor_id);
    GET DIAGNOSTICS changed = ROW_COUNT;

    INSERT INTO timetable_classsession (
        id, created_at, updated_at, institution_id, meeting_id, slot_id, slot_date, date,
        start_time, end_time, session_type, subject_id, instructor_id, room_id,
        location, title, notes, status, cancel_reason, is_edited, is_locked, version, sequence
    )
    SELECT muster_new_id(), at, at, slot.institution_id, slot.meeting_id, slot.id, planned.on_date, planned.on_date,
           slot.start_time, slot.end_time, 'THEORY', slot.subject_id, slot.instructor_id, slot.room_id,
           '', '', '', 'scheduled', '', FALSE, FALSE, 1, 0
    FROM muster_planned_days(the_meetings, first_day, last_day, at) AS planned
    JOIN timetable_scheduleslot AS slot ON slot.id = planned.slot_id
    JOIN timetable_meeting AS meeting ON meeting.id = slot.meeting_id
    JOIN (
        -- Since when each meeting has had a week.
        SELECT one.id, (SELECT min(slot_date) FROM timetable_classsession WHERE meeting_id = one.id) AS day
        FROM unnest(the_meetings) AS one(id)
    ) AS since ON since.id = meeting.id
    WHERE (
        past_too OR since.day IS NULL OR planned.on_date < since.day
        OR muster_moment(planned.on_date + slot.start_time, meeting.time_zone) > at
    )
    AND NOT EXISTS (
        SELECT FROM timetable_classsession AS session
        WHERE session.slot_id = planned.slot_id AND session.slot_date = planned.on_date
    )
    ORDER BY planned.on_date, slot.start_time
    ON CONFLICT (slot_id, slot_date) DO NOTHING;
    GET DIAGNOSTICS added = ROW_COUNT;
END $$;

-- What was planned from a slot goes with it; what was held, edited, locked or is past stays without it.
CREATE OR REPLACE FUNCTION muster_let_go_of_slot(the_slot uuid) RETURNS void LANGUAGE sql AS $$
    DELETE FROM timetable_classsession AS session USING timetable_meeting AS meeting
    WHERE session.slot_id = the_slot AND meeting.id = session.meeting_id
    AND muster_follows_its_week(session, meeting.time_zone, now());
    UPDATE timetable_classsession SET slot_id = NULL WHERE slot_id = the_slot;
$$;

-- What meetings mean has changed: their sessions first, since those that fall away free hours, then who is booked.
CREATE OR REPLACE FUNCTION muster_keep_timetable(the_meetings uuid[])
RETURNS void LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    IF cardinality(the_meetings) > 0 THEN
        PERFORM muster_make_sessions(the_meetings);
        PERFORM muster_book(ARRAY(SELECT id FROM timetable_classsession WHERE meeting_id = ANY (the_meetings)));
    END IF;
END $$;
