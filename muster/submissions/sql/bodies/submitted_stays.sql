-- What was handed in stays as it was: only whether it was received, withdrawn or replaced may be said of it.
DECLARE
    said text[] := ARRAY[
        'status', 'updated_at', 'received_at', 'withdrawn_at', 'withdrawn_by_id', 'withdrawal_reason',
        -- Gone with the person who did it.
        'created_by_id', 'submitted_by_id'
    ];
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.status <> 'draft' THEN
            RAISE EXCEPTION 'What was submitted stays'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'submitted_stays';
        END IF;
        RETURN OLD;
    END IF;
    IF OLD.status <> 'draft' AND to_jsonb(NEW) - said <> to_jsonb(OLD) - said THEN
        RAISE EXCEPTION 'What was submitted stays as it was'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'submitted_stays';
    END IF;
    IF OLD.status <> NEW.status AND (OLD.status, NEW.status) NOT IN (
        ('draft', 'submitted'),
        ('submitted', 'received'), ('submitted', 'withdrawn'), ('submitted', 'replaced'),
        ('received', 'withdrawn'), ('received', 'replaced')
    ) THEN
        RAISE EXCEPTION 'A submission goes from draft to submitted and on, and never back'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'submission_never_goes_back';
    END IF;
    IF OLD.status = 'draft' AND NEW.status = 'submitted' AND (
        NOT EXISTS (SELECT FROM submissions_submissionresource WHERE submission_id = NEW.id)
        OR EXISTS (SELECT FROM submissions_submissionresource WHERE submission_id = NEW.id AND file = '')
    ) THEN
        RAISE EXCEPTION 'Every item of a submission has its file'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'submission_has_all_files';
    END IF;
    RETURN NEW;
END;
