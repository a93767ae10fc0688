-- Inside another trigger (depth 2) the counters follow the enrollments; at depth 1 somebody sets them by hand.
IF pg_trigger_depth() = 1 THEN
    IF TG_OP = 'INSERT' AND (NEW.enrolled_students, NEW.seats_offered) IS DISTINCT FROM (0, 0)
    OR TG_OP = 'UPDATE' AND (NEW.enrolled_students, NEW.seats_offered)
        IS DISTINCT FROM (OLD.enrolled_students, OLD.seats_offered) THEN
        RAISE EXCEPTION 'Seats are counted by the database'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'seat_counters_follow_the_rows';
    END IF;
END IF;
RETURN NEW;
