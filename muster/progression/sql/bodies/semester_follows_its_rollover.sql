-- The batch moves with its rollover and by nothing else; after its last semester only its version does.
DECLARE
    comes_from CONSTANT integer := CASE NEW.status WHEN 'executed' THEN NEW.from_semester
        ELSE coalesce(NEW.to_semester, NEW.from_semester) END;
    leads_to CONSTANT integer := CASE NEW.status WHEN 'executed' THEN coalesce(NEW.to_semester, NEW.from_semester)
        ELSE NEW.from_semester END;
BEGIN
    UPDATE batches_batch SET current_semester = leads_to, version = version + 1, updated_at = now()
    WHERE id = NEW.batch_id AND current_semester = comes_from;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'A rollover starts from the current semester of its batch'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'rollover_starts_from_the_current_semester';
    END IF;
    RETURN NULL;
END;
