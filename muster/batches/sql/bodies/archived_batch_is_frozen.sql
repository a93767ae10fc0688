-- Nothing may change in an archived batch but being un-archived, and the clocks of the row itself. The counters have a
-- guard of their own.
DECLARE
    free CONSTANT text[] := '{archived_at,archived_by_id,updated_at,version,enrolled_students,seats_offered}';
BEGIN
    IF OLD.archived_at IS NOT NULL AND (
        TG_OP = 'DELETE' OR NEW.archived_at IS NOT NULL OR to_jsonb(NEW) - free IS DISTINCT FROM to_jsonb(OLD) - free
    ) THEN
        RAISE EXCEPTION 'An archived batch does not change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'archived_batch_does_not_change';
    END IF;
    RETURN coalesce(NEW, OLD);
END;
