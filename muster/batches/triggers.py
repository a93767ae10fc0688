"""What the database itself refuses or keeps up to date around batches. Written as functions so that models read as tables."""

from __future__ import annotations

import pgtrigger

from muster.core.triggers import refusal, refusing

ARCHIVED = "archived_batch_does_not_change"

# What may still change in an archived batch: nothing but being un-archived, and the clocks of the row itself.
ARCHIVE_COLUMNS = ("archived_at", "archived_by_id", "updated_at", "version")

counters_are_kept = pgtrigger.Trigger(
    name="seat_counters_are_kept",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    func=f"""
        -- Inside another trigger (depth 2) the counters follow the enrollments; at depth 1 somebody sets them by hand.
        IF pg_trigger_depth() = 1 THEN
            IF TG_OP = 'INSERT' AND (NEW.enrolled_students, NEW.seats_offered) IS DISTINCT FROM (0, 0)
            OR TG_OP = 'UPDATE' AND (NEW.enrolled_students, NEW.seats_offered)
                IS DISTINCT FROM (OLD.enrolled_students, OLD.seats_offered) THEN
                {refusal("seat_counters_follow_the_rows", "Seats are counted by the database")}
            END IF;
        END IF;
        RETURN NEW;
    """,
)

archived_is_frozen = pgtrigger.Trigger(
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

status_moves = refusing(
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

# What decides where and when a batch books its people and rooms.
rebook_batch = pgtrigger.Trigger(
    name="rebook_batch",
    when=pgtrigger.After,
    operation=pgtrigger.UpdateOf("status", "start_date", "end_date", "branch_id", "archived_at", "deleted_at"),
    func="PERFORM muster_rebook_batch(NEW.id); RETURN NEW;",
)


def batch_is_open(name: str, column: str = "batch_id", *, allowed: tuple[str, ...] = ()) -> pgtrigger.Trigger:
    """Rows hanging on an archived batch do not change, but for the columns `allowed`.

    Takes the batch row in share mode first, so that archiving and the change never pass each other.
    """
    ignored = "{" + ",".join(allowed) + "}"
    unchanged = (
        f"TG_OP = 'UPDATE' AND to_jsonb(NEW) - '{ignored}'::text[] IS NOT DISTINCT FROM to_jsonb(OLD) - '{ignored}'::text[]"
        if allowed
        else "FALSE"
    )
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("frozen_batch", "uuid")],
        func=f"""
            IF NOT ({unchanged}) THEN
                SELECT id INTO frozen_batch FROM (
                    SELECT id, archived_at FROM batches_batch
                    WHERE id IN (
                        CASE WHEN TG_OP <> 'DELETE' THEN NEW.{column} END, CASE WHEN TG_OP <> 'INSERT' THEN OLD.{column} END
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


# A shared meeting stays as long as one of its batches is open; once all are archived it is history too.
meeting_is_open = pgtrigger.Trigger(
    name="archived_meeting_is_frozen",
    when=pgtrigger.Before,
    operation=pgtrigger.Update | pgtrigger.Delete,
    func=f"""
        IF OLD.shared_meeting_id IS NOT NULL AND EXISTS (
            SELECT FROM batches_meetingmember WHERE shared_meeting_id = OLD.shared_meeting_id
        ) AND NOT EXISTS (
            SELECT FROM batches_meetingmember AS member JOIN batches_batch AS batch ON batch.id = member.batch_id
            WHERE member.shared_meeting_id = OLD.shared_meeting_id AND batch.archived_at IS NULL
        ) THEN
            {refusal(ARCHIVED, "An archived batch does not change")}
        END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    """,
)

rebook_slot = pgtrigger.Trigger(
    name="rebook_slot",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.Update,
    func="PERFORM muster_rebook_slot(NEW.id); RETURN NEW;",
)

unbook_slot = pgtrigger.Trigger(
    name="unbook_slot",
    when=pgtrigger.Before,
    operation=pgtrigger.Delete,
    func="DELETE FROM batches_booking WHERE slot_id = OLD.id; RETURN OLD;",
)


def rebook_batch_of(name: str) -> pgtrigger.Trigger:
    """Book again what the row's batch books, after the row came, changed or went."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func="""
            IF TG_OP <> 'INSERT' THEN PERFORM muster_rebook_batch(OLD.batch_id); END IF;
            IF TG_OP <> 'DELETE' AND (TG_OP = 'INSERT' OR NEW.batch_id <> OLD.batch_id) THEN
                PERFORM muster_rebook_batch(NEW.batch_id);
            END IF;
            RETURN NULL;
        """,
    )


rebook_member = pgtrigger.Trigger(
    name="rebook_member",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
    func="""
        PERFORM muster_rebook_slot(slot.id) FROM batches_scheduleslot AS slot
        WHERE slot.shared_meeting_id IN (
            CASE WHEN TG_OP <> 'DELETE' THEN NEW.shared_meeting_id END,
            CASE WHEN TG_OP <> 'INSERT' THEN OLD.shared_meeting_id END
        );
        RETURN NULL;
    """,
)

# Who teaches a batch that runs, today or later, must be an active instructor now. The affiliation and the memberships
# are locked, after the batch, so that nobody leaves or loses the role between the question and the commit.
teacher_holds_the_role = pgtrigger.Trigger(
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
