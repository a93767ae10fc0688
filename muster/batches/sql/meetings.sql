-- The batches that meet in meetings, with what decides on those.
CREATE OR REPLACE FUNCTION muster_members(the_meetings uuid[])
RETURNS TABLE (
    meeting_id uuid, is_own boolean, batch_id uuid, institution_id uuid, name text, code text, branch_id uuid,
    days daterange, is_archived boolean, runs boolean
) LANGUAGE sql STABLE AS $$
    SELECT link.meeting_id, link.is_own, batch.id, batch.institution_id, batch.name, batch.code, batch.branch_id,
           daterange(batch.start_date, batch.end_date + 1), batch.archived_at IS NOT NULL,
           batch.status IN ('Upcoming', 'Active') AND batch.deleted_at IS NULL AND batch.archived_at IS NULL
    FROM batches_batchmeeting AS link JOIN batches_batch AS batch ON batch.id = link.batch_id
    WHERE link.meeting_id = ANY (the_meetings);
$$;

-- The meetings of batches follow them: between which days, where, who teaches, and whether they keep anybody busy. One
-- that several share goes from the first day to the last of those that run, by the clock and the holidays of the first
-- by code.
CREATE OR REPLACE FUNCTION muster_keep_meetings(the_meetings uuid[])
RETURNS void LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan SET muster.derives = 'yes' AS $$
BEGIN
    IF cardinality(the_meetings) = 0 THEN
        RETURN;
    END IF;
    -- Whoever gives one of them slots or sessions waits, and then finds its people.
    PERFORM FROM timetable_meeting WHERE id = ANY (the_meetings) ORDER BY id FOR NO KEY UPDATE;

    -- The sessions first, which this makes: those that fall away free hours.
    WITH whole AS (
        SELECT meeting_id, coalesce(bool_or(is_own), FALSE) AS is_own, coalesce(bool_or(runs), FALSE) AS books,
               coalesce(bool_and(is_archived), FALSE) AS is_archived,
               range_merge(coalesce(range_agg(days) FILTER (WHERE runs), range_agg(days))) AS days,
               (array_agg(branch_id ORDER BY code, batch_id))[1] AS branch_id, min(name) AS name, min(code) AS code
        FROM unnest(the_meetings) AS one(meeting_id) LEFT JOIN muster_members(the_meetings) USING (meeting_id)
        GROUP BY meeting_id
    )
    UPDATE timetable_meeting AS meeting
    SET start_date = lower(whole.days), end_date = upper(whole.days) - 1, branch_id = whole.branch_id,
        books = whole.books, is_archived = whole.is_archived, updated_at = now(),
        name = CASE WHEN whole.is_own THEN whole.name ELSE meeting.name END,
        code = CASE WHEN whole.is_own THEN whole.code ELSE meeting.code END
    FROM whole
    WHERE meeting.id = whole.meeting_id
    AND (
        (meeting.start_date, meeting.end_date, meeting.branch_id, meeting.books, meeting.is_archived, meeting.time_zone)
            IS DISTINCT FROM
            (lower(whole.days), upper(whole.days) - 1, whole.branch_id, whole.books, whole.is_archived,
             muster_zone(meeting.institution_id, whole.branch_id))
        OR whole.is_own AND (meeting.name, meeting.code) <> (whole.name, whole.code)
    );

    -- Then who comes; all in one statement, so that whatever is booked for it finds everybody.
    WITH wanted AS MATERIALIZED (
        SELECT DISTINCT member.meeting_id, member.institution_id, assignment.instructor_id, assignment.role,
               NULL::uuid AS subject_id, member.runs AS books,
               unnest(
                   -- In a shared meeting they come for their own batch, as long as that lasts.
                   datemultirange(
                       daterange(assignment.from_date, assignment.until_date + 1)
                       * CASE WHEN member.is_own THEN daterange(NULL, NULL) ELSE member.days END
                   )
                   -- A substitute frees the lead.
                   - coalesce((
                       SELECT range_agg(daterange(substitute.from_date, substitute.until_date + 1))
                       FROM batches_instructorassignment AS substitute
                       WHERE assignment.role = 'lead'
                       AND substitute.batch_id = member.batch_id AND substitute.role = 'substitute'
                   ), '{}')
               ) AS days
        FROM muster_members(the_meetings) AS member
        JOIN batches_instructorassignment AS assignment
            ON assignment.batch_id = member.batch_id AND NOT assignment.for_subjects
        UNION
        -- The faculty of a subject, while they are assigned to the batch.
        SELECT member.meeting_id, member.institution_id, faculty.instructor_id, 'faculty', faculty.subject_id,
               member.runs,
               unnest(
                   datemultirange(
                       daterange(faculty.from_date, faculty.until_date + 1)
                       * CASE WHEN member.is_own THEN daterange(NULL, NULL) ELSE member.days END
                   )
                   * coalesce((
                       SELECT range_agg(daterange(assignment.from_date, assignment.until_date + 1))
                       FROM batches_instructorassignment AS assignment
                       WHERE (assignment.batch_id, assignment.instructor_id) = (member.batch_id, faculty.instructor_id)
                   ), '{}')
               )
        FROM muster_members(the_meetings) AS member
        JOIN batches_subjectfaculty AS faculty ON faculty.batch_id = member.batch_id
    ), gone AS (
        DELETE FROM timetable_meetingperson AS person
        WHERE person.meeting_id = ANY (the_meetings) AND NOT EXISTS (
            SELECT FROM wanted
            WHERE (wanted.meeting_id, wanted.instructor_id, wanted.role, wanted.books, wanted.days)
                = (person.meeting_id, person.instructor_id, person.role, person.books, person.days)
            AND wanted.subject_id IS NOT DISTINCT FROM person.subject_id
        )
    )
    INSERT INTO timetable_meetingperson
        (id, created_at, updated_at, institution_id, meeting_id, instructor_id, role, subject_id, days, books)
    SELECT muster_new_id(), now(), now(), institution_id, meeting_id, instructor_id, role, subject_id, days, books
    FROM wanted
    WHERE NOT EXISTS (
        SELECT FROM timetable_meetingperson AS person
        WHERE (wanted.meeting_id, wanted.instructor_id, wanted.role, wanted.books, wanted.days)
            = (person.meeting_id, person.instructor_id, person.role, person.books, person.days)
        AND wanted.subject_id IS NOT DISTINCT FROM person.subject_id
    );
END $$;

-- The same for all meetings of these batches.
CREATE OR REPLACE FUNCTION muster_keep_meetings_of(the_batches uuid[]) RETURNS void LANGUAGE sql AS $$
    SELECT muster_keep_meetings(ARRAY(
        SELECT DISTINCT meeting_id FROM batches_batchmeeting WHERE batch_id = ANY (the_batches)
    ));
$$;

CREATE OR REPLACE FUNCTION muster_make_own_meeting(batch batches_batch) RETURNS void LANGUAGE sql AS $$
    INSERT INTO timetable_meeting (
        id, created_at, updated_at, institution_id, name, code, is_shared, branch_id, time_zone,
        start_date, end_date, books, is_archived
    ) VALUES (
        batch.id, now(), now(), batch.institution_id, batch.name, batch.code, FALSE, batch.branch_id, '',
        batch.start_date, batch.end_date,
        batch.status IN ('Upcoming', 'Active') AND batch.deleted_at IS NULL AND batch.archived_at IS NULL,
        batch.archived_at IS NOT NULL
    );
    INSERT INTO batches_batchmeeting (id, created_at, updated_at, institution_id, batch_id, meeting_id, is_own)
    VALUES (muster_new_id(), now(), now(), batch.institution_id, batch.id, batch.id, TRUE);
$$;

-- The meeting of a batch that is gone, with all that came of it.
CREATE OR REPLACE FUNCTION muster_drop_meeting(the_meeting uuid) RETURNS void LANGUAGE sql AS $$
    DELETE FROM timetable_classsession WHERE meeting_id = the_meeting;
    DELETE FROM timetable_scheduleslot WHERE meeting_id = the_meeting;
    DELETE FROM timetable_meetingperson WHERE meeting_id = the_meeting;
    DELETE FROM batches_subjectfaculty WHERE batch_id = the_meeting;
    DELETE FROM timetable_meeting WHERE id = the_meeting;
$$;

-- What was planned by hand in a batch that is cancelled is cancelled too.
CREATE OR REPLACE FUNCTION muster_cancel_sessions(the_batch uuid) RETURNS void LANGUAGE sql AS $$
    UPDATE timetable_classsession AS session SET status = 'cancelled', version = session.version + 1, updated_at = now()
    FROM timetable_meeting AS meeting
    WHERE meeting.id = the_batch AND session.meeting_id = meeting.id
    AND session.status = 'scheduled' AND NOT session.is_locked
    AND muster_moment(session.date + coalesce(session.start_time, '23:59'), meeting.time_zone) > now();
$$;
