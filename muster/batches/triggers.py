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


def meeting_is_open_for(name: str) -> pgtrigger.Trigger:
    """Sessions of a shared meeting whose batches are all archived do not change, and none is added."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("open_batches", "integer")],
        func=f"""
            IF NEW.shared_meeting_id IS NOT NULL OR OLD.shared_meeting_id IS NOT NULL THEN
                -- Held, so that archiving and the change never pass each other.
                SELECT count(*) FILTER (WHERE archived_at IS NULL) INTO open_batches FROM (
                    SELECT batch.archived_at FROM batches_batch AS batch
                    JOIN batches_meetingmember AS member ON member.batch_id = batch.id
                    WHERE member.shared_meeting_id = coalesce(NEW.shared_meeting_id, OLD.shared_meeting_id)
                    ORDER BY batch.id FOR SHARE OF batch
                ) AS held;
                IF open_batches = 0 AND EXISTS (
                    SELECT FROM batches_meetingmember
                    WHERE shared_meeting_id = coalesce(NEW.shared_meeting_id, OLD.shared_meeting_id)
                ) THEN
                    {refusal(ARCHIVED, "An archived batch does not change")}
                END IF;
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        """,
    )


# What may change in a locked session: the lock, and the slot that let go of it.
LOCK_COLUMNS = ("is_locked", "locked_at", "locked_by_id", "slot_id", "version", "updated_at")

locked_session_is_frozen = pgtrigger.Trigger(
    name="locked_session_is_frozen",
    when=pgtrigger.Before,
    operation=pgtrigger.Update | pgtrigger.Delete,
    condition=pgtrigger.Q(old__is_locked=True),
    func=f"""
        IF TG_OP = 'DELETE' OR (NEW.slot_id IS NOT NULL AND NEW.slot_id IS DISTINCT FROM OLD.slot_id)
        OR to_jsonb(NEW) - '{{{",".join(LOCK_COLUMNS)}}}'::text[]
            IS DISTINCT FROM to_jsonb(OLD) - '{{{",".join(LOCK_COLUMNS)}}}'::text[] THEN
            {refusal("locked_register_does_not_change", "A locked register does not change")}
        END IF;
        RETURN NEW;
    """,
)

session_counts_its_changes = pgtrigger.Trigger(
    name="session_counts_its_changes",
    when=pgtrigger.Before,
    operation=pgtrigger.Update,
    func="""
        IF (NEW.date, NEW.start_time, NEW.end_time, NEW.room_id, NEW.location, NEW.status = 'cancelled')
            IS DISTINCT FROM (OLD.date, OLD.start_time, OLD.end_time, OLD.room_id, OLD.location, OLD.status = 'cancelled')
        THEN
            NEW.sequence = OLD.sequence + 1;
        END IF;
        RETURN NEW;
    """,
)

# What of a session decides on its bookings. Marking, locking and notes change nothing of it, and book nothing anew.
BOOKED = (
    "{0}.date, {0}.start_time, {0}.end_time, {0}.room_id, {0}.instructor_id, {0}.is_edited, {0}.slot_id, {0}.batch_id, "
    "{0}.shared_meeting_id, {0}.status = 'cancelled'"
)

# A session that stands for itself takes the hour of its slot; one that falls back to its slot gives it back.
rebook_session = pgtrigger.Trigger(
    name="rebook_session",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
    func=f"""
        IF TG_OP = 'DELETE' THEN
            IF OLD.is_edited THEN PERFORM muster_rebook_slot(OLD.slot_id); END IF;
        ELSIF TG_OP = 'UPDATE' AND ({BOOKED.format("NEW")}) IS NOT DISTINCT FROM ({BOOKED.format("OLD")}) THEN
            NULL;
        ELSIF NEW.is_edited THEN
            PERFORM muster_rebook_slot(NEW.slot_id);
            PERFORM muster_rebook_session(NEW.id);
        ELSIF TG_OP = 'UPDATE' AND OLD.is_edited THEN
            PERFORM muster_rebook_session(NEW.id);
            PERFORM muster_rebook_slot(NEW.slot_id);
        END IF;
        RETURN NULL;
    """,
)

unbook_session = pgtrigger.Trigger(
    name="unbook_session",
    when=pgtrigger.Before,
    operation=pgtrigger.Delete,
    condition=pgtrigger.Q(old__is_edited=True),
    func="DELETE FROM batches_booking WHERE session_id = OLD.id; RETURN OLD;",
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
    func="""
        DELETE FROM batches_booking WHERE slot_id = OLD.id;
        -- What was planned from it goes with it; what was held, edited, locked or is past stays without it.
        PERFORM muster_drop_sessions(OLD.id);
        UPDATE batches_classsession SET slot_id = NULL WHERE slot_id = OLD.id;
        RETURN OLD;
    """,
)


def make_sessions(name: str, operation: pgtrigger.Operation) -> pgtrigger.Trigger:
    """Keep the sessions of slots in step with them, all slots of one statement at once."""
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(new="new_slots"),
        func="PERFORM muster_make_sessions(ARRAY(SELECT id FROM new_slots)); RETURN NULL;",
    )


# What decides on which days a batch meets.
keep_sessions = pgtrigger.Trigger(
    name="keep_sessions",
    when=pgtrigger.After,
    operation=pgtrigger.UpdateOf("status", "start_date", "end_date", "branch_id", "archived_at", "deleted_at"),
    condition=pgtrigger.AnyChange("status", "start_date", "end_date", "branch", "archived_at", "deleted_at"),
    func="PERFORM muster_keep_sessions(NEW.id); RETURN NULL;",
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
        PERFORM muster_rebook_session(session.id) FROM batches_classsession AS session
        WHERE session.is_edited AND session.shared_meeting_id IN (
            CASE WHEN TG_OP <> 'DELETE' THEN NEW.shared_meeting_id END,
            CASE WHEN TG_OP <> 'INSERT' THEN OLD.shared_meeting_id END
        );
        PERFORM muster_make_sessions(ARRAY(
            SELECT id FROM batches_scheduleslot WHERE shared_meeting_id IN (
                CASE WHEN TG_OP <> 'DELETE' THEN NEW.shared_meeting_id END,
                CASE WHEN TG_OP <> 'INSERT' THEN OLD.shared_meeting_id END
            )
        ));
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
