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
BEGIN
    RETURN (
        WITH seat AS (
            SELECT enrollment.id, enrollment.institution_id, enrollment.student_id, enrollment.batch_id,
                   enrollment.enrollment_date AS begins, zone.name AS zone,
                   least(
                       (coalesce(enrollment.completed_at, enrollment.cancelled_at) AT TIME ZONE zone.name)::date,
                       enrollment.access_expiry_date
                   ) AS ends,
                   (
                       SELECT min(own.enrollment_date) FROM enrollments_enrollment AS own
                       WHERE own.student_id = enrollment.student_id AND own.institution_id = enrollment.institution_id
                       AND (own.id = enrollment.id OR own.course_id = enrollment.course_id)
                   ) AS first_began
            FROM enrollments_enrollment AS enrollment
            LEFT JOIN batches_batch AS batch ON batch.id = enrollment.batch_id
            CROSS JOIN LATERAL muster_zone(enrollment.institution_id, batch.branch_id) AS zone (name)
            WHERE enrollment.id = the_enrollment
        ),
        part (place, name, done, due, last_day) AS (
            SELECT 1, 'sessions', count(*) FILTER (WHERE session.came), count(*),
                   max(session.day) FILTER (WHERE session.came)
            FROM (
                SELECT mark.status <> 'ABSENT', mark.record_date FROM seat
                JOIN attendance_countedmark AS mark
                    ON mark.student_id = seat.student_id AND mark.batch_id = seat.batch_id
                WHERE mark.status <> 'EXCUSED'
                UNION ALL
                SELECT talk.outcome = 'held', session.date FROM seat
                JOIN allocation_individualassignment AS pair
                    ON pair.student_id = seat.student_id AND pair.institution_id = seat.institution_id
                JOIN mentoring_mentoringsession AS talk ON talk.assignment_id = pair.id AND talk.outcome <> ''
                JOIN timetable_classsession AS session ON session.id = talk.session_id AND session.status <> 'cancelled'
                WHERE seat.batch_id IS NULL AND session.date BETWEEN seat.begins AND coalesce(seat.ends, 'infinity')
            ) AS session (came, day)
            UNION ALL
            SELECT 2, 'assessments', count(*) FILTER (WHERE mark.score IS NOT NULL), count(*), NULL
            FROM seat
            JOIN assessment_assessment AS assessment ON assessment.batch_id = seat.batch_id
            LEFT JOIN assessment_assessmentmark AS mark
                ON mark.assessment_id = assessment.id AND mark.enrollment_id = seat.id AND mark.published_at IS NOT NULL
            WHERE mark.state IS DISTINCT FROM 'exempt' AND (
                mark.id IS NOT NULL
                OR assessment.published_at IS NOT NULL
                AND assessment.due_on BETWEEN seat.begins AND least(seat.ends, muster_today(seat.zone) - 1)
                AND NOT EXISTS (
                    SELECT FROM assessment_assessmentmark AS kept
                    WHERE kept.assessment_id = assessment.id AND kept.enrollment_id = seat.id AND kept.state <> 'blank'
                )
            )
            UNION ALL
            SELECT 3, 'milestones', count(*) FILTER (WHERE goal.status = 'reached'), count(*), NULL
            FROM seat
            JOIN allocation_individualassignment AS pair
                ON pair.student_id = seat.student_id AND pair.institution_id = seat.institution_id
            JOIN mentoring_mentoringgoal AS goal ON goal.assignment_id = pair.id AND goal.status <> 'dropped'
            WHERE (goal.created_at AT TIME ZONE seat.zone)::date
                BETWEEN seat.first_began AND coalesce(seat.ends, 'infinity')
        )
        SELECT jsonb_object_agg(part.name, jsonb_build_array(part.done, part.due)) || jsonb_build_object(
            'last_attended', max(part.last_day),
            'percent',
            muster_progress_percent(
                array_agg(part.done ORDER BY part.place), array_agg(part.due ORDER BY part.place), weights
            )
        )
        FROM part
    );
END $$;
