-- The batch row is locked before its seats are counted, so that two callers never count the same seat.
DECLARE
    archived timestamptz;
    deleted timestamptz;
    batch_course uuid;
BEGIN
    IF NEW.batch_id IS NULL THEN
        NEW.frozen := FALSE;
        RETURN NEW;
    END IF;
    SELECT archived_at, deleted_at, course_id INTO archived, deleted, batch_course
    FROM batches_batch WHERE id = NEW.batch_id FOR NO KEY UPDATE;
    IF TG_OP = 'INSERT' AND archived IS NOT NULL THEN
        RAISE EXCEPTION 'An archived batch does not change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'archived_batch_does_not_change';
    END IF;
    NEW.frozen := archived IS NOT NULL;
    IF NEW.status IN ('active', 'on_hold') AND deleted IS NOT NULL THEN
        RAISE EXCEPTION 'A deleted batch takes no students'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'deleted_batch_has_no_students';
    END IF;
    IF batch_course IS DISTINCT FROM NEW.course_id THEN
        RAISE EXCEPTION 'The batch belongs to another course'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'enrollment_is_in_the_batch_course';
    END IF;
    IF NEW.status IN ('active', 'on_hold') AND EXISTS (
        SELECT FROM enrollments_waitlistentry
        WHERE student_id = NEW.student_id AND batch_id = NEW.batch_id AND status IN ('waiting', 'offered')
    ) THEN
        RAISE EXCEPTION 'Nobody waits for a batch in which they have a seat'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'nobody_waits_beside_a_seat';
    END IF;
    RETURN NEW;
END;
