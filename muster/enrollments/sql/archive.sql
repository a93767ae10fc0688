-- Archiving a batch freezes its enrollments.

CREATE OR REPLACE FUNCTION muster_freeze_enrollments() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE enrollments_enrollment SET frozen = NEW.archived_at IS NOT NULL
    WHERE batch_id = NEW.id AND frozen IS DISTINCT FROM (NEW.archived_at IS NOT NULL);
    RETURN NULL;
END $$;
