-- Whether the owner erases in this transaction (`core_erasing`, which nobody else writes). Triggers ask it, so that rows
-- of archived batches, locked registers and history can be blanked, and nothing that was counted is counted anew.
CREATE OR REPLACE FUNCTION muster_is_erasing() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    RETURN EXISTS (SELECT FROM core_erasing WHERE id = pg_current_xact_id_if_assigned()::text::bigint);
END $$;

-- Called by functions of the owner alone: the application cannot write the row.
CREATE OR REPLACE FUNCTION muster_erase_from_now() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO core_erasing (id) VALUES (pg_current_xact_id()::text::bigint) ON CONFLICT DO NOTHING;
    PERFORM set_config('muster.erasing', 'yes', TRUE);
END $$;

CREATE OR REPLACE FUNCTION muster_erase_no_more() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM core_erasing WHERE id = pg_current_xact_id()::text::bigint;
    PERFORM set_config('muster.erasing', '', TRUE);
END $$;
