-- Who of a register has no mark: what decides whether it is taken. The tallies of its session keep the number.

-- How many learners of a register have no mark: whose seat covers the day, each person once, whichever of their
-- enrollments was marked. Those of an archived batch can no longer be marked: while the session goes on for another
-- batch, nobody waits for them.
CREATE OR REPLACE FUNCTION muster_unmarked(the_session uuid) RETURNS integer LANGUAGE plpgsql STABLE AS $$ BEGIN
    RETURN (SELECT count(*) FROM (
        SELECT learner.student_id
        FROM timetable_classsession AS class
        JOIN batches_batchmeeting AS met ON met.meeting_id = class.meeting_id
        JOIN enrollments_seatperiod AS period ON period.batch_id = met.batch_id
            AND period.from_date <= class.date AND (period.until_date IS NULL OR period.until_date >= class.date)
        JOIN enrollments_enrollment AS learner ON learner.id = period.enrollment_id
        WHERE class.id = the_session AND (NOT learner.frozen OR NOT EXISTS (
            SELECT FROM batches_batchmeeting AS other JOIN batches_batch AS batch ON batch.id = other.batch_id
            WHERE other.meeting_id = class.meeting_id AND batch.archived_at IS NULL
        ))
        EXCEPT
        SELECT marked.student_id
        FROM attendance_attendancerecord AS record
        JOIN enrollments_enrollment AS marked ON marked.id = record.enrollment_id
        WHERE record.session_id = the_session AND record.status IS NOT NULL
    ) AS unmarked);
END $$;

-- Whoever asks holds the batches, in share mode or alone, and the sessions. Every marking does: in this language it is
-- planned once for each connection.
CREATE OR REPLACE FUNCTION muster_count_unmarked(sessions uuid[]) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    UPDATE attendance_batchtally AS tally SET unmarked = counted.number
    FROM (SELECT id, muster_unmarked(id) AS number FROM unnest(sessions) AS id) AS counted
    WHERE tally.session_id = counted.id AND tally.unmarked <> counted.number;
END $$;

-- The registers of batches that something happened to. Those of batches that share a meeting are held one after the other,
-- by the meeting: the rows of a transaction come in any order of days, and each takes the sessions of its own.
CREATE OR REPLACE FUNCTION muster_recount_unmarked(meetings uuid[], sessions uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF cardinality(sessions) > 0 THEN
        PERFORM FROM timetable_meeting WHERE id = ANY (meetings) AND is_shared ORDER BY id FOR NO KEY UPDATE;
        PERFORM FROM timetable_classsession WHERE id = ANY (sessions) ORDER BY id FOR NO KEY UPDATE;
        PERFORM muster_count_unmarked(sessions);
    END IF;
END $$;

-- The sessions of meetings on whose registers somebody was marked.
CREATE OR REPLACE FUNCTION muster_marked_sessions(meetings uuid[]) RETURNS uuid[] LANGUAGE sql STABLE AS $$
    SELECT array_agg(class.id) FROM timetable_classsession AS class
    WHERE class.meeting_id = ANY (meetings)
    AND EXISTS (SELECT FROM attendance_batchtally AS tally WHERE tally.session_id = class.id);
$$;

-- A seat that begins, ends or is given back: on the days that it gained or lost, where somebody is marked. Whoever
-- changes seats holds the batch, and so waits for whoever marks it, and they for them. Left to itself PostgreSQL plans it
-- anew for each seat, which costs ten times what it does (`python -m benchmarks.cpu enroll`).
CREATE OR REPLACE FUNCTION muster_unmarked_follow_seats() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    before daterange := 'empty';
    after daterange := 'empty';
    since date;
    meetings uuid[];
BEGIN
    IF TG_OP <> 'INSERT' THEN before := daterange(OLD.from_date, OLD.until_date + 1); END IF;
    IF TG_OP <> 'DELETE' THEN after := daterange(NEW.from_date, NEW.until_date + 1); END IF;
    since := CASE WHEN lower(before) = lower(after) THEN least(upper(before), upper(after))
        ELSE least(lower(before), lower(after)) END;
    meetings := ARRAY(SELECT meeting_id FROM batches_batchmeeting WHERE batch_id = coalesce(NEW.batch_id, OLD.batch_id));
    PERFORM muster_recount_unmarked(meetings, ARRAY(
        SELECT class.id FROM timetable_classsession AS class
        WHERE class.meeting_id = ANY (meetings)
        AND class.date >= since AND (class.date <@ before) <> (class.date <@ after)
        AND EXISTS (SELECT FROM attendance_batchtally AS tally WHERE tally.session_id = class.id)
    ));
    RETURN NULL;
END $$;

-- A batch that joins a shared meeting, or leaves it.
CREATE OR REPLACE FUNCTION muster_unmarked_follow_meeting() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    meetings uuid[] := ARRAY[coalesce(NEW.meeting_id, OLD.meeting_id)];
BEGIN
    PERFORM muster_recount_unmarked(meetings, muster_marked_sessions(meetings));
    RETURN NULL;
END $$;

-- A batch that is archived, or opened again, and meets with others.
CREATE OR REPLACE FUNCTION muster_unmarked_follow_archive() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    meetings uuid[] := ARRAY(SELECT meeting_id FROM batches_batchmeeting WHERE batch_id = NEW.id AND NOT is_own);
BEGIN
    PERFORM muster_recount_unmarked(meetings, muster_marked_sessions(meetings));
    RETURN NULL;
END $$;
