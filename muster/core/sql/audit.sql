-- Keep what happened to a row, of whatever table: of a new or removed row its columns, of a changed one the columns
-- that changed. The trigger's arguments: the columns that are left out; the column that says whose the row is, or '';
-- up to two columns that may say which row it is part of, of which the first that is set counts.
CREATE OR REPLACE FUNCTION muster_audit() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    -- Who acts, in which use case: told by the application once in a transaction.
    context jsonb := nullif(current_setting('muster.context', TRUE), '');
    facts jsonb := coalesce(context - '{by,by_name,use_case,request}'::text[], '{}');
    whole jsonb := CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
    part_of uuid := coalesce(whole ->> TG_ARGV[2], whole ->> TG_ARGV[3]);
    kept jsonb := whole - TG_ARGV[0]::text[];
    previous jsonb;
BEGIN
    -- What is erased would stand here again.
    IF current_setting('muster.erasing', TRUE) = 'yes' AND muster_is_erasing() THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        previous := to_jsonb(OLD);
        INSERT INTO core_auditentry (
            at, owner_id, table_name, row_id, part_of, before, after, by_id, by_name, use_case, request, facts
        )
        SELECT clock_timestamp(), (whole ->> TG_ARGV[1])::uuid, TG_TABLE_NAME, NEW.id, part_of,
               jsonb_object_agg(key, previous -> key), jsonb_object_agg(key, value), (context ->> 'by')::uuid,
               coalesce(context ->> 'by_name', ''), coalesce(context ->> 'use_case', ''), context ->> 'request', facts
        FROM jsonb_each(kept) WHERE value <> previous -> key;
    ELSE
        INSERT INTO core_auditentry (
            at, owner_id, table_name, row_id, part_of, before, after, by_id, by_name, use_case, request, facts
        ) VALUES (
            clock_timestamp(), (whole ->> TG_ARGV[1])::uuid, TG_TABLE_NAME, (whole ->> 'id')::uuid, part_of,
            CASE WHEN TG_OP = 'DELETE' THEN kept END, CASE WHEN TG_OP = 'INSERT' THEN kept END, (context ->> 'by')::uuid,
            coalesce(context ->> 'by_name', ''), coalesce(context ->> 'use_case', ''), context ->> 'request', facts
        );
    END IF;
    RETURN NULL;
END $$;
