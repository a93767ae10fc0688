-- A planned session that falls away takes its name out of the notices, which then go by the day. Where the same is
-- announced already, one of the two is enough.

CREATE OR REPLACE FUNCTION muster_forget_session() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE attendance_absencenotice AS notice
    SET session_id = NULL, updated_at = clock_timestamp(),
        status = CASE WHEN said.already THEN 'withdrawn' ELSE notice.status END,
        withdrawn_at = CASE WHEN said.already THEN clock_timestamp() ELSE notice.withdrawn_at END
    FROM (
        SELECT one.id, one.status = 'announced' AND EXISTS (
            SELECT FROM attendance_absencenotice AS other
            WHERE other.student_id = one.student_id AND other.institution_id = one.institution_id
            AND other.enrollment_id IS NOT DISTINCT FROM one.enrollment_id AND other.session_id IS NULL
            AND (other.first_date, other.last_date, other.status) = (one.first_date, one.last_date, 'announced')
        ) AS already
        FROM attendance_absencenotice AS one WHERE one.session_id = OLD.id
    ) AS said
    WHERE notice.id = said.id;
    RETURN OLD;
END $$;
