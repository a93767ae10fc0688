-- The one way to unlock a register: with a reason, which its history keeps.
CREATE OR REPLACE PROCEDURE muster_unlock_register(the_session uuid, reason text) LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    context jsonb := coalesce(nullif(current_setting('muster.context', TRUE), ''), '{}');
BEGIN
    PERFORM muster_must_see(institution_id) FROM timetable_classsession WHERE id = the_session;
    IF btrim(coalesce(reason, '')) = '' THEN
        RAISE EXCEPTION 'A register is unlocked with a reason'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'register_is_unlocked_with_a_reason';
    END IF;
    PERFORM set_config('muster.context', (context || jsonb_build_object('reason', btrim(reason)))::text, TRUE);
    UPDATE timetable_classsession SET is_locked = FALSE, locked_at = NULL, locked_by_id = NULL, updated_at = now()
    WHERE id = the_session AND is_locked;
    PERFORM set_config('muster.context', context::text, TRUE);
END $$;
