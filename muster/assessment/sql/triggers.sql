-- A subject that a batch is no longer taught leaves the assessments that were written to its results.

CREATE OR REPLACE FUNCTION muster_assessments_leave_the_subject() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE assessment_assessment SET mapping_id = NULL, component = '', updated_at = now() WHERE mapping_id = OLD.id;
    RETURN OLD;
END $$;

CREATE OR REPLACE TRIGGER assessments_leave_the_subject BEFORE DELETE ON progression_subjectmapping
FOR EACH ROW EXECUTE FUNCTION muster_assessments_leave_the_subject();
