-- Of all marks of one statement, new (`new_marks`) or changed (`old_marks` are what they were).
--
-- Parents first: the batches, then the sessions, each of which its markings hold one after the other: so each counts
-- who is left after those before it.
DECLARE
    found bigint;
    cancelled bigint;
    ahead uuid[];
BEGIN
    IF NOT EXISTS (SELECT FROM new_marks) THEN RETURN NULL; END IF;
    SELECT count(archived_at) INTO found FROM (
        SELECT batch.archived_at FROM batches_batch AS batch
        WHERE batch.id = ANY(ARRAY(
            SELECT DISTINCT batch_id FROM enrollments_enrollment
            WHERE id = ANY(ARRAY(SELECT enrollment_id FROM new_marks))
        ))
        ORDER BY batch.id FOR SHARE
    ) AS batches;
    IF found > 0 THEN
        RAISE EXCEPTION 'An archived batch does not change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'archived_batch_does_not_change';
    END IF;
    -- One that has not begun is not held yet; with marks it no longer follows its week.
    UPDATE timetable_classsession AS class
    SET status = CASE WHEN begun.yes THEN 'held' ELSE class.status END,
        is_edited = class.is_edited OR NOT begun.yes, updated_at = clock_timestamp()
    FROM (
        SELECT one.id,
               muster_beginning(one.date, one.start_time, meeting.time_zone) <= clock_timestamp() AS yes
        FROM timetable_classsession AS one JOIN timetable_meeting AS meeting ON meeting.id = one.meeting_id
        WHERE one.status = 'scheduled' AND NOT one.is_locked
        AND one.id IN (SELECT session_id FROM new_marks WHERE status IS NOT NULL)
    ) AS begun
    WHERE class.id = begun.id AND class.status = 'scheduled' AND NOT class.is_locked AND (begun.yes OR NOT class.is_edited);
    SELECT count(*) FILTER (WHERE is_locked), count(*) FILTER (WHERE status = 'cancelled'),
           array_agg(id) FILTER (WHERE is_ahead)
    INTO found, cancelled, ahead FROM (
        SELECT class.id, class.is_locked, class.status, class.date > muster_today(meeting.time_zone) AS is_ahead
        FROM timetable_classsession AS class JOIN timetable_meeting AS meeting ON meeting.id = class.meeting_id
        WHERE class.id IN (SELECT session_id FROM new_marks) ORDER BY class.id FOR NO KEY UPDATE OF class
    ) AS sessions;
    IF found > 0 THEN
        RAISE EXCEPTION 'Register is locked'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'locked_register_does_not_change';
    END IF;
    IF cancelled > 0 THEN
        RAISE EXCEPTION 'A cancelled session has no marks'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'cancelled_session_has_no_marks';
    END IF;
    -- Who came is known on the day, by the clock of the class; who is excused may be known before.
    IF ahead IS NOT NULL AND EXISTS (
        SELECT FROM new_marks WHERE session_id = ANY (ahead) AND status IN ('PRESENT', 'ABSENT', 'LATE')
    ) OR EXISTS (
        SELECT FROM new_marks AS mark
        JOIN enrollments_enrollment AS enrollment ON enrollment.id = mark.enrollment_id
        JOIN batches_batch AS batch ON batch.id = enrollment.batch_id
        WHERE mark.session_id IS NULL AND mark.status IN ('PRESENT', 'ABSENT', 'LATE')
        AND mark.record_date >= muster_today('UTC')
        AND mark.record_date > muster_today(muster_zone(batch.institution_id, batch.branch_id))
    ) THEN
        RAISE EXCEPTION 'Only EXCUSED is marked before the day'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'mark_waits_for_its_day';
    END IF;
    -- Whoever left and came back, or sits in two batches that meet as one, has one mark.
    IF EXISTS (
        SELECT FROM new_marks AS mark
        JOIN enrollments_enrollment AS enrollment ON enrollment.id = mark.enrollment_id
        JOIN enrollments_enrollment AS other
            ON other.student_id = enrollment.student_id AND other.id <> enrollment.id
        JOIN attendance_attendancerecord AS beside
            ON beside.enrollment_id = other.id AND beside.session_id = mark.session_id AND beside.status IS NOT NULL
        WHERE mark.session_id IS NOT NULL AND mark.status IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'The learner has a mark in this session already'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'one_mark_for_each_person_of_a_session';
    END IF;

    IF TG_OP = 'INSERT' THEN
        -- The register of a session is of the batch, or of the batches that share the meeting.
        IF EXISTS (
            SELECT FROM new_marks AS mark
            JOIN timetable_classsession AS class ON class.id = mark.session_id
            JOIN enrollments_enrollment AS enrollment ON enrollment.id = mark.enrollment_id
            WHERE class.date <> mark.record_date OR NOT EXISTS (
                SELECT FROM batches_batchmeeting AS link
                WHERE link.meeting_id = class.meeting_id AND link.batch_id = enrollment.batch_id
            )
        ) THEN
            RAISE EXCEPTION 'The learner is of another batch than the session, or the date is another'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'record_is_of_a_learner_of_the_session';
        END IF;

        -- Every mark that comes to stand is added to the log; the same mark sent again is there already.
        INSERT INTO attendance_markentry (
            institution_id, session_id, enrollment_id, record_date, status, minutes_late, notes,
            marked_by_id, marked_at, said_at, stood, received_at, context
        )
        SELECT mark.institution_id, mark.session_id, mark.enrollment_id, mark.record_date, mark.status, mark.minutes_late,
               mark.notes, mark.marked_by_id, mark.marked_at, mark.said_at, TRUE, clock_timestamp(),
               coalesce(nullif(current_setting('muster.context', TRUE), ''), '{}')::jsonb
        FROM new_marks AS mark
        ON CONFLICT DO NOTHING;

        -- Differences, not counts: two who mark at once wait for each other here, and neither sees the other's rows.
        INSERT INTO attendance_batchtally AS tally (
            session_id, batch_id, institution_id, present, absent, late, excused, unmarked
        )
        SELECT mark.session_id, enrollment.batch_id, mark.institution_id,
               coalesce(sum(mark.number) FILTER (WHERE mark.status = 'PRESENT'), 0),
               coalesce(sum(mark.number) FILTER (WHERE mark.status = 'ABSENT'), 0),
               coalesce(sum(mark.number) FILTER (WHERE mark.status = 'LATE'), 0),
               coalesce(sum(mark.number) FILTER (WHERE mark.status = 'EXCUSED'), 0), 0
        FROM (
            SELECT session_id, enrollment_id, institution_id, status, 1 AS number FROM new_marks
        ) AS mark
        JOIN enrollments_enrollment AS enrollment ON enrollment.id = mark.enrollment_id
        WHERE mark.session_id IS NOT NULL
        GROUP BY mark.session_id, enrollment.batch_id, mark.institution_id
        ORDER BY mark.session_id, enrollment.batch_id
        ON CONFLICT (session_id, batch_id) DO UPDATE SET
            present = tally.present + excluded.present,
            absent = tally.absent + excluded.absent,
            late = tally.late + excluded.late,
            excused = tally.excused + excluded.excused;
    ELSE
        INSERT INTO attendance_markentry (
            institution_id, session_id, enrollment_id, record_date, status, minutes_late, notes,
            marked_by_id, marked_at, said_at, stood, received_at, context
        )
        SELECT mark.institution_id, mark.session_id, mark.enrollment_id, mark.record_date, mark.status, mark.minutes_late,
               mark.notes, mark.marked_by_id, mark.marked_at, mark.said_at, TRUE, clock_timestamp(),
               coalesce(nullif(current_setting('muster.context', TRUE), ''), '{}')::jsonb
        FROM new_marks AS mark JOIN old_marks AS before ON before.id = mark.id
        WHERE (mark.status, mark.minutes_late, mark.notes, mark.marked_at)
            IS DISTINCT FROM (before.status, before.minutes_late, before.notes, before.marked_at)
        ON CONFLICT DO NOTHING;

        INSERT INTO attendance_batchtally AS tally (
            session_id, batch_id, institution_id, present, absent, late, excused, unmarked
        )
        SELECT mark.session_id, enrollment.batch_id, mark.institution_id,
               coalesce(sum(mark.number) FILTER (WHERE mark.status = 'PRESENT'), 0),
               coalesce(sum(mark.number) FILTER (WHERE mark.status = 'ABSENT'), 0),
               coalesce(sum(mark.number) FILTER (WHERE mark.status = 'LATE'), 0),
               coalesce(sum(mark.number) FILTER (WHERE mark.status = 'EXCUSED'), 0), 0
        FROM (
            SELECT session_id, enrollment_id, institution_id, status, 1 AS number FROM new_marks
            UNION ALL
            SELECT session_id, enrollment_id, institution_id, status, -1 AS number FROM old_marks
        ) AS mark
        JOIN enrollments_enrollment AS enrollment ON enrollment.id = mark.enrollment_id
        WHERE mark.session_id IS NOT NULL
        GROUP BY mark.session_id, enrollment.batch_id, mark.institution_id
        ORDER BY mark.session_id, enrollment.batch_id
        ON CONFLICT (session_id, batch_id) DO UPDATE SET
            present = tally.present + excluded.present,
            absent = tally.absent + excluded.absent,
            late = tally.late + excluded.late,
            excused = tally.excused + excluded.excused;
    END IF;
    PERFORM muster_count_unmarked(ARRAY(SELECT DISTINCT session_id FROM new_marks WHERE session_id IS NOT NULL));
    RETURN NULL;
END;
