"""What the database itself refuses or keeps up to date in attendance.

A register is marked in one statement, so what is asked of its rows is asked once for all of them, after the statement:
whatever lock the answer needs is taken then, and a refusal undoes the statement.
"""

from __future__ import annotations

import pgtrigger

from muster.batches.triggers import batch_is_open
from muster.core.sql import Body
from muster.core.triggers import Trigger, refusing_trigger
from muster.enrollments.triggers import OF_ENROLLMENT
from muster.timetable.triggers import meeting_is_open

marks_are_kept = Trigger(
    name="marks_are_kept",
    when=pgtrigger.After,
    level=pgtrigger.Statement,
    operation=pgtrigger.Insert,
    referencing=pgtrigger.Referencing(new="new_marks"),
    func=Body("attendance", "marks_are_kept"),
)

changed_marks_are_kept = Trigger(
    name="changed_marks_are_kept",
    when=pgtrigger.After,
    level=pgtrigger.Statement,
    operation=pgtrigger.Update,
    referencing=pgtrigger.Referencing(old="old_marks", new="new_marks"),
    func=Body("attendance", "marks_are_kept"),
)

# A session that falls away takes its name out of notices of other batches that meet in it, one of them archived.
archived_notice_is_frozen = batch_is_open(
    "archived_notice_is_frozen", OF_ENROLLMENT, condition="pg_trigger_depth() = 0"
)
archived_correction_is_frozen = batch_is_open("archived_correction_is_frozen", OF_ENROLLMENT)
archived_unlock_is_frozen = meeting_is_open("archived_unlock_is_frozen")
archived_low_attendance_is_frozen = batch_is_open("archived_low_attendance_is_frozen", OF_ENROLLMENT)
archived_chase_is_frozen = meeting_is_open("archived_chase_is_frozen")
archived_signature_is_frozen = meeting_is_open("archived_signature_is_frozen")
archived_scan_is_frozen = meeting_is_open("archived_scan_is_frozen")

signature_is_of_who_locked = refusing_trigger(
    "signature_is_of_who_locked_the_register",
    operation=pgtrigger.Insert,
    # Held in share mode, so that nobody unlocks it meanwhile.
    first="PERFORM FROM timetable_classsession WHERE id = NEW.session_id FOR SHARE;",
    when="""NOT EXISTS (
        SELECT FROM timetable_classsession AS class WHERE class.id = NEW.session_id
        AND class.is_locked AND class.locked_at = NEW.signed_at AND class.locked_by_id = NEW.signed_by_id
    )""",
    reason="A register is signed by whoever locks it, when it is locked",
)

signature_is_only_added_to = refusing_trigger(
    "signature_is_only_added_to",
    operation=pgtrigger.Update | pgtrigger.Delete,
    when="TRUE",
    reason="A signature does not change; unlocking the register voids it",
)

scan_is_only_added_to = refusing_trigger(
    "scan_is_only_added_to",
    operation=pgtrigger.Update | pgtrigger.Delete,
    when="TRUE",
    reason="A signed sheet stays; another one is added",
)

record_keeps_its_place = refusing_trigger(
    "record_keeps_its_place",
    operation=pgtrigger.UpdateOf("institution_id", "enrollment_id", "session_id", "record_date"),
    when="""(NEW.institution_id, NEW.enrollment_id, NEW.session_id, NEW.record_date)
        IS DISTINCT FROM (OLD.institution_id, OLD.enrollment_id, OLD.session_id, OLD.record_date)""",
    reason="A record stays with its learner, session and date",
)

record_is_never_deleted = refusing_trigger(
    "record_is_cleared_and_never_deleted",
    operation=pgtrigger.Delete,
    when="TRUE",
    reason="A mark is cleared, and never deleted",
)

log_is_only_added_to = refusing_trigger(
    "mark_log_is_only_added_to",
    operation=pgtrigger.Update | pgtrigger.Delete,
    when="TRUE",
    reason="The log of marks is only added to",
)


evidence_stays_with_its_register = Trigger(
    name="evidence_stays_with_its_register",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    func=Body("attendance", "evidence_stays_with_its_register"),
)

# What may change: that it is hung on a record too, and that its file goes.
CHANGING = ("record_id", "file", "removed_at", "removed_by_id", "updated_at")

evidence_keeps_its_file = refusing_trigger(
    "evidence_keeps_its_file",
    operation=pgtrigger.Update,
    when=f"""to_jsonb(NEW) - '{{{",".join(CHANGING)}}}'::text[] <> to_jsonb(OLD) - '{{{",".join(CHANGING)}}}'::text[]
        OR (OLD.record_id IS NOT NULL AND NEW.record_id IS DISTINCT FROM OLD.record_id)
        OR (NEW.file <> OLD.file AND NEW.file <> '') OR OLD.removed_at IS NOT NULL""",
    reason="Evidence does not change; it is removed and sent anew",
)

evidence_is_never_deleted = refusing_trigger(
    "evidence_is_removed_and_never_deleted",
    operation=pgtrigger.Delete,
    when="TRUE",
    reason="The file is removed; that it was there stays",
)

looks_are_only_added_to = refusing_trigger(
    "looks_are_only_added_to",
    operation=pgtrigger.Update | pgtrigger.Delete,
    when="TRUE",
    reason="Who looked is only added to",
)

notice_is_of_the_learner = refusing_trigger(
    "notice_is_of_the_learner",
    operation=pgtrigger.Insert,
    when="""NEW.enrollment_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM enrollments_enrollment WHERE id = NEW.enrollment_id AND student_id = NEW.student_id
    )""",
    reason="The enrollment is of another learner",
)

SAID = ("institution_id", "student_id", "enrollment_id", "first_date", "last_date", "reason", "announced_by_id")

notice_keeps_what_it_says = refusing_trigger(
    "notice_keeps_what_it_says",
    operation=pgtrigger.Update | pgtrigger.Delete,
    when=f"""TG_OP = 'DELETE' OR ({", ".join(f"NEW.{name}" for name in SAID)})
        IS DISTINCT FROM ({", ".join(f"OLD.{name}" for name in SAID)})
        OR (NEW.session_id IS NOT NULL AND NEW.session_id IS DISTINCT FROM OLD.session_id)
        OR (OLD.status = 'withdrawn' AND NEW.status <> 'withdrawn')""",
    reason="What was announced does not change; it is withdrawn",
)

ASKED = ("institution_id", "enrollment_id", "session_id", "notice_id", "from_status", "to_status", "asked_by_id")

correction_is_decided_once = refusing_trigger(
    "correction_is_decided_once",
    operation=pgtrigger.Insert | pgtrigger.Update,
    when=f"""(TG_OP = 'INSERT' AND NEW.status <> 'pending') OR (TG_OP = 'UPDATE' AND (OLD.status <> 'pending'
        OR ({", ".join(f"NEW.{name}" for name in ASKED)})
        IS DISTINCT FROM ({", ".join(f"OLD.{name}" for name in ASKED)})))""",
    reason="A correction is asked for, then decided once",
)

correction_is_never_deleted = refusing_trigger(
    "correction_is_never_deleted",
    operation=pgtrigger.Delete,
    when="TRUE",
    reason="What was asked and decided stays",
)

UNLOCK_ASKED = ("institution_id", "session_id", "reason", "asked_by_id")

unlock_is_decided_once = refusing_trigger(
    "unlock_is_decided_once",
    operation=pgtrigger.Insert | pgtrigger.Update,
    when=f"""(TG_OP = 'INSERT' AND NEW.status <> 'pending') OR (TG_OP = 'UPDATE' AND (OLD.status <> 'pending'
        OR ({", ".join(f"NEW.{name}" for name in UNLOCK_ASKED)})
        IS DISTINCT FROM ({", ".join(f"OLD.{name}" for name in UNLOCK_ASKED)})))""",
    reason="An unlock is asked for, then decided once",
)

unlock_is_never_deleted = refusing_trigger(
    "unlock_is_never_deleted",
    operation=pgtrigger.Delete,
    when="TRUE",
    reason="What was asked and decided stays",
)
