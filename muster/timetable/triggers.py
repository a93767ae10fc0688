"""What the database itself refuses or keeps up to date around meetings. The functions stand in `sql/`."""

from __future__ import annotations

import pgtrigger

from muster.core.triggers import NOT_DERIVED, NOT_THE_OWNER, GuardTrigger, Trigger, derived, refusal

# Whoever writes a meeting says where it meets; its zone follows.
zone_follows_the_branch = Trigger(
    name="zone_follows_the_branch",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("branch_id"),
    func="NEW.time_zone := muster_zone(NEW.institution_id, NEW.branch_id); RETURN NEW;",
)

# A meeting keeps people and rooms busy, and is archived, as its owner is.
state_follows_the_owner = derived(
    "meeting_state_follows_its_owner",
    "books",
    "is_archived",
    refused_as="meeting_state_follows_its_owner",
    reason="A meeting books and is archived with what it belongs to",
)

# Its owner, which is archived itself, reaches it by triggers.
archived_meeting_is_frozen = GuardTrigger(
    name="archived_meeting_is_frozen",
    when=pgtrigger.Before,
    operation=pgtrigger.Update | pgtrigger.Delete,
    condition=pgtrigger.Q(old__is_archived=True),
    func=f"""
        IF {NOT_DERIVED} THEN
            {refusal("archived_meeting_does_not_change", "An archived meeting does not change")}
        END IF;
        RETURN coalesce(NEW, OLD);
    """,
)


def after_statement(name: str, operation: pgtrigger.Operation, func: str) -> Trigger:
    """One answer to all rows of a statement, which stand in `old_rows` and `new_rows`; none where there is no row."""
    rows = "old_rows" if operation == pgtrigger.Delete else "new_rows"
    return Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(
            old=None if operation == pgtrigger.Insert else "old_rows",
            new=None if operation == pgtrigger.Delete else "new_rows",
        ),
        func=f"IF EXISTS (SELECT FROM {rows}) THEN {func} END IF; RETURN NULL;",
    )


# What decides when and whether a meeting takes place.
PLANNED = "{0}.start_date, {0}.end_date, {0}.branch_id, {0}.time_zone, {0}.books, {0}.is_archived"

meeting_changed = after_statement(
    "meeting_changed",
    pgtrigger.Update,
    f"""
        PERFORM muster_keep_timetable(ARRAY(
            SELECT new_rows.id FROM new_rows JOIN old_rows ON old_rows.id = new_rows.id
            WHERE ({PLANNED.format("new_rows")}) IS DISTINCT FROM ({PLANNED.format("old_rows")})
        ));
    """,
)

# Who comes on which days decides on the bookings of the sessions on those days, whoever else comes there.
THEIRS = """
    PERFORM muster_book(ARRAY(
        SELECT session.id FROM timetable_classsession AS session JOIN {rows} AS person
        ON person.meeting_id = session.meeting_id AND person.days @> session.date
    ));
"""
BOTH = "(SELECT * FROM new_rows UNION ALL SELECT * FROM old_rows)"
people_came = after_statement("people_came", pgtrigger.Insert, THEIRS.format(rows="new_rows"))
people_changed = after_statement("people_changed", pgtrigger.Update, THEIRS.format(rows=BOTH))
people_went = after_statement("people_went", pgtrigger.Delete, THEIRS.format(rows="old_rows"))

MUST_BE_OPEN = {
    pgtrigger.Insert: "PERFORM muster_must_be_open(ARRAY(SELECT DISTINCT meeting_id FROM new_rows));",
    pgtrigger.Update: (
        "PERFORM muster_must_be_open(ARRAY(SELECT meeting_id FROM new_rows UNION SELECT meeting_id FROM old_rows));"
    ),
    pgtrigger.Delete: "PERFORM muster_must_be_open(ARRAY(SELECT DISTINCT meeting_id FROM old_rows));",
}


OF_SESSION = "(SELECT meeting_id FROM timetable_classsession WHERE id = {0}.session_id)"


def in_open_meeting(name: str, operation: pgtrigger.Operation, func: str = "") -> Trigger:
    """The same, where an archived meeting refuses the statement."""
    return after_statement(name, operation, f"{MUST_BE_OPEN[operation]} {func}")


def meeting_is_open(name: str, meeting: str = OF_SESSION) -> Trigger:
    """Rows hanging on an archived meeting, which `meeting` finds for a row, do not change."""
    return Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=f"""
            PERFORM muster_must_be_open(ARRAY[{meeting.format("OLD")}, {meeting.format("NEW")}]);
            RETURN coalesce(NEW, OLD);
        """,
    )


MAKE_SESSIONS = "PERFORM muster_make_sessions(ARRAY(SELECT DISTINCT meeting_id FROM new_rows));"
slots_came = in_open_meeting("slots_came", pgtrigger.Insert, MAKE_SESSIONS)
slots_changed = in_open_meeting("slots_changed", pgtrigger.Update, MAKE_SESSIONS)
slots_went = in_open_meeting("slots_went", pgtrigger.Delete)
# Before the slot goes, since what refers to it may be asked for at once.
let_go_of_slot = Trigger(
    name="let_go_of_slot",
    when=pgtrigger.Before,
    operation=pgtrigger.Delete,
    func="PERFORM muster_let_go_of_slot(OLD.id); RETURN OLD;",
)

# What may change in a locked session: the lock, and the slot that let go of it.
LOCK_COLUMNS = ("is_locked", "locked_at", "locked_by_id", "slot_id", "version", "updated_at")

locked_session_is_frozen = Trigger(
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

register_is_unlocked_with_a_reason = GuardTrigger(
    name="register_is_unlocked_with_a_reason",
    when=pgtrigger.Before,
    operation=pgtrigger.UpdateOf("is_locked"),
    condition=pgtrigger.Condition("OLD.is_locked AND NOT NEW.is_locked"),
    func=f"""
        IF {NOT_THE_OWNER} OR nullif(current_setting('muster.context', TRUE), '')::jsonb ->> 'reason' IS NULL THEN
            {refusal("register_is_unlocked_with_a_reason", "A register is unlocked with a reason")}
        END IF;
        RETURN NEW;
    """,
)

register_waits_for_its_session = Trigger(
    name="register_waits_for_its_session",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("status", "is_locked", "date", "start_time"),
    condition=pgtrigger.Condition("NEW.status = 'held' OR NEW.is_locked"),
    func=f"""
        IF muster_beginning(
            NEW.date, NEW.start_time, (SELECT time_zone FROM timetable_meeting WHERE id = NEW.meeting_id)
        ) > clock_timestamp() THEN
            {refusal("register_waits_for_its_session", "A session is not held, nor its register locked, before it begins")}
        END IF;
        RETURN NEW;
    """,
)

WHERE = "{0}.date, {0}.start_time, {0}.end_time, {0}.room_id, {0}.location, {0}.status = 'cancelled'"

session_counts_its_changes = Trigger(
    name="session_counts_its_changes",
    when=pgtrigger.Before,
    operation=pgtrigger.Update,
    condition=pgtrigger.Condition(f"(({WHERE.format('NEW')}) IS DISTINCT FROM ({WHERE.format('OLD')}))"),
    func="NEW.sequence = OLD.sequence + 1; RETURN NEW;",
)

# What of a session decides on its bookings. Marking, locking and notes change nothing of it, and book nothing anew.
BOOKED = (
    "{0}.date, {0}.start_time, {0}.end_time, {0}.room_id, {0}.instructor_id, {0}.subject_id, {0}.meeting_id, "
    "{0}.status = 'cancelled'"
)

sessions_came = in_open_meeting(
    "sessions_came", pgtrigger.Insert, "PERFORM muster_book(ARRAY(SELECT id FROM new_rows));"
)
REBOOKED = f"""
    SELECT new_rows.id FROM new_rows JOIN old_rows ON old_rows.id = new_rows.id
    WHERE ({BOOKED.format("new_rows")}) IS DISTINCT FROM ({BOOKED.format("old_rows")})
"""
sessions_changed = in_open_meeting(
    "sessions_changed",
    pgtrigger.Update,
    f"IF EXISTS ({REBOOKED}) THEN PERFORM muster_book(ARRAY({REBOOKED})); END IF;",
)
sessions_went = in_open_meeting("sessions_went", pgtrigger.Delete)
# Before the session goes: what refers to it may be asked for at once.
unbook_session = Trigger(
    name="unbook_session",
    when=pgtrigger.Before,
    operation=pgtrigger.Delete,
    func="DELETE FROM timetable_booking WHERE session_id = OLD.id; RETURN OLD;",
)
