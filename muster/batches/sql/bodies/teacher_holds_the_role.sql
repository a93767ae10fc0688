-- Who teaches a batch that runs, today or later, must be an active instructor now. The affiliation and the memberships
-- are locked, after the batch, so that nobody leaves or loses the role between the question and the commit.
IF EXISTS (
    SELECT FROM batches_batch AS batch
    WHERE batch.id = NEW.batch_id AND batch.status IN ('Upcoming', 'Active') AND batch.deleted_at IS NULL
    AND coalesce(NEW.until_date, 'infinity') >= muster_today(muster_zone(batch.institution_id, batch.branch_id))
) THEN
    PERFORM FROM institutions_affiliation
    WHERE institution_id = NEW.institution_id AND user_id = NEW.instructor_id FOR SHARE;
    PERFORM FROM institutions_membership
    WHERE institution_id = NEW.institution_id AND user_id = NEW.instructor_id AND role = 'instructor'
    ORDER BY id FOR KEY SHARE;
    IF NOT EXISTS (
        SELECT FROM institutions_membership AS membership
        JOIN institutions_affiliation AS affiliation
            ON affiliation.institution_id = membership.institution_id AND affiliation.user_id = membership.user_id
        JOIN accounts_user AS account ON account.id = membership.user_id
        WHERE membership.institution_id = NEW.institution_id AND membership.user_id = NEW.instructor_id
        AND membership.role = 'instructor' AND affiliation.is_active AND account.is_active
    ) THEN
        RAISE EXCEPTION 'Assigned instructor must have instructor role'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'teacher_holds_the_role';
    END IF;
END IF;
RETURN NEW;
