-- Whoever is no longer assigned to each other does not meet any more: what is still ahead is cancelled, with the reason.
CREATE OR REPLACE FUNCTION muster_mentoring_ends() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE timetable_classsession AS session
    SET status = 'cancelled', cancel_reason = 'assignment_ended', is_edited = TRUE,
        version = session.version + 1, updated_at = now()
    FROM timetable_meeting AS meeting
    WHERE session.meeting_id = NEW.id AND meeting.id = session.meeting_id AND session.status = 'scheduled'
    AND muster_beginning(session.date, session.start_time, meeting.time_zone) > now();
    -- Nobody has to decide any more.
    UPDATE mentoring_mentorrequest SET status = 'withdrawn', decided_at = now(), updated_at = now()
    WHERE assignment_id = NEW.id AND status = 'pending';
    RETURN NULL;
END $$;
