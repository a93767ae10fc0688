-- A seat period runs while the enrollment is active: who was enrolled on a date is read from it.
DECLARE
    today date;
    was boolean := FALSE;
    is_now boolean;
BEGIN
    IF NEW.batch_id IS NULL THEN RETURN NULL; END IF;
    IF TG_OP = 'UPDATE' THEN was := OLD.status = 'active'; END IF;
    is_now := NEW.status = 'active';
    IF was = is_now THEN RETURN NULL; END IF;
    SELECT (clock_timestamp() AT TIME ZONE time_zone)::date INTO today
    FROM institutions_institution WHERE id = NEW.institution_id;
    IF is_now AND TG_OP = 'UPDATE' AND OLD.status_before_end = 'active' THEN
        -- The end of its batch is undone: it has been on the register all the time.
        UPDATE enrollments_seatperiod SET until_date = NULL
        WHERE id = (SELECT max(id) FROM enrollments_seatperiod WHERE enrollment_id = NEW.id);
    ELSIF is_now THEN
        INSERT INTO enrollments_seatperiod (institution_id, enrollment_id, batch_id, from_date)
        VALUES (NEW.institution_id, NEW.id, NEW.batch_id,
                CASE WHEN TG_OP = 'INSERT' THEN NEW.enrollment_date ELSE today END);
    ELSE
        -- The day it ends on is no longer a day in the batch: on a transfer the new seat has it.
        UPDATE enrollments_seatperiod SET until_date = greatest(today - 1, from_date - 1)
        WHERE enrollment_id = NEW.id AND until_date IS NULL;
    END IF;
    RETURN NULL;
END;
