-- Take one answer, and leave no trace between it and the student.
--
-- That they answered is written with all who were asked; the answers that are together are drawn from the table and put
-- back in another order, under other ids, the new one among them. So neither transactions, nor the order of rows, nor
-- ids tell which one came with whom. Nothing of it is in the history. docs/adr/0017-anonymous-feedback.md has the reasons.
CREATE OR REPLACE FUNCTION muster_answer_feedback(
    the_round uuid, the_student uuid, for_content smallint, for_instructor smallint, for_value smallint, words text
) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp SET muster.derives = 'yes' AS $$
DECLARE
    asked record;
    was_answered boolean;
    the_pool uuid;
BEGIN
    PERFORM muster_must_see(institution_id) FROM feedback_feedbackround WHERE id = the_round;
    PERFORM muster_must_be_open_batches(ARRAY(SELECT batch_id FROM feedback_feedbackround WHERE id = the_round));
    SELECT institution_id, batch_id, instructor_id INTO asked
    FROM feedback_feedbackround WHERE id = the_round AND closed_at IS NULL FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'The round takes no answers'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'feedback_round_is_open';
    END IF;
    SELECT answered INTO was_answered FROM feedback_feedbackinvitation
    WHERE round_id = the_round AND student_id = the_student;
    IF was_answered IS NULL THEN
        RAISE EXCEPTION 'Only who was asked answers'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'who_answers_was_asked';
    END IF;
    IF was_answered THEN
        RAISE EXCEPTION 'One answer each' USING ERRCODE = 'check_violation', CONSTRAINT = 'one_answer_each';
    END IF;
    -- A mentor's pool may be closed while this waits for it; then there is a new one.
    WHILE the_pool IS NULL LOOP
        SELECT id INTO the_pool FROM feedback_feedbackpool
        WHERE institution_id = asked.institution_id AND NOT is_closed AND CASE
            WHEN asked.batch_id IS NOT NULL THEN round_id = the_round
            ELSE round_id IS NULL AND instructor_id = asked.instructor_id
        END FOR NO KEY UPDATE;
    END LOOP;
    UPDATE feedback_feedbackpool
    SET people = ARRAY(SELECT DISTINCT person FROM unnest(people || the_student) AS person ORDER BY person)
    WHERE id = the_pool;
    -- With one who is mentored the others of their mentor, whose answers are collected with theirs.
    UPDATE feedback_feedbackinvitation
    SET answered = answered OR (round_id = the_round AND student_id = the_student)
    WHERE round_id = the_round OR asked.batch_id IS NULL AND round_id IN (
        SELECT id FROM feedback_feedbackround
        WHERE assignment_id IS NOT NULL AND closed_at IS NULL
        AND (institution_id, instructor_id) = (asked.institution_id, asked.instructor_id)
    );
    WITH drawn AS (DELETE FROM feedback_feedbackanswer WHERE pool_id = the_pool RETURNING *)
    INSERT INTO feedback_feedbackanswer (
        id, institution_id, pool_id, content_rating, instructor_rating, value_rating, comment
    )
    SELECT gen_random_uuid(), asked.institution_id, the_pool, rated.* FROM (
        SELECT content_rating, instructor_rating, value_rating, comment FROM drawn
        UNION ALL SELECT for_content, for_instructor, for_value, words
    ) AS rated ORDER BY random();
END $$;
