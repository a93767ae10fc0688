-- When a session is deleted.

CREATE OR REPLACE TRIGGER forget_session BEFORE DELETE ON timetable_classsession
FOR EACH ROW EXECUTE FUNCTION muster_forget_session();

-- When a seat, or the place of a batch in a meeting, comes, changes or goes; when a batch is archived or opened again,
-- after its enrollments.

CREATE OR REPLACE TRIGGER unmarked_follow_seats AFTER INSERT OR DELETE OR UPDATE OF from_date, until_date
ON enrollments_seatperiod FOR EACH ROW EXECUTE FUNCTION muster_unmarked_follow_seats();

CREATE OR REPLACE TRIGGER unmarked_follow_meeting AFTER INSERT OR DELETE ON batches_batchmeeting
FOR EACH ROW EXECUTE FUNCTION muster_unmarked_follow_meeting();

CREATE OR REPLACE TRIGGER unmarked_follow_archive AFTER UPDATE OF archived_at ON batches_batch
FOR EACH ROW WHEN ((OLD.archived_at IS NULL) <> (NEW.archived_at IS NULL))
EXECUTE FUNCTION muster_unmarked_follow_archive();

-- When a session with marks is moved, or would follow its week again.

CREATE OR REPLACE TRIGGER keep_marked_session BEFORE UPDATE ON timetable_classsession
FOR EACH ROW WHEN (NEW.date <> OLD.date OR OLD.is_edited AND NOT NEW.is_edited)
EXECUTE FUNCTION muster_keep_marked_session();
