-- What leaves an institution without an administrator is refused, wherever it is written.

DROP TRIGGER IF EXISTS last_administrator_keeps_the_role ON institutions_membership;
CREATE CONSTRAINT TRIGGER last_administrator_keeps_the_role
AFTER DELETE OR UPDATE OF role, user_id, institution_id ON institutions_membership
DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW WHEN (OLD.role = 'admin') EXECUTE FUNCTION muster_administrator_left();

DROP TRIGGER IF EXISTS last_administrator_stays ON institutions_affiliation;
CREATE CONSTRAINT TRIGGER last_administrator_stays
AFTER UPDATE OF is_active ON institutions_affiliation
DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW WHEN (OLD.is_active AND NOT NEW.is_active)
EXECUTE FUNCTION muster_administrator_left();

DROP TRIGGER IF EXISTS last_administrator_can_sign_in ON accounts_user;
CREATE CONSTRAINT TRIGGER last_administrator_can_sign_in
AFTER UPDATE OF is_active ON accounts_user
DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW WHEN (OLD.is_active AND NOT NEW.is_active)
EXECUTE FUNCTION muster_administrator_left();

-- With a round of sign-ins end the tokens.

CREATE OR REPLACE TRIGGER tokens_end_here AFTER UPDATE ON institutions_affiliation
FOR EACH ROW WHEN (OLD.sign_in_round IS DISTINCT FROM NEW.sign_in_round) EXECUTE FUNCTION muster_tokens_end();

CREATE OR REPLACE TRIGGER tokens_end_everywhere AFTER UPDATE ON accounts_user
FOR EACH ROW WHEN (OLD.sign_in_round IS DISTINCT FROM NEW.sign_in_round) EXECUTE FUNCTION muster_tokens_end();
