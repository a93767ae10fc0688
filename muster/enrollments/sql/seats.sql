-- Count the seats of a batch anew, taken and offered, of an archived one too.
CREATE OR REPLACE PROCEDURE muster_recount_seats(the_batch uuid) LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp SET muster.derives = 'yes' AS $$
BEGIN
    PERFORM muster_must_see(institution_id) FROM batches_batch WHERE id = the_batch;
    -- Nobody takes or frees a seat between the count and its being written.
    PERFORM FROM batches_batch WHERE id = the_batch FOR NO KEY UPDATE;
    UPDATE batches_batch SET enrolled_students = (
        SELECT count(*) FROM enrollments_enrollment
        WHERE batch_id = the_batch AND status IN ('active', 'on_hold')
    ), seats_offered = (
        SELECT count(*) FROM enrollments_waitlistentry WHERE batch_id = the_batch AND status = 'offered'
    ) WHERE id = the_batch;
END $$;
