"""What the database itself refuses or keeps up to date around seats."""

from __future__ import annotations

import pgtrigger

from muster.batches.triggers import batch_is_open
from muster.core.triggers import refusal

enrollment_keeps_its_place = pgtrigger.Trigger(
    name="enrollment_keeps_its_place",
    when=pgtrigger.Before,
    operation=pgtrigger.UpdateOf("batch_id", "course_id", "student_id", "institution_id"),
    func=f"""
        IF (OLD.batch_id, OLD.course_id, OLD.student_id, OLD.institution_id)
            IS DISTINCT FROM (NEW.batch_id, NEW.course_id, NEW.student_id, NEW.institution_id) THEN
            {refusal("enrollment_keeps_its_place", "An enrollment stays with its student, course and batch")}
        END IF;
        RETURN NEW;
    """,
)

# The batch row is locked before its seats are counted, so that two callers never count the same seat.
seat_is_in_an_open_batch = pgtrigger.Trigger(
    name="seat_is_in_an_open_batch",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("status"),
    declare=[("archived", "timestamptz"), ("deleted", "timestamptz"), ("batch_course", "uuid")],
    func=f"""
        IF NEW.batch_id IS NULL THEN
            NEW.frozen := FALSE;
            RETURN NEW;
        END IF;
        SELECT archived_at, deleted_at, course_id INTO archived, deleted, batch_course
        FROM batches_batch WHERE id = NEW.batch_id FOR NO KEY UPDATE;
        NEW.frozen := archived IS NOT NULL;
        IF NEW.status IN ('active', 'on_hold') AND deleted IS NOT NULL THEN
            {refusal("deleted_batch_has_no_students", "A deleted batch takes no students")}
        END IF;
        IF batch_course IS DISTINCT FROM NEW.course_id THEN
            {refusal("enrollment_is_in_the_batch_course", "The batch belongs to another course")}
        END IF;
        RETURN NEW;
    """,
)

# enrolled_students = active + on_hold, always. The check on the batch refuses the seat that is not there.
seats_are_counted = pgtrigger.Trigger(
    name="seats_are_counted",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("status") | pgtrigger.Delete,
    declare=[("before", "integer := 0"), ("after", "integer := 0")],
    func="""
        IF TG_OP <> 'INSERT' THEN before := (OLD.batch_id IS NOT NULL AND OLD.status IN ('active', 'on_hold'))::integer; END IF;
        IF TG_OP <> 'DELETE' THEN after := (NEW.batch_id IS NOT NULL AND NEW.status IN ('active', 'on_hold'))::integer; END IF;
        IF after <> before THEN
            UPDATE batches_batch SET enrolled_students = enrolled_students + after - before
            WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.batch_id ELSE NEW.batch_id END;
        END IF;
        RETURN NULL;
    """,
)

# A seat period runs while the enrollment is active: who was enrolled on a date is read from it.
seat_periods_follow = pgtrigger.Trigger(
    name="seat_periods_follow",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("status"),
    declare=[("today", "date"), ("was", "boolean := FALSE"), ("is_now", "boolean")],
    func="""
        IF NEW.batch_id IS NULL THEN RETURN NULL; END IF;
        IF TG_OP = 'UPDATE' THEN was := OLD.status = 'active'; END IF;
        is_now := NEW.status = 'active';
        IF was = is_now THEN RETURN NULL; END IF;
        SELECT (clock_timestamp() AT TIME ZONE time_zone)::date INTO today
        FROM institutions_institution WHERE id = NEW.institution_id;
        IF is_now THEN
            INSERT INTO enrollments_seatperiod (institution_id, enrollment_id, batch_id, from_date)
            VALUES (NEW.institution_id, NEW.id, NEW.batch_id,
                    CASE WHEN TG_OP = 'INSERT' THEN NEW.enrollment_date ELSE today END);
        ELSE
            -- The day it ends on is no longer a day in the batch: on a transfer the new seat has it.
            UPDATE enrollments_seatperiod SET until_date = greatest(today - 1, from_date - 1)
            WHERE enrollment_id = NEW.id AND until_date IS NULL;
        END IF;
        RETURN NULL;
    """,
)

archived_enrollment_is_frozen = batch_is_open(
    "archived_enrollment_is_frozen", allowed=("frozen", "access_expiry_date", "updated_at")
)
