-- The bookings follow from slots, edited sessions, assignments, dates and status, whoever changed them.

-- The zone of the clock times of a batch; of a shared meeting that of its first batch by code.
CREATE OR REPLACE FUNCTION muster_zone_of(the_batch uuid, the_meeting uuid) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(nullif(branch.time_zone, ''), institution.time_zone)
    FROM batches_batch AS batch
    JOIN institutions_institution AS institution ON institution.id = batch.institution_id
    LEFT JOIN institutions_branch AS branch ON branch.id = batch.branch_id
    WHERE batch.id = coalesce(the_batch, (
        SELECT other.id FROM batches_meetingmember AS member JOIN batches_batch AS other ON other.id = member.batch_id
        WHERE member.shared_meeting_id = the_meeting ORDER BY other.code, other.id LIMIT 1
    ));
$$;

CREATE OR REPLACE FUNCTION muster_rebook_slot(the_slot uuid) RETURNS void LANGUAGE sql AS $$
    -- What the slot should book: every day of every batch that meets in it and keeps its people and rooms busy.
    WITH slot AS MATERIALIZED (
        SELECT * FROM batches_scheduleslot WHERE id = the_slot
    ), meeting_batch AS (
        SELECT slot.batch_id FROM slot WHERE slot.batch_id IS NOT NULL
        UNION ALL
        SELECT member.batch_id FROM slot JOIN batches_meetingmember AS member USING (shared_meeting_id)
    ), meeting_day AS MATERIALIZED (
        SELECT batch.id AS batch_id, day.on_date,
               tstzrange(
                   (day.on_date + slot.start_time) AT TIME ZONE zone.name,
                   (day.on_date + slot.end_time) AT TIME ZONE zone.name, '[)'
               ) AS period
        FROM slot
        CROSS JOIN meeting_batch
        JOIN batches_batch AS batch ON batch.id = meeting_batch.batch_id
        JOIN institutions_institution AS institution ON institution.id = batch.institution_id
        LEFT JOIN institutions_branch AS branch ON branch.id = batch.branch_id
        CROSS JOIN LATERAL (SELECT coalesce(nullif(branch.time_zone, ''), institution.time_zone) AS name) AS zone
        CROSS JOIN LATERAL (
            SELECT first_day + 7 * week AS on_date
            FROM (
                SELECT batch.start_date + (slot.weekday - extract(isodow FROM batch.start_date)::integer + 7) % 7 AS first_day
            ) AS start
            CROSS JOIN LATERAL generate_series(0, (batch.end_date - first_day) / 7) AS week
            WHERE first_day <= batch.end_date
        ) AS day
        WHERE batch.status IN ('Upcoming', 'Active') AND batch.deleted_at IS NULL AND batch.archived_at IS NULL
        -- A session edited by hand stands for its day and books what it says itself.
        AND NOT EXISTS (
            SELECT FROM batches_classsession AS session
            WHERE session.slot_id = the_slot AND session.slot_date = day.on_date AND session.is_edited
        )
    ), wanted AS MATERIALIZED (
        SELECT DISTINCT NULL::uuid AS instructor_id, slot.room_id, meeting_day.on_date, meeting_day.period
        FROM meeting_day CROSS JOIN slot WHERE slot.room_id IS NOT NULL
        UNION
        SELECT slot.instructor_id, NULL, meeting_day.on_date, meeting_day.period
        FROM meeting_day CROSS JOIN slot WHERE slot.instructor_id IS NOT NULL
        UNION
        SELECT assignment.instructor_id, NULL, meeting_day.on_date, meeting_day.period
        FROM meeting_day
        CROSS JOIN slot
        JOIN batches_instructorassignment AS assignment
            ON assignment.batch_id = meeting_day.batch_id
            AND meeting_day.on_date >= assignment.from_date
            AND (assignment.until_date IS NULL OR meeting_day.on_date <= assignment.until_date)
        WHERE slot.instructor_id IS NULL
        -- A substitute takes the booking of the days in their period and frees the lead there.
        AND NOT (assignment.role = 'lead' AND EXISTS (
            SELECT FROM batches_instructorassignment AS substitute
            WHERE substitute.batch_id = assignment.batch_id AND substitute.role = 'substitute'
            AND meeting_day.on_date >= substitute.from_date
            AND (substitute.until_date IS NULL OR meeting_day.on_date <= substitute.until_date)
        ))
    ), gone AS (
        DELETE FROM batches_booking AS booking
        WHERE booking.slot_id = the_slot AND NOT EXISTS (
            SELECT FROM wanted
            WHERE wanted.instructor_id IS NOT DISTINCT FROM booking.instructor_id
            AND wanted.room_id IS NOT DISTINCT FROM booking.room_id
            AND wanted.period = booking.period
        )
    )
    INSERT INTO batches_booking (institution_id, slot_id, instructor_id, room_id, on_date, period)
    SELECT slot.institution_id, the_slot, wanted.instructor_id, wanted.room_id, wanted.on_date, wanted.period
    FROM wanted CROSS JOIN slot
    WHERE NOT EXISTS (
        SELECT FROM batches_booking AS booking
        WHERE booking.slot_id = the_slot
        AND wanted.instructor_id IS NOT DISTINCT FROM booking.instructor_id
        AND wanted.room_id IS NOT DISTINCT FROM booking.room_id
        AND wanted.period = booking.period
    )
    -- One order for everybody, so that two bookings wait for each other instead of locking each other out.
    ORDER BY coalesce(wanted.instructor_id, wanted.room_id), wanted.period;
$$;

-- What a session made or edited by hand books: nothing when it is cancelled, has no times, or its batches book nobody.
CREATE OR REPLACE FUNCTION muster_rebook_session(the_session uuid) RETURNS void LANGUAGE sql AS $$
    WITH session AS MATERIALIZED (
        SELECT * FROM batches_classsession WHERE id = the_session
    ), meeting_day AS MATERIALIZED (
        SELECT batch.id AS batch_id, session.date AS on_date,
               tstzrange(
                   (session.date + session.start_time) AT TIME ZONE zone.name,
                   (session.date + session.end_time) AT TIME ZONE zone.name, '[)'
               ) AS period
        FROM session
        JOIN batches_batch AS batch ON batch.id = session.batch_id OR batch.id IN (
            SELECT member.batch_id FROM batches_meetingmember AS member
            WHERE member.shared_meeting_id = session.shared_meeting_id
        )
        JOIN institutions_institution AS institution ON institution.id = batch.institution_id
        LEFT JOIN institutions_branch AS branch ON branch.id = batch.branch_id
        CROSS JOIN LATERAL (SELECT coalesce(nullif(branch.time_zone, ''), institution.time_zone) AS name) AS zone
        WHERE session.is_edited AND session.status <> 'cancelled' AND session.start_time IS NOT NULL
        AND batch.status IN ('Upcoming', 'Active') AND batch.deleted_at IS NULL AND batch.archived_at IS NULL
    ), wanted AS MATERIALIZED (
        SELECT NULL::uuid AS instructor_id, session.room_id, meeting_day.on_date, meeting_day.period
        FROM meeting_day CROSS JOIN session WHERE session.room_id IS NOT NULL
        UNION
        SELECT session.instructor_id, NULL, meeting_day.on_date, meeting_day.period
        FROM meeting_day CROSS JOIN session WHERE session.instructor_id IS NOT NULL
        UNION
        SELECT assignment.instructor_id, NULL, meeting_day.on_date, meeting_day.period
        FROM meeting_day
        CROSS JOIN session
        JOIN batches_instructorassignment AS assignment
            ON assignment.batch_id = meeting_day.batch_id
            AND meeting_day.on_date >= assignment.from_date
            AND (assignment.until_date IS NULL OR meeting_day.on_date <= assignment.until_date)
        WHERE session.instructor_id IS NULL
        AND NOT (assignment.role = 'lead' AND EXISTS (
            SELECT FROM batches_instructorassignment AS substitute
            WHERE substitute.batch_id = assignment.batch_id AND substitute.role = 'substitute'
            AND meeting_day.on_date >= substitute.from_date
            AND (substitute.until_date IS NULL OR meeting_day.on_date <= substitute.until_date)
        ))
    ), gone AS (
        DELETE FROM batches_booking AS booking
        WHERE booking.session_id = the_session AND NOT EXISTS (
            SELECT FROM wanted
            WHERE wanted.instructor_id IS NOT DISTINCT FROM booking.instructor_id
            AND wanted.room_id IS NOT DISTINCT FROM booking.room_id
            AND wanted.period = booking.period
        )
    )
    INSERT INTO batches_booking (institution_id, session_id, instructor_id, room_id, on_date, period)
    SELECT session.institution_id, the_session, wanted.instructor_id, wanted.room_id, wanted.on_date, wanted.period
    FROM wanted CROSS JOIN session
    WHERE NOT EXISTS (
        SELECT FROM batches_booking AS booking
        WHERE booking.session_id = the_session
        AND wanted.instructor_id IS NOT DISTINCT FROM booking.instructor_id
        AND wanted.room_id IS NOT DISTINCT FROM booking.room_id
        AND wanted.period = booking.period
    )
    ORDER BY coalesce(wanted.instructor_id, wanted.room_id), wanted.period;
$$;

CREATE OR REPLACE FUNCTION muster_rebook_batch(the_batch uuid) RETURNS void LANGUAGE sql AS $$
    SELECT muster_rebook_slot(slot.id) FROM batches_scheduleslot AS slot
    WHERE slot.batch_id = the_batch
    OR slot.shared_meeting_id IN (SELECT shared_meeting_id FROM batches_meetingmember WHERE batch_id = the_batch)
    ORDER BY slot.weekday, slot.start_time, slot.id;
    SELECT muster_rebook_session(session.id) FROM batches_classsession AS session
    WHERE session.is_edited AND (
        session.batch_id = the_batch
        OR session.shared_meeting_id = ANY (ARRAY(SELECT shared_meeting_id FROM batches_meetingmember WHERE batch_id = the_batch))
    )
    ORDER BY session.date, session.start_time, session.id;
$$;

-- Class times are local, so a place that changes its time zone moves its bookings.
CREATE OR REPLACE FUNCTION muster_rebook_branch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM muster_rebook_batch(id) FROM batches_batch
    WHERE branch_id = NEW.id AND status IN ('Upcoming', 'Active') ORDER BY id;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION muster_rebook_institution() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM muster_rebook_batch(id) FROM batches_batch
    WHERE institution_id = NEW.id AND status IN ('Upcoming', 'Active') ORDER BY id;
    RETURN NULL;
END $$;
