-- enrolled_students = active + on_hold, always. The check on the batch refuses the seat that is not there.
DECLARE
    before integer := 0;
    after integer := 0;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        before := (OLD.batch_id IS NOT NULL AND OLD.status IN ('active', 'on_hold'))::integer;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        after := (NEW.batch_id IS NOT NULL AND NEW.status IN ('active', 'on_hold'))::integer;
    END IF;
    IF after <> before THEN
        UPDATE batches_batch SET enrolled_students = enrolled_students + after - before
        WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.batch_id ELSE NEW.batch_id END;
    END IF;
    RETURN NULL;
END;
