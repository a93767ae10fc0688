-- A round of a batch has a pool of its own. Those of a mentor, whose rounds have one student each, are collected.
INSERT INTO feedback_feedbackpool (id, institution_id, round_id, instructor_id, people, is_closed, is_shown)
VALUES (gen_random_uuid(), NEW.institution_id, CASE WHEN NEW.batch_id IS NOT NULL THEN NEW.id END, NEW.instructor_id,
        '{}', FALSE, FALSE)
ON CONFLICT DO NOTHING;
RETURN NULL;
