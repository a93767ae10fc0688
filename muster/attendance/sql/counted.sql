-- What counts towards attendance, and what it comes to. Whoever asks for a percentage asks these.

-- The marks that count: of sessions that are not cancelled; a daily record only within the dates of its batch, on a day
-- on which the learner had a seat there, and without a mark in one of its sessions. A learner may have had several
-- enrollments in the batch: all of them together are one person.
CREATE OR REPLACE VIEW attendance_countedmark WITH (security_invoker) AS
SELECT record.id, record.institution_id, record.enrollment_id, enrollment.student_id, enrollment.batch_id,
       record.session_id, record.record_date, class.start_time, record.status
FROM attendance_attendancerecord AS record
JOIN enrollments_enrollment AS enrollment ON enrollment.id = record.enrollment_id
LEFT JOIN timetable_classsession AS class ON class.id = record.session_id
WHERE record.status IS NOT NULL AND CASE WHEN record.session_id IS NOT NULL THEN class.status <> 'cancelled' ELSE
    EXISTS (
        SELECT FROM batches_batch AS batch
        WHERE batch.id = enrollment.batch_id
        AND record.record_date BETWEEN coalesce(batch.start_date, '-infinity') AND coalesce(batch.end_date, 'infinity')
    )
    AND EXISTS (
        SELECT FROM enrollments_enrollment AS own
        JOIN enrollments_seatperiod AS period ON period.enrollment_id = own.id
        WHERE own.student_id = enrollment.student_id AND own.batch_id = enrollment.batch_id
        AND record.record_date BETWEEN period.from_date AND coalesce(period.until_date, 'infinity')
    )
    AND NOT EXISTS (
        SELECT FROM enrollments_enrollment AS own
        JOIN attendance_attendancerecord AS beside ON beside.enrollment_id = own.id
        JOIN timetable_classsession AS met ON met.id = beside.session_id
        WHERE own.student_id = enrollment.student_id AND own.batch_id = enrollment.batch_id
        AND beside.record_date = record.record_date AND beside.status IS NOT NULL AND met.status <> 'cancelled'
    )
END;

-- The percentage, rounded down to one decimal, so that nobody below a limit seems to reach it; NULL where nothing
-- counts. `attendance/queries/percent.py` says the same.
CREATE OR REPLACE FUNCTION muster_percent(came bigint, counted bigint)
RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN counted > 0 THEN round(((1000 * came) / counted)::numeric / 10, 1) END;
$$;

-- How many learners a register has: whose seat covers the day, each person once where several batches meet as one.
CREATE OR REPLACE FUNCTION muster_expected(the_meeting uuid, day date) RETURNS integer LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN (SELECT is_shared FROM timetable_meeting WHERE id = the_meeting) THEN (
        SELECT count(DISTINCT enrollment.student_id)
        FROM enrollments_seatperiod AS period
        JOIN enrollments_enrollment AS enrollment ON enrollment.id = period.enrollment_id
        WHERE period.batch_id = ANY (ARRAY(SELECT batch_id FROM batches_batchmeeting WHERE meeting_id = the_meeting))
        AND period.from_date <= day AND (period.until_date IS NULL OR period.until_date >= day)
    ) ELSE (
        SELECT count(*) FROM enrollments_seatperiod AS period
        WHERE period.batch_id = ANY (ARRAY(SELECT batch_id FROM batches_batchmeeting WHERE meeting_id = the_meeting))
        AND period.from_date <= day AND (period.until_date IS NULL OR period.until_date >= day)
    ) END::integer;
$$;

-- A session with marks stays on its day, and does not follow its week again.
CREATE OR REPLACE FUNCTION muster_keep_marked_session() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM attendance_attendancerecord WHERE session_id = NEW.id) THEN
        IF NEW.date <> OLD.date THEN
            RAISE EXCEPTION 'A session with marks stays on its day'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'marked_session_stays_on_its_day';
        END IF;
        NEW.is_edited := TRUE;
    END IF;
    RETURN NEW;
END $$;

-- Sessions that were marked before they began are held once they have. Answers how many.
CREATE OR REPLACE FUNCTION muster_hold_begun_sessions(the_institution uuid) RETURNS integer LANGUAGE sql AS $$
    WITH held AS (
        UPDATE timetable_classsession AS class SET status = 'held', updated_at = clock_timestamp()
        FROM timetable_meeting AS meeting
        WHERE meeting.id = class.meeting_id AND NOT meeting.is_archived
        AND class.institution_id = the_institution AND class.status = 'scheduled' AND NOT class.is_locked
        AND class.is_edited AND class.date BETWEEN muster_today('UTC') - 7 AND muster_today('UTC') + 1
        AND muster_beginning(class.date, class.start_time, meeting.time_zone) <= clock_timestamp()
        AND EXISTS (
            SELECT FROM attendance_attendancerecord AS record
            WHERE record.session_id = class.id AND record.status IS NOT NULL
        )
        RETURNING class.id
    )
    SELECT count(*)::integer FROM held;
$$;
