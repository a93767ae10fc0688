-- When a session is deleted.

CREATE OR REPLACE TRIGGER forget_session BEFORE DELETE ON timetable_classsession
FOR EACH ROW EXECUTE FUNCTION muster_forget_session();

-- When a session with marks is moved, or would follow its week again.

CREATE OR REPLACE TRIGGER keep_marked_session BEFORE UPDATE ON timetable_classsession
FOR EACH ROW WHEN (NEW.date <> OLD.date OR OLD.is_edited AND NOT NEW.is_edited)
EXECUTE FUNCTION muster_keep_marked_session();
