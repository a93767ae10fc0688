-- What the enrollments add to the batches: archiving freezes, and a deleted batch holds no seats.

CREATE OR REPLACE TRIGGER freeze_enrollments AFTER UPDATE OF archived_at ON batches_batch
FOR EACH ROW WHEN ((OLD.archived_at IS NULL) <> (NEW.archived_at IS NULL)) EXECUTE FUNCTION muster_freeze_enrollments();

ALTER TABLE batches_batch DROP CONSTRAINT IF EXISTS deleted_batch_has_no_students,
ADD CONSTRAINT deleted_batch_has_no_students
CHECK (deleted_at IS NULL OR (enrolled_students = 0 AND seats_offered = 0));
