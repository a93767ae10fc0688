-- Calendar links are over with the sign-ins they stand on, and do not come back with them.

CREATE OR REPLACE FUNCTION muster_calendar_links_end() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_TABLE_NAME = 'institutions_affiliation' THEN
        UPDATE batches_calendarfeed SET revoked_at = now()
        WHERE institution_id = NEW.institution_id AND user_id = NEW.user_id AND revoked_at IS NULL;
    ELSE
        UPDATE batches_calendarfeed SET revoked_at = now()
        WHERE revoked_at IS NULL
        AND (user_id = NEW.id OR user_id IN (SELECT id FROM accounts_user WHERE account_id = NEW.id));
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER calendar_links_end_here AFTER UPDATE ON institutions_affiliation
FOR EACH ROW WHEN (OLD.sign_in_round IS DISTINCT FROM NEW.sign_in_round) EXECUTE FUNCTION muster_calendar_links_end();

CREATE OR REPLACE TRIGGER calendar_links_end_everywhere AFTER UPDATE ON accounts_user
FOR EACH ROW WHEN (OLD.sign_in_round IS DISTINCT FROM NEW.sign_in_round) EXECUTE FUNCTION muster_calendar_links_end();
