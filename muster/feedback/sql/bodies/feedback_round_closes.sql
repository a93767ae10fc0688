-- What is shown is shown whole, once, and with the answers of five people at least. A mentor's answers are kept until
-- there are so many; the next ones are collected anew, so that no look before and after tells one of them.
DECLARE
    the_pool uuid;
    is_enough boolean;
BEGIN
    SELECT id, cardinality(people) >= 5 INTO the_pool, is_enough FROM feedback_feedbackpool
    WHERE institution_id = NEW.institution_id AND NOT is_closed AND CASE
        WHEN NEW.batch_id IS NOT NULL THEN round_id = NEW.id
        ELSE round_id IS NULL AND instructor_id = NEW.instructor_id
    END FOR NO KEY UPDATE;
    IF NEW.batch_id IS NOT NULL OR is_enough THEN
        UPDATE feedback_feedbackpool SET is_closed = TRUE, is_shown = is_enough, people = '{}' WHERE id = the_pool;
    END IF;
    IF NEW.batch_id IS NULL AND is_enough THEN
        INSERT INTO feedback_feedbackpool (id, institution_id, instructor_id, people, is_closed, is_shown)
        VALUES (gen_random_uuid(), NEW.institution_id, NEW.instructor_id, '{}', FALSE, FALSE);
    END IF;
    RETURN NULL;
END;
