-- Whether the session may see rows of an institution: of the one, or of all ('*'), that `core/isolation.py` tells it.
-- The policy of every table (`core/ownership.py`) says the same, written out.
CREATE OR REPLACE FUNCTION muster_sees(the_institution uuid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT current_setting('muster.institution', TRUE) IN ('*', the_institution::text);
$$;

-- Of procedures that run as the owner, whom no policy holds back: refuse a row of another institution.
CREATE OR REPLACE FUNCTION muster_must_see(the_institution uuid) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF muster_sees(the_institution) IS NOT TRUE THEN
        RAISE EXCEPTION 'It belongs to another institution' USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;
