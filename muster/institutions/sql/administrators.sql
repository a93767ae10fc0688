-- An institution that has an administrator keeps one, whatever the last would leave by.

-- Whether somebody who can sign in administers the institution.
CREATE OR REPLACE FUNCTION muster_is_administered(of_institution uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM institutions_membership AS membership
        JOIN institutions_affiliation AS affiliation
            ON affiliation.institution_id = membership.institution_id AND affiliation.user_id = membership.user_id
        JOIN accounts_user AS account ON account.id = membership.user_id
        WHERE membership.institution_id = of_institution AND membership.role = 'admin'
        AND affiliation.is_active AND account.is_active
    )
$$;

-- After an administrator has left: of two who leave at once the second waits here for the first, and then counts anew.
-- An institution that is deleted needs none: delete it with this constraint deferred.
CREATE OR REPLACE FUNCTION muster_administrator_left() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    places uuid[];
BEGIN
    IF TG_TABLE_NAME = 'institutions_membership' THEN
        places := ARRAY(
            SELECT OLD.institution_id
            FROM institutions_affiliation AS affiliation
            JOIN accounts_user AS account ON account.id = affiliation.user_id
            WHERE affiliation.institution_id = OLD.institution_id AND affiliation.user_id = OLD.user_id
            AND affiliation.is_active AND account.is_active
        );
    ELSIF TG_TABLE_NAME = 'institutions_affiliation' THEN
        places := ARRAY(
            SELECT DISTINCT institution_id FROM institutions_membership
            WHERE institution_id = OLD.institution_id AND user_id = OLD.user_id AND role = 'admin'
        );
    ELSE
        places := ARRAY(
            SELECT DISTINCT membership.institution_id
            FROM institutions_membership AS membership
            JOIN institutions_affiliation AS affiliation
                ON affiliation.institution_id = membership.institution_id
                AND affiliation.user_id = membership.user_id
            WHERE membership.user_id = OLD.id AND membership.role = 'admin' AND affiliation.is_active
        );
    END IF;
    PERFORM FROM institutions_institution WHERE id = ANY (places) ORDER BY id FOR NO KEY UPDATE;
    IF EXISTS (SELECT FROM institutions_institution WHERE id = ANY (places) AND NOT muster_is_administered(id)) THEN
        RAISE EXCEPTION 'An institution keeps an administrator'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'institution_keeps_an_administrator';
    END IF;
    RETURN NULL;
END $$;
