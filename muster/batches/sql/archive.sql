-- Hold the batches, so that archiving one and changing what hangs on it never pass each other. Who goes on to count seats
-- takes them as counting does: two who both held one in share mode could not both go on.
--
-- Whether one is archived is read of the rows that are held. As a condition it would be asked before, of those that are
-- not, and hold nobody.
CREATE OR REPLACE FUNCTION muster_must_be_open_batches(the_batches uuid[], counts_seats boolean DEFAULT FALSE)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    is_archived boolean;
BEGIN
    IF counts_seats THEN
        SELECT bool_or(archived_at IS NOT NULL) INTO is_archived FROM (
            SELECT archived_at FROM batches_batch WHERE id = ANY (the_batches) ORDER BY id FOR NO KEY UPDATE
        ) AS held;
    ELSE
        SELECT bool_or(archived_at IS NOT NULL) INTO is_archived FROM (
            SELECT archived_at FROM batches_batch WHERE id = ANY (the_batches) ORDER BY id FOR SHARE
        ) AS held;
    END IF;
    IF is_archived THEN
        RAISE EXCEPTION 'An archived batch does not change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'archived_batch_does_not_change';
    END IF;
END $$;
