-- When people leave, or a batch comes back.

CREATE OR REPLACE TRIGGER role_taken_ends_assignments AFTER DELETE OR UPDATE OF role, user_id, institution_id
ON institutions_membership FOR EACH ROW EXECUTE FUNCTION muster_person_left();

CREATE OR REPLACE TRIGGER leaving_ends_assignments AFTER UPDATE OF is_active ON institutions_affiliation
FOR EACH ROW WHEN (OLD.is_active AND NOT NEW.is_active) EXECUTE FUNCTION muster_person_left();

CREATE OR REPLACE TRIGGER closed_account_ends_assignments AFTER UPDATE OF is_active ON accounts_user
FOR EACH ROW WHEN (OLD.is_active AND NOT NEW.is_active) EXECUTE FUNCTION muster_person_left();

CREATE OR REPLACE TRIGGER batch_comes_back_without_who_left AFTER UPDATE OF archived_at, deleted_at, status ON batches_batch
FOR EACH ROW WHEN (
    (OLD.archived_at IS NOT NULL AND NEW.archived_at IS NULL) OR (OLD.deleted_at IS NOT NULL AND NEW.deleted_at IS NULL)
    OR (OLD.status IN ('Completed', 'Cancelled') AND NEW.status IN ('Upcoming', 'Active'))
) EXECUTE FUNCTION muster_batch_came_back();
