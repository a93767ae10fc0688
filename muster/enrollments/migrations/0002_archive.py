"""Archiving a batch freezes its enrollments; a deleted batch holds no seats."""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION muster_freeze_enrollments() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE enrollments_enrollment SET frozen = NEW.archived_at IS NOT NULL
    WHERE batch_id = NEW.id AND frozen IS DISTINCT FROM (NEW.archived_at IS NOT NULL);
    RETURN NULL;
END $$;

CREATE TRIGGER freeze_enrollments AFTER UPDATE OF archived_at ON batches_batch
FOR EACH ROW WHEN ((OLD.archived_at IS NULL) <> (NEW.archived_at IS NULL)) EXECUTE FUNCTION muster_freeze_enrollments();

ALTER TABLE batches_batch ADD CONSTRAINT deleted_batch_has_no_students
CHECK (deleted_at IS NULL OR (enrolled_students = 0 AND seats_offered = 0));
"""

UNDO = """
ALTER TABLE batches_batch DROP CONSTRAINT deleted_batch_has_no_students;
DROP TRIGGER freeze_enrollments ON batches_batch;
DROP FUNCTION muster_freeze_enrollments();
"""


class Migration(migrations.Migration):
    dependencies = [("enrollments", "0001_initial"), ('batches', '0001_initial')]
    operations = [migrations.RunSQL(FUNCTIONS, UNDO)]
