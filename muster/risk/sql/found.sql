-- The students who need somebody now, and why: whoever asks for a reason asks this. It asks tables of apps beside it,
-- which are there by the time it is called.
--
-- Of everyone active in a batch that runs today by its own clock. Percentages and what counts are those of
-- `attendance_countedmark` and `muster_percent`; an excused absence neither adds to absences in a row nor ends them.
-- A subject counts as failed while its published result stands and it was passed in no other attempt or batch. Contact
-- with a mentor is a session that was held, a question answered, a check-in of theirs, or a contact that they
-- documented; before any, the day on which they were assigned.
-- `the_marks` are the totals of the marks published so far, in percent, by enrollment (`assessment.queries.totals_of`).
CREATE OR REPLACE FUNCTION muster_students_at_risk(
    the_institution uuid, the_batches uuid[] DEFAULT NULL, the_marks jsonb DEFAULT '{}'
)
RETURNS TABLE (
    enrollment_id uuid, batch_id uuid, reasons varchar[], percent numeric, minimum integer, missed integer,
    marks numeric, failed integer, contact_on date, today date
) LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH asked AS (
        SELECT enrollment.id, enrollment.student_id, enrollment.batch_id, enrollment.course_id, place.today,
               coalesce(course.minimum_attendance_percent, institution.minimum_attendance_percent)::integer AS minimum,
               institution.risk_least_sessions, institution.risk_missed_sessions, institution.risk_marks_percent,
               institution.risk_failed_subjects, institution.risk_contact_days,
               (the_marks ->> enrollment.id::text)::numeric AS total
        FROM institutions_institution AS institution
        JOIN batches_batch AS batch ON batch.institution_id = institution.id
        CROSS JOIN LATERAL (SELECT muster_today(muster_zone(batch.institution_id, batch.branch_id)) AS today) AS place
        JOIN enrollments_enrollment AS enrollment ON enrollment.batch_id = batch.id
        LEFT JOIN courses_course AS course ON course.id = enrollment.course_id
        WHERE institution.id = the_institution AND batch.status = 'Active'
        AND batch.archived_at IS NULL AND batch.deleted_at IS NULL
        AND (batch.end_date IS NULL OR batch.end_date >= place.today)
        AND enrollment.status = 'active' AND (the_batches IS NULL OR batch.id = ANY (the_batches))
    ), figures AS (
        SELECT asked.*, muster_percent(marks.came, marks.counted) AS percent, marks.counted,
               length(substring(coalesce(marks.letters, '') FROM 'A*$')) AS missed,
               results.failed, contact.contact_on
        FROM asked
        CROSS JOIN LATERAL (
            SELECT count(*) FILTER (WHERE mark.status <> 'ABSENT') AS came, count(*) AS counted,
                   string_agg(left(mark.status, 1), '' ORDER BY mark.record_date, mark.start_time NULLS FIRST, mark.id)
                       AS letters
            FROM attendance_countedmark AS mark
            WHERE mark.student_id = asked.student_id AND mark.batch_id = asked.batch_id AND mark.status <> 'EXCUSED'
        ) AS marks
        CROSS JOIN LATERAL (
            SELECT count(*)::integer AS failed FROM (
                SELECT FROM progression_subjectresult AS result
                JOIN progression_subjectmapping AS mapping ON mapping.id = result.mapping_id
                JOIN enrollments_enrollment AS own ON own.id = result.enrollment_id
                WHERE own.student_id = asked.student_id AND own.course_id IS NOT DISTINCT FROM asked.course_id
                AND result.is_current
                GROUP BY mapping.subject_id HAVING bool_and(result.verdict = 'failed')
            ) AS subject
        ) AS results
        CROSS JOIN LATERAL (
            SELECT max(greatest(
                (pair.assigned_at AT TIME ZONE 'UTC')::date,
                (
                    SELECT max(session.date) FROM mentoring_mentoringsession AS met
                    JOIN timetable_classsession AS session ON session.id = met.session_id
                    WHERE met.assignment_id = pair.id AND met.outcome = 'held'
                ),
                (
                    SELECT max((question.answered_at AT TIME ZONE 'UTC')::date) FROM mentoring_mentoringquestion AS question
                    WHERE question.assignment_id = pair.id
                ),
                (
                    SELECT max((told.created_at AT TIME ZONE 'UTC')::date) FROM mentoring_mentoringcheckin AS told
                    WHERE told.assignment_id = pair.id AND NOT told.by_student
                ),
                (
                    SELECT max((done.happened_at AT TIME ZONE 'UTC')::date) FROM risk_intervention AS done
                    JOIN risk_riskflag AS flag ON flag.id = done.flag_id
                    JOIN enrollments_enrollment AS own ON own.id = flag.enrollment_id
                    WHERE own.student_id = asked.student_id AND done.recorded_by_id = pair.instructor_id
                )
            )) AS contact_on
            FROM allocation_individualassignment AS pair
            WHERE pair.institution_id = the_institution AND pair.student_id = asked.student_id AND pair.ended_at IS NULL
        ) AS contact
    ), judged AS (
        SELECT figures.*, array_remove(ARRAY[
            CASE WHEN minimum > 0 AND counted >= greatest(risk_least_sessions, 1) AND percent <= minimum
                 THEN 'attendance' END,
            CASE WHEN risk_missed_sessions > 0 AND missed >= risk_missed_sessions THEN 'missed' END,
            CASE WHEN total < risk_marks_percent THEN 'marks' END,
            CASE WHEN risk_failed_subjects > 0 AND failed >= risk_failed_subjects THEN 'results' END,
            CASE WHEN risk_contact_days > 0 AND today - contact_on >= risk_contact_days THEN 'contact' END
        ]::varchar[], NULL) AS reasons
        FROM figures
    )
    SELECT id, batch_id, reasons, percent, minimum, missed, CASE WHEN 'marks' = ANY (reasons) THEN total END, failed,
           CASE WHEN 'contact' = ANY (reasons) THEN contact_on END, today
    FROM judged WHERE cardinality(reasons) > 0;
END $$;

-- Open, keep and close the flags of an institution, or of some of its batches, in one statement.
--
-- What a person closed stays quiet for a while, unless a further reason comes. Rows are written in the order of their
-- batches, which the triggers hold in share mode.
CREATE OR REPLACE FUNCTION muster_keep_risk_flags(
    the_institution uuid, the_batches uuid[], the_marks jsonb, due_in integer, quiet_days integer,
    OUT opened uuid[], OUT closed uuid[]
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    -- Batches before their flags, as whoever ends an enrollment takes them.
    PERFORM FROM batches_batch WHERE id IN (
        SELECT enrollment.batch_id FROM risk_riskflag AS flag
        JOIN enrollments_enrollment AS enrollment ON enrollment.id = flag.enrollment_id
        WHERE flag.institution_id = the_institution AND flag.closed_at IS NULL
        AND (the_batches IS NULL OR enrollment.batch_id = ANY (the_batches))
    ) ORDER BY id FOR SHARE;
    WITH found AS MATERIALIZED (
        SELECT * FROM muster_students_at_risk(the_institution, the_batches, the_marks)
    ), newly AS (
        INSERT INTO risk_riskflag (
            id, created_at, updated_at, institution_id, enrollment_id, reasons, percent, minimum, missed, marks, failed,
            contact_on, due_on, outcome, closing_note
        )
        SELECT muster_new_id(), now(), now(), the_institution, enrollment_id, reasons, percent, minimum, missed, marks, failed,
               contact_on, today + due_in, '', ''
        FROM found
        WHERE NOT EXISTS (
            SELECT FROM risk_riskflag AS flag WHERE flag.enrollment_id = found.enrollment_id
            AND (
                flag.closed_at IS NULL
                OR flag.outcome NOT IN ('recovered', 'left') AND flag.closed_at > now() - make_interval(days => quiet_days)
                AND found.reasons <@ flag.reasons
            )
        )
        ORDER BY batch_id, enrollment_id
        ON CONFLICT (enrollment_id) WHERE closed_at IS NULL DO NOTHING
        RETURNING id
    ), kept AS (
        UPDATE risk_riskflag AS flag
        SET reasons = found.reasons, percent = found.percent, minimum = found.minimum, missed = found.missed,
            marks = found.marks, failed = found.failed, contact_on = found.contact_on, updated_at = now()
        FROM found
        WHERE flag.enrollment_id = found.enrollment_id AND flag.closed_at IS NULL
        AND (flag.reasons, flag.percent, flag.minimum, flag.missed, flag.marks, flag.failed, flag.contact_on)
            IS DISTINCT FROM
            (found.reasons, found.percent, found.minimum::smallint, found.missed::smallint, found.marks, found.failed::smallint,
             found.contact_on)
    ), over AS (
        UPDATE risk_riskflag AS flag SET closed_at = now(), outcome = 'recovered', updated_at = now()
        FROM enrollments_enrollment AS enrollment JOIN batches_batch AS batch ON batch.id = enrollment.batch_id
        WHERE enrollment.id = flag.enrollment_id AND flag.institution_id = the_institution AND flag.closed_at IS NULL
        AND batch.archived_at IS NULL AND (the_batches IS NULL OR batch.id = ANY (the_batches))
        AND NOT EXISTS (SELECT FROM found WHERE found.enrollment_id = flag.enrollment_id)
        RETURNING flag.id
    )
    SELECT coalesce((SELECT array_agg(id) FROM newly), '{}'), coalesce((SELECT array_agg(id) FROM over), '{}')
    INTO opened, closed;
END $$;

-- Whoever leaves, pauses or finishes needs nobody any more.
CREATE OR REPLACE FUNCTION muster_close_risk_flags() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE risk_riskflag SET closed_at = now(), outcome = 'left', updated_at = now()
    WHERE enrollment_id = NEW.id AND closed_at IS NULL;
    RETURN NULL;
END $$;
