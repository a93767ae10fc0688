-- Parents first: the batch, then the session, both in share mode, so that an upload and a lock never pass each other.
DECLARE
    of_session uuid;
    of_batch uuid;
    of_notice uuid;
    learner uuid;
    locked boolean;
    number bigint;
BEGIN
    SELECT enrollment.batch_id INTO of_notice
    FROM attendance_absencenotice AS notice JOIN enrollments_enrollment AS enrollment ON enrollment.id = notice.enrollment_id
    WHERE notice.id = NEW.notice_id;
    IF NEW.record_id IS NOT NULL THEN
        SELECT record.session_id, enrollment.batch_id, enrollment.student_id INTO of_session, of_batch, learner
        FROM attendance_attendancerecord AS record
        JOIN enrollments_enrollment AS enrollment ON enrollment.id = record.enrollment_id
        WHERE record.id = NEW.record_id;
    END IF;
    PERFORM muster_must_be_open_batches(ARRAY[of_batch, of_notice]);
    IF NEW.record_id IS NOT NULL THEN
        SELECT is_locked INTO locked FROM timetable_classsession WHERE id = of_session FOR SHARE;
        IF locked THEN
            RAISE EXCEPTION 'Register is locked'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'locked_register_does_not_change';
        END IF;
        IF NEW.notice_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM attendance_absencenotice AS notice WHERE notice.id = NEW.notice_id
            AND notice.student_id = learner
        ) THEN
            RAISE EXCEPTION 'Record and notice are of different learners'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'evidence_is_of_one_learner';
        END IF;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.notice_id IS NOT NULL AND NEW.removed_at IS NOT NULL THEN
        -- The sessions that are locked with the learner excused, on the days of a notice: its files are why.
        SELECT count(*) FILTER (WHERE excused.is_locked) INTO number FROM (
            SELECT class.is_locked FROM attendance_absencenotice AS notice
            JOIN enrollments_enrollment AS enrollment ON enrollment.student_id = notice.student_id
                AND enrollment.institution_id = notice.institution_id
                AND (notice.enrollment_id IS NULL OR enrollment.id = notice.enrollment_id)
            JOIN attendance_attendancerecord AS record ON record.enrollment_id = enrollment.id
                AND record.record_date BETWEEN notice.first_date AND notice.last_date AND record.status = 'EXCUSED'
                AND (notice.session_id IS NULL OR notice.session_id = record.session_id)
            JOIN timetable_classsession AS class ON class.id = record.session_id
            WHERE notice.id = NEW.notice_id
            ORDER BY class.id FOR SHARE OF class
        ) AS excused;
        IF number > 0 THEN
            RAISE EXCEPTION 'Register is locked'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'locked_register_does_not_change';
        END IF;
    END IF;
    RETURN NEW;
END;
