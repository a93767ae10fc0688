-- Nothing may change in an archived batch but being un-archived, with the clocks of the row itself. The counters, which
-- have a guard of their own, may be counted anew.
DECLARE
    counters CONSTANT text[] := '{enrolled_students,seats_offered}';
    free CONSTANT text[] := '{archived_at,archived_by_id,updated_at,version}' || counters;
BEGIN
    IF OLD.archived_at IS NOT NULL AND (
        TG_OP = 'DELETE' OR to_jsonb(NEW) - free IS DISTINCT FROM to_jsonb(OLD) - free
        OR NEW.archived_at IS NOT NULL AND to_jsonb(NEW) - counters IS DISTINCT FROM to_jsonb(OLD) - counters
    ) THEN
        RAISE EXCEPTION 'An archived batch does not change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'archived_batch_does_not_change';
    END IF;
    RETURN coalesce(NEW, OLD);
END;
