"""What the database itself refuses or keeps up to date around marks.

A register is marked in one statement, so what is asked of its rows is asked once for all of them, after the statement:
whatever lock the answer needs is taken then, and a refusal undoes the statement.
"""

from __future__ import annotations

import pgtrigger

from muster.core.triggers import refusal, refusing

LOCKED = "locked_register_does_not_change"
ARCHIVED = "archived_batch_does_not_change"
CANCELLED = "cancelled_session_has_no_marks"
ELSEWHERE = "record_is_of_a_learner_of_the_session"

# Parents first: the batches, then the sessions. The session is moved to held before it is taken in share mode, since
# two who both hold it so could not both go on to change it.
ALLOWED = f"""
    IF NOT EXISTS (SELECT FROM new_marks) THEN RETURN NULL; END IF;
    SELECT count(archived_at) INTO found FROM (
        SELECT batch.archived_at FROM batches_batch AS batch
        WHERE batch.id = ANY(ARRAY(
            SELECT DISTINCT batch_id FROM enrollments_enrollment
            WHERE id = ANY(ARRAY(SELECT enrollment_id FROM new_marks))
        ))
        ORDER BY batch.id FOR SHARE
    ) AS batches;
    IF found > 0 THEN
        {refusal(ARCHIVED, "An archived batch does not change")}
    END IF;
    UPDATE timetable_classsession SET status = 'held', updated_at = clock_timestamp()
    WHERE status = 'scheduled' AND NOT is_locked
    AND id IN (SELECT session_id FROM new_marks WHERE status IS NOT NULL);
    SELECT count(*) FILTER (WHERE is_locked), count(*) FILTER (WHERE status = 'cancelled') INTO found, cancelled FROM (
        SELECT is_locked, status FROM timetable_classsession
        WHERE id IN (SELECT session_id FROM new_marks) ORDER BY id FOR SHARE
    ) AS sessions;
    IF found > 0 THEN
        {refusal(LOCKED, "Register is locked")}
    END IF;
    IF cancelled > 0 THEN
        {refusal(CANCELLED, "A cancelled session has no marks")}
    END IF;
"""

# The register of a session is of the batch, or of the batches that share the meeting.
IN_PLACE = f"""
    IF EXISTS (
        SELECT FROM new_marks AS mark
        JOIN timetable_classsession AS class ON class.id = mark.session_id
        JOIN enrollments_enrollment AS enrollment ON enrollment.id = mark.enrollment_id
        WHERE class.date <> mark.record_date OR NOT EXISTS (
            SELECT FROM batches_batchmeeting AS link
            WHERE link.meeting_id = class.meeting_id AND link.batch_id = enrollment.batch_id
        )
    ) THEN
        {refusal(ELSEWHERE, "The learner is of another batch than the session, or the date is another")}
    END IF;
"""

MARKS = ("PRESENT", "ABSENT", "LATE", "EXCUSED")
COLUMNS = "institution_id, session_id, enrollment_id, record_date, status, minutes_late, notes, marked_by_id, marked_at, said_at"
CONTEXT = "coalesce(nullif(current_setting('pghistory.context_metadata', TRUE), ''), '{}')::jsonb"


def logged(changed: str) -> str:
    """Every mark that comes to stand is added to the log; the same mark sent again is there already."""
    columns = ", ".join(f"mark.{column}" for column in COLUMNS.split(", "))
    return f"""
        INSERT INTO attendance_markentry ({COLUMNS}, stood, received_at, context)
        SELECT {columns}, TRUE, clock_timestamp(), {CONTEXT} FROM {changed}
        ON CONFLICT DO NOTHING;
    """


def tallied(rows: str) -> str:
    """Differences, not counts: two who mark at once wait for each other here, and neither sees the other's rows."""
    sums = ", ".join(f"coalesce(sum(mark.number) FILTER (WHERE mark.status = '{word}'), 0)" for word in MARKS)
    added = ", ".join(f"{word.lower()} = tally.{word.lower()} + excluded.{word.lower()}" for word in MARKS)
    return f"""
        INSERT INTO attendance_batchtally AS tally (session_id, batch_id, institution_id, {", ".join(MARKS).lower()})
        SELECT mark.session_id, enrollment.batch_id, mark.institution_id, {sums}
        FROM ({rows}) AS mark JOIN enrollments_enrollment AS enrollment ON enrollment.id = mark.enrollment_id
        WHERE mark.session_id IS NOT NULL
        GROUP BY mark.session_id, enrollment.batch_id, mark.institution_id
        ORDER BY mark.session_id, enrollment.batch_id
        ON CONFLICT (session_id, batch_id) DO UPDATE SET {added};
    """


ROW = "SELECT session_id, enrollment_id, institution_id, status, {number} AS number FROM {table}"
DECLARED = [("found", "bigint"), ("cancelled", "bigint")]

marks_are_kept = pgtrigger.Trigger(
    name="marks_are_kept",
    when=pgtrigger.After,
    level=pgtrigger.Statement,
    operation=pgtrigger.Insert,
    referencing=pgtrigger.Referencing(new="new_marks"),
    declare=DECLARED,
    func=f"""
        {ALLOWED}
        {IN_PLACE}
        {logged("new_marks AS mark")}
        {tallied(ROW.format(number=1, table="new_marks"))}
        RETURN NULL;
    """,
)

changed_marks_are_kept = pgtrigger.Trigger(
    name="changed_marks_are_kept",
    when=pgtrigger.After,
    level=pgtrigger.Statement,
    operation=pgtrigger.Update,
    referencing=pgtrigger.Referencing(old="old_marks", new="new_marks"),
    declare=DECLARED,
    func=f"""
        {ALLOWED}
        {
        logged(
            "new_marks AS mark JOIN old_marks AS before ON before.id = mark.id "
            "WHERE (mark.status, mark.minutes_late, mark.notes, mark.marked_at) "
            "IS DISTINCT FROM (before.status, before.minutes_late, before.notes, before.marked_at)"
        )
    }
        {tallied(ROW.format(number=1, table="new_marks") + " UNION ALL " + ROW.format(number=-1, table="old_marks"))}
        RETURN NULL;
    """,
)

record_keeps_its_place = pgtrigger.Trigger(
    name="record_keeps_its_place",
    when=pgtrigger.Before,
    operation=pgtrigger.UpdateOf("institution_id", "enrollment_id", "session_id", "record_date"),
    func=f"""
        IF (NEW.institution_id, NEW.enrollment_id, NEW.session_id, NEW.record_date)
            IS DISTINCT FROM (OLD.institution_id, OLD.enrollment_id, OLD.session_id, OLD.record_date) THEN
            {refusal("record_keeps_its_place", "A record stays with its learner, session and date")}
        END IF;
        RETURN NEW;
    """,
)

record_is_never_deleted = refusing(
    "record_is_cleared_and_never_deleted",
    operation=pgtrigger.Delete,
    when="TRUE",
    reason="A mark is cleared, and never deleted",
)

log_is_only_added_to = refusing(
    "mark_log_is_only_added_to",
    operation=pgtrigger.Update | pgtrigger.Delete,
    when="TRUE",
    reason="The log of marks is only added to",
)
