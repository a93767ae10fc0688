-- The answers that may be read: of pools that are closed with enough of them, each whole. The application's role reads
-- answers in no other way. As a barrier: no condition is asked of rows that are left out.
CREATE OR REPLACE VIEW feedback_shownanswer WITH (security_barrier) AS
SELECT answer.id, answer.institution_id, pool.id AS pool_id, pool.round_id, pool.instructor_id,
       answer.content_rating, answer.instructor_rating, answer.value_rating, answer.comment
FROM feedback_feedbackanswer AS answer JOIN feedback_feedbackpool AS pool ON pool.id = answer.pool_id
WHERE pool.is_shown
-- The view reads as the owner, whom no policy holds back.
AND muster_sees(answer.institution_id);

-- The day in the middle between two.
CREATE OR REPLACE FUNCTION muster_middle(first date, last date) RETURNS date LANGUAGE sql IMMUTABLE AS $$
    SELECT first + (last - first) / 2;
$$;
