-- The same of single sessions of no batch, such as those with a mentor, by the meeting whose they are, which is named.
CREATE OR REPLACE FUNCTION muster_clashes_of_sessions(the_sessions uuid[], the_batches uuid[])
RETURNS TABLE (batch_id uuid, other_id uuid, on_date date, start_time time, end_time time, number bigint, name text)
LANGUAGE sql STABLE AS $$
    WITH own AS MATERIALIZED (
        SELECT class.meeting_id, meeting.name,
               muster_period(class.date, class.start_time, class.end_time, meeting.time_zone) AS period
        FROM timetable_classsession AS class JOIN timetable_meeting AS meeting ON meeting.id = class.meeting_id
        WHERE class.id = ANY (the_sessions) AND class.start_time IS NOT NULL
    )
    SELECT DISTINCT ON (asked.batch_id, asked.other_id)
           asked.batch_id, asked.other_id, asked.date, asked.start_time, asked.end_time,
           count(*) OVER (PARTITION BY asked.batch_id, asked.other_id), asked.name
    FROM (
        SELECT link.batch_id, own.meeting_id AS other_id, own.name, class.date, class.start_time, class.end_time
        FROM batches_batchmeeting AS link
        JOIN timetable_meeting AS meeting ON meeting.id = link.meeting_id
        JOIN timetable_classsession AS class ON class.meeting_id = meeting.id
        JOIN own ON own.period && muster_period(class.date, class.start_time, class.end_time, meeting.time_zone)
        WHERE link.batch_id = ANY (the_batches) AND EXISTS (SELECT FROM own)
        AND class.date >= muster_today(meeting.time_zone) AND class.start_time IS NOT NULL
        AND class.status <> 'cancelled'
    ) AS asked
    ORDER BY asked.batch_id, asked.other_id, asked.date, asked.start_time;
$$;
