-- What `muster_own_clashes` says of a student, of batches: apart, since enrolling asks that one for every newcomer, and it
-- is over as soon as they are in no other batch.
-- The first sessions of some batches at which others are at work too: one for each batch and each of the others, with how
-- many there are. From now on; cancelled sessions do not count, nor those that both share, nor a batch with itself.
CREATE OR REPLACE FUNCTION muster_clashes_of_batches(the_others uuid[], the_batches uuid[])
RETURNS TABLE (batch_id uuid, other_id uuid, on_date date, start_time time, end_time time, number bigint)
LANGUAGE sql STABLE AS $$
    WITH own AS MATERIALIZED (
        SELECT link.batch_id, class.id, class.meeting_id,
               muster_period(class.date, class.start_time, class.end_time, meeting.time_zone) AS period
        FROM batches_batchmeeting AS link
        JOIN timetable_meeting AS meeting ON meeting.id = link.meeting_id AND meeting.books
        JOIN timetable_classsession AS class ON class.meeting_id = meeting.id
        WHERE link.batch_id = ANY (the_others)
        AND class.date >= muster_today(meeting.time_zone) AND class.start_time IS NOT NULL
        AND class.status <> 'cancelled'
    )
    SELECT DISTINCT ON (asked.batch_id, asked.other_id)
           asked.batch_id, asked.other_id, asked.date, asked.start_time, asked.end_time,
           count(*) OVER (PARTITION BY asked.batch_id, asked.other_id)
    FROM (
        SELECT link.batch_id, own.batch_id AS other_id, class.date, class.start_time, class.end_time
        FROM batches_batchmeeting AS link
        JOIN timetable_meeting AS meeting ON meeting.id = link.meeting_id
        JOIN timetable_classsession AS class ON class.meeting_id = meeting.id
        JOIN own ON own.period && muster_period(class.date, class.start_time, class.end_time, meeting.time_zone)
            AND own.meeting_id <> class.meeting_id AND own.batch_id <> link.batch_id
        WHERE link.batch_id = ANY (the_batches) AND EXISTS (SELECT FROM own)
        AND class.date >= muster_today(meeting.time_zone) AND class.start_time IS NOT NULL
        AND class.status <> 'cancelled'
    ) AS asked
    ORDER BY asked.batch_id, asked.other_id, asked.date, asked.start_time;
$$;
