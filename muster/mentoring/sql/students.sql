-- Whether the student of a mentoring session is in a class of theirs then. Bookings hold instructors and rooms; a class
-- that is enrolled into or moved later is named where that is done, and not refused.
CREATE OR REPLACE FUNCTION muster_student_is_elsewhere(the_session uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM timetable_classsession AS session
        JOIN timetable_meeting AS meeting ON meeting.id = session.meeting_id
        JOIN allocation_individualassignment AS pair ON pair.id = session.meeting_id
        JOIN enrollments_enrollment AS seat ON seat.student_id = pair.student_id
            AND seat.institution_id = pair.institution_id AND seat.status IN ('active', 'on_hold', 'completed')
        JOIN batches_batchmeeting AS link ON link.batch_id = seat.batch_id
        JOIN timetable_meeting AS of_class ON of_class.id = link.meeting_id AND of_class.books
        JOIN timetable_classsession AS class ON class.meeting_id = of_class.id AND class.status <> 'cancelled'
            AND class.date BETWEEN session.date - 1 AND session.date + 1 AND class.start_time IS NOT NULL
        WHERE session.id = the_session AND session.status = 'scheduled' AND session.start_time IS NOT NULL
        AND muster_period(session.date, session.start_time, session.end_time, meeting.time_zone)
            && muster_period(class.date, class.start_time, class.end_time, of_class.time_zone)
    );
$$;

-- A mentoring session that is moved, or that comes back.
CREATE OR REPLACE FUNCTION muster_moved_mentoring() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM mentoring_mentoringmeeting WHERE meeting_id = NEW.meeting_id)
        AND muster_student_is_elsewhere(NEW.id)
    THEN
        RAISE EXCEPTION 'The student of a mentoring session has a class then'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'mentored_student_is_in_one_place_at_a_time';
    END IF;
    RETURN NULL;
END $$;
