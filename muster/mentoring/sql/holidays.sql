-- A holiday takes the mentoring sessions ahead on its days, as it takes those of weekly schedules; taken back, it gives
-- back what it took, where the two are still assigned to each other. Where the mentor is booked by then, the constraint
-- on bookings refuses that; where the student has a class by then, the session stays cancelled.
CREATE OR REPLACE FUNCTION muster_mentoring_on_holiday() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    given_back uuid;
    refused_by text;
BEGIN
    IF TG_OP <> 'DELETE' THEN
        UPDATE timetable_classsession AS session
        SET status = 'cancelled', cancel_reason = 'holiday', version = session.version + 1, updated_at = now()
        FROM mentoring_mentoringsession AS mentoring, timetable_meeting AS meeting
        WHERE mentoring.institution_id = NEW.institution_id AND mentoring.outcome = ''
        AND session.id = mentoring.session_id AND session.status = 'scheduled'
        AND session.date BETWEEN NEW.start_date AND NEW.end_date
        AND meeting.id = session.meeting_id AND (NEW.branch_id IS NULL OR meeting.branch_id = NEW.branch_id)
        AND muster_beginning(session.date, session.start_time, meeting.time_zone) > now();
    END IF;
    IF TG_OP <> 'INSERT' THEN
        FOR given_back IN
            SELECT session.id FROM timetable_classsession AS session
            JOIN mentoring_mentoringsession AS mentoring ON mentoring.session_id = session.id
            JOIN allocation_individualassignment AS pair ON pair.id = mentoring.assignment_id AND pair.ended_at IS NULL
            JOIN timetable_meeting AS meeting ON meeting.id = session.meeting_id
            WHERE mentoring.institution_id = OLD.institution_id
            AND session.status = 'cancelled' AND session.cancel_reason = 'holiday'
            AND session.date BETWEEN OLD.start_date AND OLD.end_date
            AND muster_beginning(session.date, session.start_time, meeting.time_zone) > now()
            AND NOT EXISTS (
                SELECT FROM muster_holidays(meeting.institution_id, meeting.branch_id) AS holiday
                WHERE session.date BETWEEN holiday.first_day AND holiday.last_day
            )
            ORDER BY session.id
        LOOP
            BEGIN
                UPDATE timetable_classsession
                SET status = 'scheduled', cancel_reason = '', version = version + 1, updated_at = now()
                WHERE id = given_back;
            EXCEPTION WHEN check_violation THEN
                GET STACKED DIAGNOSTICS refused_by = CONSTRAINT_NAME;
                IF refused_by <> 'mentored_student_is_in_one_place_at_a_time' THEN
                    RAISE;
                END IF;
            END;
        END LOOP;
    END IF;
    RETURN NULL;
END $$;
