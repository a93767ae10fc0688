-- What institutions decide for every meeting: holidays, zones, and how far ahead meetings without an end are planned.

CREATE FUNCTION muster_holiday_changed() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE TRIGGER holiday_changed AFTER INSERT OR UPDATE OR DELETE ON institutions_holiday
FOR EACH ROW EXECUTE FUNCTION muster_holiday_changed();

CREATE FUNCTION muster_branch_zone_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE timetable_meeting SET time_zone = muster_zone(institution_id, branch_id) WHERE branch_id = NEW.id;
    RETURN NULL;
END $$;

CREATE TRIGGER branch_zone_changed AFTER UPDATE OF time_zone ON institutions_branch
FOR EACH ROW WHEN (OLD.time_zone IS DISTINCT FROM NEW.time_zone) EXECUTE FUNCTION muster_branch_zone_changed();

CREATE FUNCTION muster_institution_changed() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE TRIGGER institution_changed AFTER UPDATE OF time_zone, session_horizon_days ON institutions_institution
FOR EACH ROW WHEN (
    OLD.time_zone IS DISTINCT FROM NEW.time_zone OR OLD.session_horizon_days < NEW.session_horizon_days
) EXECUTE FUNCTION muster_institution_changed();
