-- What is open between a student and a former mentor goes along to the next one, to whom the former one hands over.
CREATE OR REPLACE FUNCTION muster_mentoring_begins() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE mentoring_mentoringgoal AS goal
    SET assignment_id = NEW.id, updated_at = now()
    FROM allocation_individualassignment AS former
    WHERE former.student_id = NEW.student_id AND former.institution_id = NEW.institution_id
    AND former.id <> NEW.id AND goal.assignment_id = former.id AND goal.status = 'open';
    UPDATE mentoring_mentoringquestion AS question
    SET assignment_id = NEW.id, updated_at = now()
    FROM allocation_individualassignment AS former
    WHERE former.student_id = NEW.student_id AND former.institution_id = NEW.institution_id
    AND former.id <> NEW.id AND question.assignment_id = former.id AND question.answered_at IS NULL;
    -- Whoever mentored the student last hands over to another one.
    INSERT INTO mentoring_handover
        (id, created_at, updated_at, institution_id, former_id, following_id, note, notes_released)
    SELECT muster_new_id(), now(), now(), NEW.institution_id, former.id, NEW.id, '', FALSE
    FROM (
        SELECT id, instructor_id FROM allocation_individualassignment
        WHERE student_id = NEW.student_id AND institution_id = NEW.institution_id AND id <> NEW.id
        AND ended_at IS NOT NULL
        ORDER BY ended_at DESC, id DESC LIMIT 1
    ) AS former
    WHERE former.instructor_id <> NEW.instructor_id
    ON CONFLICT (former_id) DO NOTHING;
    RETURN NULL;
END $$;
