-- The first sessions of some electives at which the student of the enrollment is already elsewhere: one for each elective
-- and each thing that meets then, with how many there are. From now on; electives that they did not choose do not count.
-- The sessions that are named beside are of no batch, such as those with a mentor.
CREATE OR REPLACE FUNCTION muster_elective_clashes(the_enrollment uuid, the_sessions uuid[], the_mappings uuid[])
RETURNS TABLE (mapping_id uuid, what text, on_date date, start_time time, end_time time, number bigint)
LANGUAGE sql STABLE AS $$
    WITH own AS MATERIALIZED (
        SELECT class.id, class.subject_id, coalesce(subject.title, meeting.name) AS what,
               muster_period(class.date, class.start_time, class.end_time, meeting.time_zone) AS period
        FROM enrollments_enrollment AS this
        JOIN enrollments_enrollment AS enrollment
            ON (enrollment.institution_id, enrollment.student_id) = (this.institution_id, this.student_id)
            AND enrollment.status = 'active' AND NOT enrollment.frozen
        JOIN batches_batchmeeting AS link ON link.batch_id = enrollment.batch_id
        JOIN timetable_meeting AS meeting ON meeting.id = link.meeting_id AND meeting.books
        JOIN timetable_classsession AS class ON class.meeting_id = meeting.id
        LEFT JOIN courses_subject AS subject ON subject.id = class.subject_id
        WHERE this.id = the_enrollment AND class.date >= muster_today(meeting.time_zone)
        AND class.start_time IS NOT NULL AND class.status <> 'cancelled'
        AND NOT EXISTS (
            SELECT FROM progression_subjectmapping AS other
            WHERE (other.batch_id, other.subject_id) = (enrollment.batch_id, class.subject_id) AND other.is_elective
            AND NOT EXISTS (
                SELECT FROM progression_electivechoice AS choice
                WHERE (choice.mapping_id, choice.enrollment_id) = (other.id, enrollment.id)
            )
        )
        UNION ALL
        SELECT class.id, class.subject_id, meeting.name,
               muster_period(class.date, class.start_time, class.end_time, meeting.time_zone)
        FROM timetable_classsession AS class JOIN timetable_meeting AS meeting ON meeting.id = class.meeting_id
        WHERE class.id = ANY (the_sessions) AND class.start_time IS NOT NULL
    )
    SELECT DISTINCT ON (asked.id, asked.what) asked.id, asked.what, asked.date, asked.start_time, asked.end_time,
           count(*) OVER (PARTITION BY asked.id, asked.what)
    FROM (
        SELECT mapping.id, own.what, class.date, class.start_time, class.end_time
        FROM progression_subjectmapping AS mapping
        JOIN batches_batchmeeting AS link ON link.batch_id = mapping.batch_id
        JOIN timetable_meeting AS meeting ON meeting.id = link.meeting_id AND meeting.books
        JOIN timetable_classsession AS class
            ON class.meeting_id = meeting.id AND class.subject_id = mapping.subject_id
        JOIN own ON own.period && muster_period(class.date, class.start_time, class.end_time, meeting.time_zone)
            AND own.id <> class.id AND own.subject_id IS DISTINCT FROM class.subject_id
        WHERE mapping.id = ANY (the_mappings) AND class.date >= muster_today(meeting.time_zone)
        AND class.start_time IS NOT NULL AND class.status <> 'cancelled'
    ) AS asked
    ORDER BY asked.id, asked.what, asked.date, asked.start_time;
$$;

-- Whether a student has scores, or a result, in a subject of the batch.
CREATE OR REPLACE FUNCTION muster_has_scores(the_enrollment uuid, the_mapping uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM progression_componentscore WHERE (enrollment_id, mapping_id) = (the_enrollment, the_mapping)
    ) OR EXISTS (
        SELECT FROM progression_subjectresult WHERE (enrollment_id, mapping_id) = (the_enrollment, the_mapping)
    );
$$;
