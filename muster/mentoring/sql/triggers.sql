-- When an assignment ends, by whatever it ends.

CREATE OR REPLACE TRIGGER mentoring_ends AFTER UPDATE OF ended_at ON allocation_individualassignment
FOR EACH ROW WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL) EXECUTE FUNCTION muster_mentoring_ends();

-- When one begins.

CREATE OR REPLACE TRIGGER mentoring_begins AFTER INSERT ON allocation_individualassignment
FOR EACH ROW WHEN (NEW.ended_at IS NULL) EXECUTE FUNCTION muster_mentoring_begins();

-- When a holiday is added, changed or taken back.

CREATE OR REPLACE TRIGGER mentoring_on_holiday AFTER INSERT OR UPDATE OR DELETE ON institutions_holiday
FOR EACH ROW EXECUTE FUNCTION muster_mentoring_on_holiday();

-- When a session that stands on its own, as all of mentoring do, is moved or comes back.

CREATE OR REPLACE TRIGGER moved_mentoring AFTER UPDATE OF date, start_time, end_time, status ON timetable_classsession
FOR EACH ROW WHEN (
    NEW.slot_id IS NULL AND NEW.status = 'scheduled'
    AND (OLD.date, OLD.start_time, OLD.end_time, OLD.status)
        IS DISTINCT FROM (NEW.date, NEW.start_time, NEW.end_time, NEW.status)
) EXECUTE FUNCTION muster_moved_mentoring();
