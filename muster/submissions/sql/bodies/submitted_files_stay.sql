-- The rows of a submission change while it is a draft. It is held meanwhile, so that nobody submits it in between.
DECLARE
    one uuid;
    state text;
BEGIN
    FOREACH one IN ARRAY CASE TG_OP
        WHEN 'INSERT' THEN ARRAY[NEW.submission_id]
        WHEN 'DELETE' THEN ARRAY[OLD.submission_id]
        ELSE ARRAY[OLD.submission_id, NEW.submission_id]
    END LOOP
        SELECT status INTO state FROM submissions_submission WHERE id = one FOR SHARE;
        IF state <> 'draft' THEN
            RAISE EXCEPTION 'The files of a submission stay as they were submitted'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'submitted_files_stay';
        END IF;
    END LOOP;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END;
