-- A student of the batch chooses one of its electives while a seat is left, and no more of a group than it asks for. The
-- enrollment and the subject are locked, so that no other choice of this student or this subject comes in between.
DECLARE
    elective progression_subjectmapping;
    asked integer;
BEGIN
    PERFORM FROM enrollments_enrollment WHERE id = NEW.enrollment_id FOR NO KEY UPDATE;
    SELECT * INTO elective FROM progression_subjectmapping WHERE id = NEW.mapping_id FOR NO KEY UPDATE;
    IF NOT elective.is_elective OR NOT EXISTS (
        SELECT FROM enrollments_enrollment
        WHERE id = NEW.enrollment_id AND batch_id = elective.batch_id AND status IN ('active', 'on_hold', 'completed')
    ) THEN
        RAISE EXCEPTION 'A choice is of an elective, by a student of its batch'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'choice_is_of_an_elective';
    END IF;
    IF elective.seats <= (
        SELECT count(*) FROM progression_electivechoice WHERE mapping_id = NEW.mapping_id AND id <> NEW.id
    ) THEN
        RAISE EXCEPTION 'No seat is left in the elective'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'elective_has_a_seat';
    END IF;
    SELECT choose INTO asked FROM progression_electivegroup WHERE id = elective.group_id;
    IF asked <= (
        SELECT count(*) FROM progression_electivechoice AS choice
        JOIN progression_subjectmapping AS mapping ON mapping.id = choice.mapping_id
        WHERE choice.enrollment_id = NEW.enrollment_id AND mapping.group_id = elective.group_id AND choice.id <> NEW.id
    ) THEN
        RAISE EXCEPTION 'No more electives of a group are chosen than it asks for'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'group_asks_for_no_more';
    END IF;
END;
RETURN NEW;
