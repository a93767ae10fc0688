"""What the database itself refuses around absences, evidence and corrections."""

from __future__ import annotations

import pgtrigger

from muster.attendance.triggers.marks import ARCHIVED, LOCKED
from muster.core.triggers import refusal, refusing

# Parents first: the batch, then the session, both in share mode, so that an upload and a lock never pass each other.
OPEN_REGISTER = f"""
    SELECT record.session_id, enrollment.batch_id, enrollment.student_id INTO of_session, of_batch, learner
    FROM attendance_attendancerecord AS record
    JOIN enrollments_enrollment AS enrollment ON enrollment.id = record.enrollment_id
    WHERE record.id = NEW.record_id;
    SELECT archived_at IS NOT NULL INTO archived FROM batches_batch WHERE id = of_batch FOR SHARE;
    IF archived THEN
        {refusal(ARCHIVED, "An archived batch does not change")}
    END IF;
    SELECT is_locked INTO locked FROM timetable_classsession WHERE id = of_session FOR SHARE;
    IF locked THEN
        {refusal(LOCKED, "Register is locked")}
    END IF;
"""

# The sessions that are locked with the learner excused, on the days of a notice: its files are why.
STANDS_ON = f"""
    SELECT count(*) FILTER (WHERE excused.is_locked) INTO number FROM (
        SELECT class.is_locked FROM attendance_absencenotice AS notice
        JOIN enrollments_enrollment AS enrollment ON enrollment.student_id = notice.student_id
            AND enrollment.institution_id = notice.institution_id
            AND (notice.enrollment_id IS NULL OR enrollment.id = notice.enrollment_id)
        JOIN attendance_attendancerecord AS record ON record.enrollment_id = enrollment.id
            AND record.record_date BETWEEN notice.first_date AND notice.last_date AND record.status = 'EXCUSED'
            AND (notice.session_id IS NULL OR notice.session_id = record.session_id)
        JOIN timetable_classsession AS class ON class.id = record.session_id
        WHERE notice.id = NEW.notice_id
        ORDER BY class.id FOR SHARE OF class
    ) AS excused;
    IF number > 0 THEN
        {refusal(LOCKED, "Register is locked")}
    END IF;
"""

evidence_stays_with_its_register = pgtrigger.Trigger(
    name="evidence_stays_with_its_register",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    declare=[
        ("of_session", "uuid"),
        ("of_batch", "uuid"),
        ("learner", "uuid"),
        ("archived", "boolean"),
        ("locked", "boolean"),
        ("number", "bigint"),
    ],
    func=f"""
        IF NEW.record_id IS NOT NULL THEN
            {OPEN_REGISTER}
            IF NEW.notice_id IS NOT NULL AND NOT EXISTS (
                SELECT FROM attendance_absencenotice AS notice WHERE notice.id = NEW.notice_id
                AND notice.student_id = learner
            ) THEN
                {refusal("evidence_is_of_one_learner", "Record and notice are of different learners")}
            END IF;
        END IF;
        IF TG_OP = 'UPDATE' AND NEW.notice_id IS NOT NULL AND NEW.removed_at IS NOT NULL THEN
            {STANDS_ON}
        END IF;
        RETURN NEW;
    """,
)

# What may change: that it is hung on a record too, and that its file goes.
CHANGING = ("record_id", "file", "removed_at", "removed_by_id", "updated_at")

evidence_keeps_its_file = refusing(
    "evidence_keeps_its_file",
    operation=pgtrigger.Update,
    when=f"""to_jsonb(NEW) - '{{{",".join(CHANGING)}}}'::text[] <> to_jsonb(OLD) - '{{{",".join(CHANGING)}}}'::text[]
        OR (OLD.record_id IS NOT NULL AND NEW.record_id IS DISTINCT FROM OLD.record_id)
        OR (NEW.file <> OLD.file AND NEW.file <> '') OR OLD.removed_at IS NOT NULL""",
    reason="Evidence does not change; it is removed and sent anew",
)

evidence_is_never_deleted = refusing(
    "evidence_is_removed_and_never_deleted",
    operation=pgtrigger.Delete,
    when="TRUE",
    reason="The file is removed; that it was there stays",
)

looks_are_only_added_to = refusing(
    "looks_are_only_added_to",
    operation=pgtrigger.Update | pgtrigger.Delete,
    when="TRUE",
    reason="Who looked is only added to",
)

notice_is_of_the_learner = refusing(
    "notice_is_of_the_learner",
    operation=pgtrigger.Insert,
    when="""NEW.enrollment_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM enrollments_enrollment WHERE id = NEW.enrollment_id AND student_id = NEW.student_id
    )""",
    reason="The enrollment is of another learner",
)

SAID = ("institution_id", "student_id", "enrollment_id", "first_date", "last_date", "reason", "announced_by_id")

notice_keeps_what_it_says = refusing(
    "notice_keeps_what_it_says",
    operation=pgtrigger.Update | pgtrigger.Delete,
    when=f"""TG_OP = 'DELETE' OR ({", ".join(f"NEW.{name}" for name in SAID)})
        IS DISTINCT FROM ({", ".join(f"OLD.{name}" for name in SAID)})
        OR (NEW.session_id IS NOT NULL AND NEW.session_id IS DISTINCT FROM OLD.session_id)
        OR (OLD.status = 'withdrawn' AND NEW.status <> 'withdrawn')""",
    reason="What was announced does not change; it is withdrawn",
)

ASKED = ("institution_id", "enrollment_id", "session_id", "notice_id", "from_status", "to_status", "asked_by_id")

correction_is_decided_once = refusing(
    "correction_is_decided_once",
    operation=pgtrigger.Insert | pgtrigger.Update,
    when=f"""(TG_OP = 'INSERT' AND NEW.status <> 'pending') OR (TG_OP = 'UPDATE' AND (OLD.status <> 'pending'
        OR ({", ".join(f"NEW.{name}" for name in ASKED)})
        IS DISTINCT FROM ({", ".join(f"OLD.{name}" for name in ASKED)})))""",
    reason="A correction is asked for, then decided once",
)

correction_is_never_deleted = refusing(
    "correction_is_never_deleted",
    operation=pgtrigger.Delete,
    when="TRUE",
    reason="What was asked and decided stays",
)
