-- Class sessions are made from slots, and kept in step with them.

-- Keep the sessions of these slots in step with them, in one statement, whatever their number; repeating changes
-- nothing. Only plain sessions that have not begun are changed or removed. New ones are made for the days of the batch
-- within `first_day` and `last_day` that are no holiday, as far ahead as the institution asks; for the past only where
-- the batch had no week before, so that a new week does not rewrite what was taught, unless `past_too` says so.
CREATE OR REPLACE FUNCTION muster_make_sessions(
    the_slots uuid[],
    first_day date DEFAULT '-infinity',
    last_day date DEFAULT 'infinity',
    past_too boolean DEFAULT FALSE,
    at timestamptz DEFAULT now()
) RETURNS TABLE (added bigint, changed bigint, removed bigint) LANGUAGE sql AS $$
    WITH slot AS MATERIALIZED (
        SELECT slot.*, muster_zone_of(slot.batch_id, slot.shared_meeting_id) AS zone, institution.session_horizon_days AS horizon
        FROM batches_scheduleslot AS slot
        JOIN institutions_institution AS institution ON institution.id = slot.institution_id
        WHERE slot.id = ANY (the_slots)
        -- What is archived stays as it is.
        AND EXISTS (
            SELECT FROM batches_batch AS batch
            WHERE batch.archived_at IS NULL AND (batch.id = slot.batch_id OR batch.id IN (
                SELECT batch_id FROM batches_meetingmember WHERE shared_meeting_id = slot.shared_meeting_id
            ))
        )
    ), meeting_batch AS (
        SELECT slot.id AS slot_id, slot.batch_id FROM slot WHERE slot.batch_id IS NOT NULL
        UNION ALL
        SELECT slot.id, member.batch_id FROM slot JOIN batches_meetingmember AS member USING (shared_meeting_id)
    ), wanted AS MATERIALIZED (
        SELECT DISTINCT slot.id AS slot_id, day.on_date
        FROM slot
        JOIN meeting_batch ON meeting_batch.slot_id = slot.id
        JOIN batches_batch AS batch ON batch.id = meeting_batch.batch_id
        CROSS JOIN LATERAL (
            SELECT first_meeting + 7 * week AS on_date
            FROM (
                SELECT batch.start_date + (slot.weekday - extract(isodow FROM batch.start_date)::integer + 7) % 7 AS first_meeting
            ) AS start
            CROSS JOIN LATERAL generate_series(0, (batch.end_date - first_meeting) / 7) AS week
            WHERE first_meeting <= batch.end_date
        ) AS day
        WHERE batch.status IN ('Upcoming', 'Active') AND batch.deleted_at IS NULL AND batch.archived_at IS NULL
        AND day.on_date BETWEEN first_day AND last_day
        AND NOT EXISTS (
            SELECT FROM institutions_holiday AS holiday
            WHERE holiday.institution_id = batch.institution_id
            AND (holiday.branch_id IS NULL OR holiday.branch_id = batch.branch_id)
            AND day.on_date BETWEEN holiday.start_date AND holiday.end_date
        )
    ), planned AS MATERIALIZED (
        -- What was planned before and may still be changed.
        SELECT session.id FROM batches_classsession AS session JOIN slot ON slot.id = session.slot_id
        WHERE session.slot_date BETWEEN first_day AND last_day
        AND session.status = 'scheduled' AND NOT session.is_edited AND NOT session.is_locked
        AND (session.date + session.start_time) AT TIME ZONE slot.zone > at
    ), removed AS (
        DELETE FROM batches_classsession AS session USING planned
        WHERE session.id = planned.id
        -- Asked again of the row as it now stands: somebody may have marked or edited it meanwhile.
        AND session.status = 'scheduled' AND NOT session.is_edited AND NOT session.is_locked
        AND NOT EXISTS (
            SELECT FROM wanted WHERE wanted.slot_id = session.slot_id AND wanted.on_date = session.slot_date
        )
        RETURNING session.id
    ), changed AS (
        UPDATE batches_classsession AS session
        SET start_time = slot.start_time, end_time = slot.end_time, room_id = slot.room_id,
            subject_id = slot.subject_id, instructor_id = slot.instructor_id,
            version = session.version + 1, updated_at = at
        FROM planned, slot, wanted
        WHERE session.id = planned.id AND slot.id = session.slot_id
        AND wanted.slot_id = session.slot_id AND wanted.on_date = session.slot_date
        AND session.status = 'scheduled' AND NOT session.is_edited AND NOT session.is_locked
        AND (session.start_time, session.end_time, session.room_id, session.subject_id, session.instructor_id)
            IS DISTINCT FROM (slot.start_time, slot.end_time, slot.room_id, slot.subject_id, slot.instructor_id)
        RETURNING session.id
    ), weeks_before AS MATERIALIZED (
        -- Since when each batch or meeting has had a week.
        SELECT owner.batch_id, owner.shared_meeting_id, since.day
        FROM (SELECT DISTINCT batch_id, shared_meeting_id FROM slot) AS owner
        CROSS JOIN LATERAL (
            SELECT min(session.slot_date) AS day FROM batches_classsession AS session
            WHERE session.batch_id = owner.batch_id OR session.shared_meeting_id = owner.shared_meeting_id
        ) AS since
    ), added AS (
        INSERT INTO batches_classsession (
            id, created_at, updated_at, institution_id, batch_id, shared_meeting_id, slot_id, slot_date, date,
            start_time, end_time, session_type, subject_id, instructor_id, room_id,
            location, title, notes, status, cancel_reason, is_edited, is_locked, version, sequence
        )
        SELECT muster_new_id(), at, at, slot.institution_id, slot.batch_id, slot.shared_meeting_id, slot.id,
               wanted.on_date, wanted.on_date, slot.start_time, slot.end_time, 'THEORY', slot.subject_id,
               slot.instructor_id, slot.room_id, '', '', '', 'scheduled', '', FALSE, FALSE, 1, 0
        FROM wanted
        JOIN slot ON slot.id = wanted.slot_id
        JOIN weeks_before ON weeks_before.batch_id = slot.batch_id
            OR weeks_before.shared_meeting_id = slot.shared_meeting_id
        WHERE wanted.on_date <= (at AT TIME ZONE slot.zone)::date + slot.horizon
        AND (
            (wanted.on_date + slot.start_time) AT TIME ZONE slot.zone > at
            OR past_too OR weeks_before.day IS NULL OR wanted.on_date < weeks_before.day
        )
        AND NOT EXISTS (
            SELECT FROM batches_classsession AS session
            WHERE session.slot_id = wanted.slot_id AND session.slot_date = wanted.on_date
        )
        ORDER BY wanted.on_date, slot.start_time
        ON CONFLICT (slot_id, slot_date) DO NOTHING
        RETURNING id
    )
    SELECT (SELECT count(*) FROM added), (SELECT count(*) FROM changed), (SELECT count(*) FROM removed);
$$;

-- The plain sessions of a slot that have not begun go; called before the slot goes.
CREATE OR REPLACE FUNCTION muster_drop_sessions(the_slot uuid) RETURNS void LANGUAGE sql AS $$
    DELETE FROM batches_classsession AS session
    WHERE session.slot_id = the_slot
    AND session.status = 'scheduled' AND NOT session.is_edited AND NOT session.is_locked
    AND (session.date + session.start_time) AT TIME ZONE muster_zone_of(session.batch_id, session.shared_meeting_id) > now();
$$;

-- All slots in which a batch meets; what was planned by hand in a batch that is cancelled is cancelled too.
CREATE OR REPLACE FUNCTION muster_keep_sessions(the_batch uuid) RETURNS void LANGUAGE sql AS $$
    SELECT muster_make_sessions(ARRAY(
        SELECT slot.id FROM batches_scheduleslot AS slot
        WHERE slot.batch_id = the_batch
        OR slot.shared_meeting_id IN (SELECT shared_meeting_id FROM batches_meetingmember WHERE batch_id = the_batch)
    ));
    UPDATE batches_classsession AS session SET status = 'cancelled', version = session.version + 1, updated_at = now()
    FROM batches_batch AS batch
    WHERE batch.id = the_batch AND batch.status = 'Cancelled' AND batch.archived_at IS NULL
    AND session.batch_id = batch.id AND session.status = 'scheduled' AND NOT session.is_locked
    AND (session.date + coalesce(session.start_time, '23:59')) AT TIME ZONE muster_zone_of(batch.id, NULL) > now();
$$;

CREATE OR REPLACE FUNCTION muster_keep_sessions_of_holiday() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moved record;
BEGIN
    FOR moved IN
        SELECT days.* FROM (VALUES
            (NEW.institution_id, NEW.branch_id, NEW.start_date, NEW.end_date),
            (OLD.institution_id, OLD.branch_id, OLD.start_date, OLD.end_date)
        ) AS days (institution_id, branch_id, start_date, end_date)
        WHERE days.institution_id IS NOT NULL
    LOOP
        PERFORM muster_make_sessions(ARRAY(
            SELECT slot.id FROM batches_scheduleslot AS slot
            JOIN batches_batch AS batch ON batch.id = slot.batch_id OR batch.id IN (
                SELECT batch_id FROM batches_meetingmember WHERE shared_meeting_id = slot.shared_meeting_id
            )
            WHERE slot.institution_id = moved.institution_id AND batch.status IN ('Upcoming', 'Active')
            AND batch.start_date <= moved.end_date AND batch.end_date >= moved.start_date
            AND (moved.branch_id IS NULL OR batch.branch_id = moved.branch_id)
        ), moved.start_date, moved.end_date);
    END LOOP;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION muster_keep_sessions_of_institution() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM muster_make_sessions(ARRAY(SELECT id FROM batches_scheduleslot WHERE institution_id = NEW.id));
    RETURN NULL;
END $$;
