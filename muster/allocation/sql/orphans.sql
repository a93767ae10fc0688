-- Whoever stops being an instructor or a student here leaves no assignment behind, whatever they leave by.

-- Whether the person is active in the institution and holds one of the roles there.
CREATE OR REPLACE FUNCTION muster_holds_role(of_institution uuid, person uuid, roles text[]) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM institutions_membership AS membership
        JOIN institutions_affiliation AS affiliation
            ON affiliation.institution_id = membership.institution_id AND affiliation.user_id = membership.user_id
        JOIN accounts_user AS account ON account.id = membership.user_id
        WHERE membership.institution_id = of_institution AND membership.user_id = person
        AND membership.role = ANY (roles) AND affiliation.is_active AND account.is_active
    )
$$;

-- Ends the current individual assignments of people who left; of everybody where no institution or person is given.
CREATE OR REPLACE FUNCTION muster_end_individual_orphans(of_institution uuid, of_person uuid) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    ended integer;
BEGIN
    UPDATE allocation_individualassignment AS assignment
    SET ended_at = greatest(now(), assigned_at), updated_at = now(),
        end_reason = CASE
            WHEN muster_holds_role(institution_id, instructor_id, '{instructor}') THEN 'student_left'
            ELSE 'instructor_left'
        END
    WHERE ended_at IS NULL
    AND (of_institution IS NULL OR institution_id = of_institution)
    AND (of_person IS NULL OR of_person IN (student_id, instructor_id))
    AND NOT (
        muster_holds_role(institution_id, instructor_id, '{instructor}')
        AND muster_holds_role(institution_id, student_id, '{student,corporate-student}')
    );
    GET DIAGNOSTICS ended = ROW_COUNT;
    RETURN ended;
END $$;

-- Ends, with yesterday by the clock of the batch, what people who left would still teach in batches that run. What was taught stays.
CREATE OR REPLACE FUNCTION muster_end_teaching_orphans(of_institution uuid, of_person uuid, of_batch uuid) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    ended integer;
BEGIN
    UPDATE batches_instructorassignment AS assignment
    SET until_date = greatest(today.day, assignment.from_date) - 1, updated_at = now()
    FROM batches_batch AS batch
    CROSS JOIN LATERAL (SELECT muster_today(muster_zone(batch.institution_id, batch.branch_id)) AS day) AS today
    WHERE batch.id = assignment.batch_id
    AND batch.status IN ('Upcoming', 'Active') AND batch.archived_at IS NULL AND batch.deleted_at IS NULL
    AND coalesce(assignment.until_date, 'infinity') >= greatest(today.day, assignment.from_date)
    AND (of_institution IS NULL OR assignment.institution_id = of_institution)
    AND (of_person IS NULL OR assignment.instructor_id = of_person)
    AND (of_batch IS NULL OR assignment.batch_id = of_batch)
    AND NOT muster_holds_role(assignment.institution_id, assignment.instructor_id, '{instructor}');
    GET DIAGNOSTICS ended = ROW_COUNT;
    RETURN ended;
END $$;

CREATE OR REPLACE FUNCTION muster_person_left() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_TABLE_NAME = 'accounts_user' THEN
        PERFORM muster_end_individual_orphans(NULL, OLD.id), muster_end_teaching_orphans(NULL, OLD.id, NULL);
    ELSE
        PERFORM muster_end_individual_orphans(OLD.institution_id, OLD.user_id),
                muster_end_teaching_orphans(OLD.institution_id, OLD.user_id, NULL);
    END IF;
    RETURN NULL;
END $$;

-- A batch that comes back from the archive or from deletion comes back without those who left in between.
CREATE OR REPLACE FUNCTION muster_batch_came_back() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM muster_end_teaching_orphans(NEW.institution_id, NULL, NEW.id);
    RETURN NULL;
END $$;
