-- When an institution, a branch or a holiday changes.

CREATE OR REPLACE TRIGGER rebook_branch AFTER UPDATE OF time_zone ON institutions_branch
FOR EACH ROW WHEN (OLD.time_zone IS DISTINCT FROM NEW.time_zone) EXECUTE FUNCTION muster_rebook_branch();

CREATE OR REPLACE TRIGGER rebook_institution AFTER UPDATE OF time_zone ON institutions_institution
FOR EACH ROW WHEN (OLD.time_zone IS DISTINCT FROM NEW.time_zone) EXECUTE FUNCTION muster_rebook_institution();

CREATE OR REPLACE TRIGGER keep_sessions_of_holiday AFTER INSERT OR UPDATE OR DELETE ON institutions_holiday
FOR EACH ROW EXECUTE FUNCTION muster_keep_sessions_of_holiday();

CREATE OR REPLACE TRIGGER keep_sessions_of_institution AFTER UPDATE OF session_horizon_days ON institutions_institution
FOR EACH ROW WHEN (OLD.session_horizon_days < NEW.session_horizon_days)
EXECUTE FUNCTION muster_keep_sessions_of_institution();
