-- Who teaches the subjects of batch years, kept as the subjects name them, from today on by the clock of the batch: what
-- was taught before stays. All in one statement, so that whatever is booked for it finds everybody.
CREATE OR REPLACE FUNCTION muster_keep_faculty(the_batches uuid[]) RETURNS void LANGUAGE sql AS $$
    WITH wanted AS MATERIALIZED (
        SELECT mapping.institution_id, mapping.batch_id, mapping.subject_id, mapping.instructor_id
        FROM progression_subjectmapping AS mapping JOIN batches_batch AS batch ON batch.id = mapping.batch_id
        WHERE mapping.batch_id = ANY (the_batches) AND mapping.instructor_id IS NOT NULL AND batch.kind = 'academic'
    ), standing AS MATERIALIZED (
        SELECT faculty.id, faculty.batch_id, faculty.subject_id, faculty.instructor_id, faculty.from_date, today.day,
               EXISTS (
                   SELECT FROM wanted
                   WHERE (wanted.batch_id, wanted.subject_id, wanted.instructor_id)
                       = (faculty.batch_id, faculty.subject_id, faculty.instructor_id)
               ) AS stays
        FROM batches_subjectfaculty AS faculty
        JOIN batches_batch AS batch ON batch.id = faculty.batch_id
        CROSS JOIN LATERAL (SELECT muster_today(muster_zone(batch.institution_id, batch.branch_id)) AS day) AS today
        WHERE faculty.batch_id = ANY (the_batches) AND faculty.until_date IS NULL
    ), gone AS (
        DELETE FROM batches_subjectfaculty AS faculty USING standing
        WHERE faculty.id = standing.id AND NOT standing.stays AND standing.from_date >= standing.day
    ), ended AS (
        UPDATE batches_subjectfaculty AS faculty SET until_date = standing.day - 1, updated_at = now()
        FROM standing
        WHERE faculty.id = standing.id AND NOT standing.stays AND standing.from_date < standing.day
    )
    INSERT INTO batches_subjectfaculty
        (id, created_at, updated_at, institution_id, batch_id, subject_id, instructor_id, from_date)
    SELECT muster_new_id(), now(), now(), wanted.institution_id, wanted.batch_id, wanted.subject_id,
           wanted.instructor_id, muster_today(muster_zone(batch.institution_id, batch.branch_id))
    FROM wanted JOIN batches_batch AS batch ON batch.id = wanted.batch_id
    WHERE NOT EXISTS (
        SELECT FROM standing
        WHERE standing.stays AND (standing.batch_id, standing.subject_id) = (wanted.batch_id, wanted.subject_id)
    );
$$;
