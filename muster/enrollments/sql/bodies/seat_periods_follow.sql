-- A seat period runs while the enrollment is active, by the clock of its batch: who was enrolled on a date is read
-- from it.
DECLARE
    today date;
    was boolean := FALSE;
    is_now boolean;
BEGIN
    IF NEW.batch_id IS NULL THEN RETURN NULL; END IF;
    IF TG_OP = 'UPDATE' THEN was := OLD.status = 'active'; END IF;
    is_now := NEW.status = 'active';
    IF was = is_now THEN RETURN NULL; END IF;
    IF TG_OP = 'INSERT' THEN
        INSERT INTO enrollments_seatperiod (institution_id, enrollment_id, batch_id, from_date)
        VALUES (NEW.institution_id, NEW.id, NEW.batch_id, NEW.enrollment_date);
        RETURN NULL;
    END IF;
    SELECT muster_today(muster_zone(institution_id, branch_id)) INTO today FROM batches_batch WHERE id = NEW.batch_id;
    IF is_now AND OLD.status_before_end = 'active' THEN
        -- The end of its batch is undone: it has been on the register all the time.
        UPDATE enrollments_seatperiod SET until_date = NULL
        WHERE id = (SELECT max(id) FROM enrollments_seatperiod WHERE enrollment_id = NEW.id);
    ELSIF is_now THEN
        -- Whoever completed it today was there all day: they go on, and nothing begins.
        UPDATE enrollments_seatperiod SET until_date = NULL WHERE enrollment_id = NEW.id AND until_date >= today;
        IF FOUND THEN RETURN NULL; END IF;
        INSERT INTO enrollments_seatperiod (institution_id, enrollment_id, batch_id, from_date)
        VALUES (NEW.institution_id, NEW.id, NEW.batch_id, today);
    ELSE
        -- The day on which somebody leaves is no longer a day in the batch: on a transfer the new seat has it. Whoever
        -- completes it was there to the end.
        UPDATE enrollments_seatperiod
        SET until_date = greatest(CASE WHEN NEW.status = 'completed' THEN today ELSE today - 1 END, from_date - 1)
        WHERE enrollment_id = NEW.id AND until_date IS NULL;
    END IF;
    RETURN NULL;
END;
