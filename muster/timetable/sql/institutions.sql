-- What institutions decide for every meeting: holidays, zones, and how far ahead meetings without an end are planned.

CREATE OR REPLACE FUNCTION muster_holiday_changed() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    holiday record;
BEGIN
    FOR holiday IN
        SELECT days.* FROM (VALUES
            (NEW.institution_id, NEW.branch_id, NEW.start_date, NEW.end_date),
            (OLD.institution_id, OLD.branch_id, OLD.start_date, OLD.end_date)
        ) AS days (institution_id, branch_id, start_date, end_date)
        WHERE days.institution_id IS NOT NULL
    LOOP
        PERFORM muster_make_sessions(ARRAY(
            SELECT meeting.id FROM timetable_meeting AS meeting
            WHERE meeting.institution_id = holiday.institution_id AND meeting.books
            AND (holiday.branch_id IS NULL OR meeting.branch_id = holiday.branch_id)
            AND coalesce(meeting.start_date, '-infinity') <= holiday.end_date
            AND coalesce(meeting.end_date, 'infinity') >= holiday.start_date
        ), holiday.start_date, holiday.end_date);
    END LOOP;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION muster_branch_zone_changed() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE timetable_meeting SET time_zone = muster_zone(institution_id, branch_id) WHERE branch_id = NEW.id;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION muster_institution_changed() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE timetable_meeting SET time_zone = muster_zone(institution_id, branch_id)
    WHERE institution_id = NEW.id AND time_zone <> muster_zone(institution_id, branch_id);
    IF NEW.session_horizon_days > OLD.session_horizon_days THEN
        PERFORM muster_make_sessions(ARRAY(
            SELECT id FROM timetable_meeting WHERE institution_id = NEW.id AND end_date IS NULL AND books
        ));
    END IF;
    RETURN NULL;
END $$;
