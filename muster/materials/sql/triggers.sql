-- When a session is deleted.

CREATE OR REPLACE TRIGGER leave_materials BEFORE DELETE ON timetable_classsession
FOR EACH ROW EXECUTE FUNCTION muster_leave_materials();
