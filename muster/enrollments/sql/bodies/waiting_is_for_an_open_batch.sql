-- The batch row is locked first, as for a seat, so that nobody ever has both a seat and a place in line.
DECLARE
    archived timestamptz;
    deleted timestamptz;
    batch_status text;
BEGIN
    IF NEW.status NOT IN ('waiting', 'offered') THEN RETURN NEW; END IF;
    SELECT archived_at, deleted_at, status INTO archived, deleted, batch_status
    FROM batches_batch WHERE id = NEW.batch_id FOR NO KEY UPDATE;
    IF archived IS NOT NULL THEN
        RAISE EXCEPTION 'An archived batch does not change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'archived_batch_does_not_change';
    END IF;
    IF deleted IS NOT NULL OR batch_status NOT IN ('Upcoming', 'Active') THEN
        RAISE EXCEPTION 'Nobody waits for a batch that is over or deleted'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'waiting_is_for_an_open_batch';
    END IF;
    IF EXISTS (
        SELECT FROM enrollments_enrollment
        WHERE student_id = NEW.student_id AND batch_id = NEW.batch_id AND status IN ('active', 'on_hold')
    ) THEN
        RAISE EXCEPTION 'Nobody waits for a batch in which they have a seat'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'nobody_waits_beside_a_seat';
    END IF;
    RETURN NEW;
END;
