"""What the database itself refuses or keeps up to date around batches. What each trigger does stands in `sql/`."""

from __future__ import annotations

from typing import Any

import pgtrigger

from muster.core.sql import Body
from muster.core.triggers import Trigger, derived, refusing_trigger
from muster.timetable.triggers import after_statement

COUNTED: dict[str, Any] = {
    "refused_as": "seat_counters_follow_the_rows",
    "reason": "Seats are counted by the database",
}
counters_are_kept = derived("seat_counters_are_kept", "enrolled_students", "seats_offered", **COUNTED)
counters_begin_at_nothing = refusing_trigger(
    "seat_counters_begin_at_nothing",
    operation=pgtrigger.Insert,
    when="(NEW.enrolled_students, NEW.seats_offered) <> (0, 0)",
    **COUNTED,
)
archived_is_frozen = Trigger(
    name="archived_batch_is_frozen",
    when=pgtrigger.Before,
    operation=pgtrigger.Update | pgtrigger.Delete,
    func=Body("batches", "archived_batch_is_frozen"),
)
status_moves = refusing_trigger(
    "status_makes_allowed_moves",
    operation=pgtrigger.UpdateOf("status"),
    when="""
        OLD.status IS DISTINCT FROM NEW.status
        AND (OLD.status, NEW.status) NOT IN (
            ('Upcoming', 'Active'), ('Active', 'Completed'), ('Upcoming', 'Cancelled'), ('Active', 'Cancelled'),
            -- A status that was pinned goes by the dates again; what is closed is reopened.
            ('Active', 'Upcoming'), ('Completed', 'Upcoming'), ('Completed', 'Active'),
            ('Cancelled', 'Upcoming'), ('Cancelled', 'Active')
        )
    """,
    reason="A batch moves from Upcoming to Active to Completed, or is cancelled before that, unless it is reopened",
)
# A rollover that is executed or reverted moves it, by a trigger of its own.
semester_is_moved_by_rollover = derived(
    "semester_is_moved_by_rollover",
    "current_semester",
    refused_as="semester_moves_by_rollover_alone",
    reason="The semester of a batch moves by rollover alone",
)


def batch_is_open(
    name: str,
    batch: str = "{0}.batch_id",
    *,
    operation: pgtrigger.Operation = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
    allowed: tuple[str, ...] = (),
    counts_seats: bool = False,
    condition: str = "",
) -> Trigger:
    """Rows hanging on an archived batch, which `batch` finds for a row, do not change, but for the columns `allowed`.

    Takes the batch row first, so that archiving and the change never pass each other: in share mode, or as whoever
    counts its seats does where other triggers of the table go on to count.
    """
    free = "'{" + ",".join(allowed) + "}'::text[]"
    unchanged = f"TG_OP = 'UPDATE' AND to_jsonb(NEW) - {free} = to_jsonb(OLD) - {free}" if allowed else "FALSE"
    both = f"{batch.format('OLD')}, {batch.format('NEW')}"
    return Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=operation,
        condition=pgtrigger.Condition(condition) if condition else None,
        func=f"""
            IF NOT ({unchanged}) THEN
                PERFORM muster_must_be_open_batches(ARRAY[{both}]{", TRUE" if counts_seats else ""});
            END IF;
            RETURN coalesce(NEW, OLD);
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
    func=Body("batches", "meetings_follow"),
)
batch_joins = Trigger(
    name="batch_joins",
    when=pgtrigger.After,
    operation=pgtrigger.Insert,
    condition=pgtrigger.Q(new__is_own=False),
    func="PERFORM muster_keep_meetings(ARRAY[NEW.meeting_id]); RETURN NULL;",
)
batch_leaves = Trigger(
    name="batch_leaves", when=pgtrigger.After, operation=pgtrigger.Delete, func=Body("batches", "batch_leaves")
)

KEEP = "PERFORM muster_keep_meetings_of(ARRAY({}));"
CAME, WENT = "SELECT batch_id FROM new_rows", "SELECT batch_id FROM old_rows"
assignments_came = after_statement("assignments_came", pgtrigger.Insert, KEEP.format(CAME))
assignments_changed = after_statement("assignments_changed", pgtrigger.Update, KEEP.format(f"{CAME} UNION {WENT}"))
assignments_went = after_statement("assignments_went", pgtrigger.Delete, KEEP.format(WENT))
faculty_came = after_statement("faculty_came", pgtrigger.Insert, KEEP.format(CAME))
faculty_changed = after_statement("faculty_changed", pgtrigger.Update, KEEP.format(f"{CAME} UNION {WENT}"))
faculty_went = after_statement("faculty_went", pgtrigger.Delete, KEEP.format(WENT))

teacher_holds_the_role = Trigger(
    name="teacher_of_running_batch_holds_the_role",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("instructor_id", "batch_id", "from_date", "until_date"),
    condition=pgtrigger.Condition("NEW.until_date IS NULL OR NEW.until_date >= NEW.from_date"),
    func=Body("batches", "teacher_holds_the_role"),
)
