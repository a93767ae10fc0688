"""What the database itself refuses or keeps up to date around batches. Written as functions so that models read as tables."""

from __future__ import annotations

import pgtrigger

from muster.core.triggers import Trigger, derived, refusal, refusing_trigger
from muster.timetable.triggers import after_statement

ARCHIVED = "archived_batch_does_not_change"

# What may still change in an archived batch: nothing but being un-archived, and the clocks of the row itself.
# The counters have a guard of their own.
ARCHIVE_COLUMNS = ("archived_at", "archived_by_id", "updated_at", "version", "enrolled_students", "seats_offered")

counters_are_kept = derived(
    "seat_counters_are_kept",
    "enrolled_students",
    "seats_offered",
    refused_as="seat_counters_follow_the_rows",
    reason="Seats are counted by the database",
)
counters_begin_at_nothing = refusing_trigger(
    "seat_counters_begin_at_nothing",
    operation=pgtrigger.Insert,
    when="(NEW.enrolled_students, NEW.seats_offered) <> (0, 0)",
    reason="Seats are counted by the database",
    refused_as="seat_counters_follow_the_rows",
)

archived_is_frozen = Trigger(
    name="archived_batch_is_frozen",
    when=pgtrigger.Before,
    operation=pgtrigger.Update | pgtrigger.Delete,
    func=f"""
        IF OLD.archived_at IS NOT NULL THEN
            IF TG_OP = 'DELETE' THEN
                {refusal(ARCHIVED, "An archived batch does not change")}
            ELSIF NEW.archived_at IS NOT NULL
            OR to_jsonb(NEW) - '{{{",".join(ARCHIVE_COLUMNS)}}}'::text[]
                IS DISTINCT FROM to_jsonb(OLD) - '{{{",".join(ARCHIVE_COLUMNS)}}}'::text[] THEN
                {refusal(ARCHIVED, "An archived batch does not change")}
            END IF;
        END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    """,
)

status_moves = refusing_trigger(
    "status_makes_allowed_moves",
    operation=pgtrigger.UpdateOf("status"),
    when="""
        OLD.status IS DISTINCT FROM NEW.status
        AND (OLD.status, NEW.status) NOT IN (
            ('Upcoming', 'Active'), ('Active', 'Completed'), ('Upcoming', 'Cancelled'), ('Active', 'Cancelled')
        )
    """,
    reason="A batch moves from Upcoming to Active to Completed, or is cancelled before that",
)


def batch_is_open(
    name: str,
    batch: str = "{row}.batch_id",
    *,
    operation: pgtrigger.Operation = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
    allowed: tuple[str, ...] = (),
) -> Trigger:
    """Rows hanging on an archived batch, which `batch` finds for a row, do not change, but for the columns `allowed`.

    Takes the batch row in share mode first, so that archiving and the change never pass each other.
    """
    ignored = "{" + ",".join(allowed) + "}"
    unchanged = (
        f"TG_OP = 'UPDATE' AND to_jsonb(NEW) - '{ignored}'::text[] IS NOT DISTINCT FROM to_jsonb(OLD) - '{ignored}'::text[]"
        if allowed
        else "FALSE"
    )
    return Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=operation,
        declare=[("frozen_batch", "uuid")],
        func=f"""
            IF NOT ({unchanged}) THEN
                SELECT id INTO frozen_batch FROM (
                    SELECT id, archived_at FROM batches_batch
                    WHERE id IN (
                        CASE WHEN TG_OP <> 'DELETE' THEN {batch.format(row="NEW")} END,
                        CASE WHEN TG_OP <> 'INSERT' THEN {batch.format(row="OLD")} END
                    )
                    ORDER BY id FOR SHARE
                ) AS held WHERE archived_at IS NOT NULL LIMIT 1;
                IF frozen_batch IS NOT NULL THEN
                    {refusal(ARCHIVED, "An archived batch does not change")}
                END IF;
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        """,
    )


# --- meetings ---------------------------------------------------------------------------------------------------------
own_meeting_comes = Trigger(
    name="own_meeting_comes",
    when=pgtrigger.After,
    operation=pgtrigger.Insert,
    func="PERFORM muster_make_own_meeting(NEW); RETURN NULL;",
)

# What of a batch its meetings follow.
FOLLOWED = ("status", "start_date", "end_date", "branch_id", "archived_at", "deleted_at", "name", "code")

meetings_follow = Trigger(
    name="meetings_follow",
    when=pgtrigger.After,
    operation=pgtrigger.UpdateOf(*FOLLOWED),
    condition=pgtrigger.AnyChange(*(name.removesuffix("_id") for name in FOLLOWED)),
    func="""
        PERFORM muster_keep_meetings(ARRAY(SELECT meeting_id FROM batches_batchmeeting WHERE batch_id = NEW.id));
        IF NEW.status = 'Cancelled' AND OLD.status <> 'Cancelled' THEN
            PERFORM muster_cancel_sessions(NEW.id);
        END IF;
        RETURN NULL;
    """,
)

batch_joins = Trigger(
    name="batch_joins",
    when=pgtrigger.After,
    operation=pgtrigger.Insert,
    condition=pgtrigger.Q(new__is_own=False),
    func="PERFORM muster_keep_meetings(ARRAY[NEW.meeting_id]); RETURN NULL;",
)
batch_leaves = Trigger(
    name="batch_leaves",
    when=pgtrigger.After,
    operation=pgtrigger.Delete,
    func="""
        IF OLD.is_own THEN
            PERFORM muster_drop_meeting(OLD.meeting_id);
        ELSE
            PERFORM muster_keep_meetings(ARRAY[OLD.meeting_id]);
        END IF;
        RETURN NULL;
    """,
)

THEIRS = """
    PERFORM muster_keep_meetings(ARRAY(
        SELECT DISTINCT meeting_id FROM batches_batchmeeting WHERE batch_id IN ({batches})
    ));
"""
assignments_came = after_statement(
    "assignments_came", pgtrigger.Insert, THEIRS.format(batches="SELECT batch_id FROM new_rows"), new=True
)
assignments_changed = after_statement(
    "assignments_changed",
    pgtrigger.Update,
    THEIRS.format(batches="SELECT batch_id FROM new_rows UNION SELECT batch_id FROM old_rows"),
    old=True,
    new=True,
)
assignments_went = after_statement(
    "assignments_went", pgtrigger.Delete, THEIRS.format(batches="SELECT batch_id FROM old_rows"), old=True
)

# Who teaches a batch that runs, today or later, must be an active instructor now. The affiliation and the memberships
# are locked, after the batch, so that nobody leaves or loses the role between the question and the commit.
teacher_holds_the_role = Trigger(
    name="teacher_of_running_batch_holds_the_role",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("instructor_id", "batch_id", "from_date", "until_date"),
    condition=pgtrigger.Condition("NEW.until_date IS NULL OR NEW.until_date >= NEW.from_date"),
    func=f"""
        IF EXISTS (
            SELECT FROM batches_batch AS batch
            JOIN institutions_institution AS institution ON institution.id = batch.institution_id
            WHERE batch.id = NEW.batch_id AND batch.status IN ('Upcoming', 'Active') AND batch.deleted_at IS NULL
            AND coalesce(NEW.until_date, 'infinity') >= (now() AT TIME ZONE institution.time_zone)::date
        ) THEN
            PERFORM FROM institutions_affiliation
            WHERE institution_id = NEW.institution_id AND user_id = NEW.instructor_id FOR SHARE;
            PERFORM FROM institutions_membership
            WHERE institution_id = NEW.institution_id AND user_id = NEW.instructor_id AND role = 'instructor'
            ORDER BY id FOR KEY SHARE;
            IF NOT EXISTS (
                SELECT FROM institutions_membership AS membership
                JOIN institutions_affiliation AS affiliation
                    ON affiliation.institution_id = membership.institution_id
                    AND affiliation.user_id = membership.user_id
                JOIN accounts_user AS account ON account.id = membership.user_id
                WHERE membership.institution_id = NEW.institution_id AND membership.user_id = NEW.instructor_id
                AND membership.role = 'instructor' AND affiliation.is_active AND account.is_active
            ) THEN
                {refusal("teacher_holds_the_role", "Assigned instructor must have instructor role")}
            END IF;
        END IF;
        RETURN NEW;
    """,
)
