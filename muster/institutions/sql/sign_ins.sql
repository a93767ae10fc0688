-- API tokens are over with the sign-ins they stand on, and do not come back with them.

CREATE OR REPLACE FUNCTION muster_tokens_end() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_TABLE_NAME = 'institutions_affiliation' THEN
        DELETE FROM institutions_apitoken WHERE institution_id = NEW.institution_id AND user_id = NEW.user_id;
    ELSE
        DELETE FROM institutions_apitoken
        WHERE user_id = NEW.id OR user_id IN (SELECT id FROM accounts_user WHERE account_id = NEW.id);
    END IF;
    RETURN NULL;
END $$;
