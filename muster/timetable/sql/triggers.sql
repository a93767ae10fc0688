-- When an institution, a branch or a holiday changes.

CREATE OR REPLACE TRIGGER holiday_changed AFTER INSERT OR UPDATE OR DELETE ON institutions_holiday
FOR EACH ROW EXECUTE FUNCTION muster_holiday_changed();

CREATE OR REPLACE TRIGGER branch_zone_changed AFTER UPDATE OF time_zone ON institutions_branch
FOR EACH ROW WHEN (OLD.time_zone IS DISTINCT FROM NEW.time_zone) EXECUTE FUNCTION muster_branch_zone_changed();

CREATE OR REPLACE TRIGGER institution_changed AFTER UPDATE OF time_zone, session_horizon_days ON institutions_institution
FOR EACH ROW WHEN (
    OLD.time_zone IS DISTINCT FROM NEW.time_zone OR OLD.session_horizon_days < NEW.session_horizon_days
) EXECUTE FUNCTION muster_institution_changed();
