-- The progress of an enrollment: how much is done of what was due so far. `queries/progress.py` asks for it.

-- In percent, rounded down: 100 * sum(weight * done / due) / sum(weight) over the parts of which anything was due, three
-- at most; 0 where nothing was. In whole numbers, over one denominator, so that nothing is lost before it is rounded.
CREATE OR REPLACE FUNCTION muster_progress_percent(done bigint[], due bigint[], weights integer[])
RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(div(
        100 * sum(part.weight * part.done * whole / part.due),
        nullif(sum(part.weight) * whole, 0)
    ), 0)::integer
    FROM (SELECT greatest(due[1], 1)::numeric * greatest(due[2], 1) * greatest(due[3], 1)) AS product (whole)
    LEFT JOIN unnest(done, due, weights) AS part (done, due, weight) ON part.due > 0
    GROUP BY whole;
$$;

-- Sessions: those that count towards attendance in its batch; in individual study, those with the mentor while it ran.
-- Assessments: of the batch whose result the student has, or whose results are out though the student has none; who is
-- exempt, or joined after the day, is not asked. Milestones: goals agreed with the mentor from the day on which the
-- student first enrolled in the course until this enrollment ended; those that were dropped do not count.
CREATE OR REPLACE FUNCTION muster_progress(the_enrollment uuid, VARIADIC weights integer[])
RETURNS jsonb LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    seat record;
    came bigint := 0;
    held bigint := 0;
    scored bigint := 0;
    assessed bigint := 0;
    reached bigint := 0;
    agreed bigint := 0;
    last_day date;
BEGIN
    SELECT enrollment.institution_id, enrollment.student_id, enrollment.batch_id, enrollment.course_id,
           enrollment.enrollment_date AS begins, zone.name AS zone,
           least(
               (coalesce(enrollment.completed_at, enrollment.cancelled_at) AT TIME ZONE zone.name)::date,
               enrollment.access_expiry_date
           ) AS ends
    INTO seat
    FROM enrollments_enrollment AS enrollment
    LEFT JOIN batches_batch AS batch ON batch.id = enrollment.batch_id
    CROSS JOIN LATERAL muster_zone(enrollment.institution_id, batch.branch_id) AS zone (name)
    WHERE enrollment.id = the_enrollment;

    IF seat.batch_id IS NULL THEN
        SELECT count(*) FILTER (WHERE talk.outcome = 'held'), count(*),
               max(session.date) FILTER (WHERE talk.outcome = 'held')
        INTO came, held, last_day
        FROM allocation_individualassignment AS pair
        JOIN mentoring_mentoringsession AS talk ON talk.assignment_id = pair.id AND talk.outcome <> ''
        JOIN timetable_classsession AS session ON session.id = talk.session_id AND session.status <> 'cancelled'
        WHERE pair.student_id = seat.student_id AND pair.institution_id = seat.institution_id
        AND session.date BETWEEN seat.begins AND coalesce(seat.ends, 'infinity');
    ELSE
        SELECT count(*) FILTER (WHERE mark.status <> 'ABSENT'), count(*),
               max(mark.record_date) FILTER (WHERE mark.status <> 'ABSENT')
        INTO came, held, last_day
        FROM attendance_countedmark AS mark
        WHERE mark.student_id = seat.student_id AND mark.batch_id = seat.batch_id AND mark.status <> 'EXCUSED';

        SELECT count(*) FILTER (WHERE mark.score IS NOT NULL), count(*)
        INTO scored, assessed
        FROM assessment_assessment AS assessment
        LEFT JOIN assessment_assessmentmark AS mark ON mark.assessment_id = assessment.id
            AND mark.enrollment_id = the_enrollment AND mark.published_at IS NOT NULL
        WHERE assessment.batch_id = seat.batch_id AND mark.state IS DISTINCT FROM 'exempt' AND (
            mark.id IS NOT NULL
            OR assessment.published_at IS NOT NULL
            AND assessment.due_on BETWEEN seat.begins AND least(seat.ends, muster_today(seat.zone) - 1)
            AND NOT EXISTS (
                SELECT FROM assessment_assessmentmark AS kept
                WHERE kept.assessment_id = assessment.id AND kept.enrollment_id = the_enrollment AND kept.state <> 'blank'
            )
        );
    END IF;

    SELECT count(*) FILTER (WHERE goal.status = 'reached'), count(*)
    INTO reached, agreed
    FROM allocation_individualassignment AS pair
    JOIN mentoring_mentoringgoal AS goal ON goal.assignment_id = pair.id AND goal.status <> 'dropped'
    WHERE pair.student_id = seat.student_id AND pair.institution_id = seat.institution_id
    AND (goal.created_at AT TIME ZONE seat.zone)::date BETWEEN (
        SELECT min(own.enrollment_date) FROM enrollments_enrollment AS own
        WHERE own.student_id = seat.student_id AND own.institution_id = seat.institution_id
        AND (own.id = the_enrollment OR own.course_id = seat.course_id)
    ) AND coalesce(seat.ends, 'infinity');

    RETURN jsonb_build_object(
        'sessions', jsonb_build_array(came, held),
        'assessments', jsonb_build_array(scored, assessed),
        'milestones', jsonb_build_array(reached, agreed),
        'last_attended', last_day,
        'percent', muster_progress_percent(ARRAY[came, scored, reached], ARRAY[held, assessed, agreed], weights)
    );
END $$;
