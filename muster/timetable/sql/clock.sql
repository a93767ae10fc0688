-- The zone of the clock times of a branch, else of its institution.
CREATE OR REPLACE FUNCTION muster_zone(the_institution uuid, the_branch uuid) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT nullif(time_zone, '') FROM institutions_branch WHERE id = the_branch), time_zone)
    FROM institutions_institution WHERE id = the_institution;
$$;

-- The moment of a local time. One that the clocks skip is moved forward by the gap; of one that comes twice the first
-- counts, as in calendar files (RFC 5545, 3.3.5). `timetable/clock.py` says the same.
CREATE OR REPLACE FUNCTION muster_moment(local timestamp, zone text)
RETURNS timestamptz LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    -- PostgreSQL moves forward as well, but takes the second of two.
    moment timestamptz := local AT TIME ZONE zone;
    -- How far the clocks went back within the day before it.
    back interval := ((moment - interval '24 hours') AT TIME ZONE zone) - (local - interval '24 hours');
BEGIN
    IF back > interval '0' AND (moment - back) AT TIME ZONE zone = local THEN
        RETURN moment - back;
    END IF;
    RETURN moment;
END $$;

-- When a session begins: one without times with its day. `timetable/clock.py` says the same.
CREATE OR REPLACE FUNCTION muster_beginning(day date, start_time time, zone text)
RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT muster_moment(day + coalesce(start_time, '00:00'), zone);
$$;

-- What day it is by the clock of a zone.
CREATE OR REPLACE FUNCTION muster_today(zone text) RETURNS date LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
    SELECT (clock_timestamp() AT TIME ZONE zone)::date;
$$;

-- From when to when something lasts. Where its beginning is skipped, the whole of it moves, and so keeps its length.
CREATE OR REPLACE FUNCTION muster_period(day date, start_time time, end_time time, zone text)
RETURNS tstzrange LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    starts timestamptz := muster_moment(day + start_time, zone);
BEGIN
    IF starts AT TIME ZONE zone <> day + start_time THEN
        RETURN tstzrange(starts, starts + (end_time - start_time));
    END IF;
    RETURN tstzrange(starts, muster_moment(day + end_time, zone));
END $$;

-- The dates of a weekday (Monday is 1) from the first to the last day, both included.
CREATE OR REPLACE FUNCTION muster_week_days(weekday integer, first_day date, last_day date)
RETURNS SETOF date LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20 AS $$
    SELECT first_day + days
    FROM generate_series(
        (weekday - extract(isodow FROM first_day)::integer + 7) % 7, last_day - first_day, 7
    ) AS days;
$$;

-- The holidays of an institution, those of one branch among them.
CREATE OR REPLACE FUNCTION muster_holidays(the_institution uuid, the_branch uuid)
RETURNS TABLE (first_day date, last_day date) LANGUAGE sql STABLE ROWS 20 AS $$
    SELECT start_date, end_date FROM institutions_holiday
    WHERE institution_id = the_institution AND (branch_id IS NULL OR branch_id = the_branch);
$$;
