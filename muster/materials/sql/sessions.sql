-- A session that falls away leaves its materials to the batch whose own meeting it was of, of a shared one to the first
-- that meets there; where none does any more they go with it.

CREATE OR REPLACE FUNCTION muster_leave_materials() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    heir uuid := (
        SELECT batch_id FROM batches_batchmeeting WHERE meeting_id = OLD.meeting_id ORDER BY is_own DESC, batch_id LIMIT 1
    );
BEGIN
    IF heir IS NULL THEN
        DELETE FROM materials_materialview AS view USING materials_material AS material
        WHERE material.id = view.material_id AND material.session_id = OLD.id;
        DELETE FROM materials_material WHERE session_id = OLD.id;
    ELSE
        UPDATE materials_material SET session_id = NULL, batch_id = heir, updated_at = clock_timestamp()
        WHERE session_id = OLD.id;
    END IF;
    RETURN OLD;
END $$;
