-- When a session is deleted.

CREATE OR REPLACE TRIGGER forget_session BEFORE DELETE ON timetable_classsession
FOR EACH ROW EXECUTE FUNCTION muster_forget_session();
