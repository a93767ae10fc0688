-- When a student is no longer active in the batch, by whatever ends it.

CREATE OR REPLACE TRIGGER risk_flags_close AFTER UPDATE OF status ON enrollments_enrollment
FOR EACH ROW WHEN (OLD.status = 'active' AND NEW.status <> 'active') EXECUTE FUNCTION muster_close_risk_flags();
