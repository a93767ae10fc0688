-- Hold the batches in share mode, so that archiving one and changing what hangs on it never pass each other.
CREATE OR REPLACE FUNCTION muster_must_be_open_batches(the_batches uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (
            SELECT archived_at FROM batches_batch WHERE id = ANY (the_batches) ORDER BY id FOR SHARE
        ) AS held WHERE archived_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'An archived batch does not change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'archived_batch_does_not_change';
    END IF;
END $$;
