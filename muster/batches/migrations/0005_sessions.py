"""The functions that make class sessions from slots, and book those that stand for themselves."""

from django.db import migrations

FUNCTIONS = """
-- UUIDv7 of RFC 9562, as the application makes them: the first 48 bits are the milliseconds since 1970.
CREATE FUNCTION muster_new_id() RETURNS uuid LANGUAGE sql VOLATILE AS $$
    SELECT encode(set_bit(set_bit(overlay(
        uuid_send(gen_random_uuid())
        PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6
    ), 52, 1), 53, 1), 'hex')::uuid;
$$;

-- The zone of the clock times of a batch; of a shared meeting that of its first batch by code.
CREATE FUNCTION muster_zone_of(the_batch uuid, the_meeting uuid) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(nullif(branch.time_zone, ''), institution.time_zone)
    FROM batches_batch AS batch
    JOIN institutions_institution AS institution ON institution.id = batch.institution_id
    LEFT JOIN institutions_branch AS branch ON branch.id = batch.branch_id
    WHERE batch.id = coalesce(the_batch, (
        SELECT other.id FROM batches_meetingmember AS member JOIN batches_batch AS other ON other.id = member.batch_id
        WHERE member.shared_meeting_id = the_meeting ORDER BY other.code, other.id LIMIT 1
    ));
$$;

-- What a session made or edited by hand books: nothing when it is cancelled, has no times, or its batches book nobody.
CREATE FUNCTION muster_rebook_session(the_session uuid) RETURNS void LANGUAGE sql AS $$
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

-- Keep the sessions of these slots in step with them, in one statement, whatever their number; repeating changes
-- nothing. Only plain sessions that have not begun are changed or removed. New ones are made for the days of the batch
-- within `first_day` and `last_day` that are no holiday, as far ahead as the institution asks; for the past only where
-- the batch had no week before, so that a new week does not rewrite what was taught, unless `past_too` says so.
CREATE FUNCTION muster_make_sessions(
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
CREATE FUNCTION muster_drop_sessions(the_slot uuid) RETURNS void LANGUAGE sql AS $$
    DELETE FROM batches_classsession AS session
    WHERE session.slot_id = the_slot
    AND session.status = 'scheduled' AND NOT session.is_edited AND NOT session.is_locked
    AND (session.date + session.start_time) AT TIME ZONE muster_zone_of(session.batch_id, session.shared_meeting_id) > now();
$$;

-- All slots in which a batch meets; what was planned by hand in a batch that is cancelled is cancelled too.
CREATE FUNCTION muster_keep_sessions(the_batch uuid) RETURNS void LANGUAGE sql AS $$
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

CREATE FUNCTION muster_keep_sessions_of_holiday() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE TRIGGER keep_sessions_of_holiday AFTER INSERT OR UPDATE OR DELETE ON institutions_holiday
FOR EACH ROW EXECUTE FUNCTION muster_keep_sessions_of_holiday();

CREATE FUNCTION muster_keep_sessions_of_institution() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM muster_make_sessions(ARRAY(SELECT id FROM batches_scheduleslot WHERE institution_id = NEW.id));
    RETURN NULL;
END $$;

CREATE TRIGGER keep_sessions_of_institution AFTER UPDATE OF session_horizon_days ON institutions_institution
FOR EACH ROW WHEN (OLD.session_horizon_days < NEW.session_horizon_days)
EXECUTE FUNCTION muster_keep_sessions_of_institution();

-- The weeks that there are already.
SELECT muster_make_sessions(ARRAY(SELECT id FROM batches_scheduleslot));
"""

UNDO = """
DROP TRIGGER keep_sessions_of_institution ON institutions_institution;
DROP FUNCTION muster_keep_sessions_of_institution();
DROP TRIGGER keep_sessions_of_holiday ON institutions_holiday;
DROP FUNCTION muster_keep_sessions_of_holiday();
DROP FUNCTION muster_keep_sessions(uuid);
DROP FUNCTION muster_drop_sessions(uuid);
DROP FUNCTION muster_make_sessions(uuid[], date, date, boolean, timestamptz);
CREATE OR REPLACE FUNCTION muster_rebook_batch(the_batch uuid) RETURNS void LANGUAGE sql AS $$
    SELECT muster_rebook_slot(slot.id) FROM batches_scheduleslot AS slot
    WHERE slot.batch_id = the_batch
    OR slot.shared_meeting_id IN (SELECT shared_meeting_id FROM batches_meetingmember WHERE batch_id = the_batch)
    ORDER BY slot.weekday, slot.start_time, slot.id;
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

DROP FUNCTION muster_rebook_session(uuid);
DROP FUNCTION muster_zone_of(uuid, uuid);
DROP FUNCTION muster_new_id();
"""


class Migration(migrations.Migration):
    dependencies = [("batches", "0004_class_session")]
    operations = [migrations.RunSQL(FUNCTIONS, UNDO)]
