-- A batch that moves to another course, as only one without students may, leaves the subjects of the old one.

CREATE OR REPLACE FUNCTION muster_subjects_follow_the_course() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM progression_subjectmapping AS mapping USING courses_subject AS subject
    WHERE mapping.batch_id = NEW.id AND subject.id = mapping.subject_id
    AND subject.course_id IS DISTINCT FROM NEW.course_id;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER subjects_follow_the_course AFTER UPDATE OF course_id ON batches_batch
FOR EACH ROW WHEN (OLD.course_id IS DISTINCT FROM NEW.course_id) EXECUTE FUNCTION muster_subjects_follow_the_course();

-- Whoever leaves gives the seats in their electives back; what they have scores in stays.
CREATE OR REPLACE FUNCTION muster_electives_are_given_back() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM progression_electivechoice AS choice
    WHERE choice.enrollment_id = NEW.id AND NOT muster_has_scores(choice.enrollment_id, choice.mapping_id);
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER electives_are_given_back AFTER UPDATE OF status ON enrollments_enrollment
FOR EACH ROW WHEN (OLD.status <> 'cancelled' AND NEW.status = 'cancelled')
EXECUTE FUNCTION muster_electives_are_given_back();
