"""What the database itself refuses or keeps up to date in semesters and results."""

from __future__ import annotations

import pgtrigger

from muster.core.triggers import refusing_trigger

subject_is_of_the_course = refusing_trigger(
    "subject_is_of_the_course",
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("batch_id", "subject_id"),
    when="""NOT EXISTS (
        SELECT FROM batches_batch AS batch JOIN courses_subject AS subject ON subject.course_id = batch.course_id
        WHERE batch.id = NEW.batch_id AND subject.id = NEW.subject_id
    )""",
    reason="A batch is taught subjects of its own course",
)

HOLD = "PERFORM FROM progression_subjectmapping WHERE id = coalesce(NEW.mapping_id, OLD.mapping_id) FOR {};"
OF_ANOTHER_BATCH = """NOT EXISTS (
    SELECT FROM enrollments_enrollment AS enrollment
    JOIN progression_subjectmapping AS mapping ON mapping.batch_id = enrollment.batch_id
    WHERE enrollment.id = NEW.enrollment_id AND mapping.id = NEW.mapping_id
)"""
PLACED = pgtrigger.Insert | pgtrigger.UpdateOf("enrollment_id", "mapping_id")

score_is_of_the_batch = refusing_trigger(
    "score_is_of_the_batch",
    operation=PLACED,
    when=OF_ANOTHER_BATCH,
    reason="A score is of a student of the batch that is taught the subject",
)
result_is_of_the_batch = refusing_trigger(
    "result_is_of_the_batch",
    operation=PLACED,
    # So that no score comes in between working out and publishing.
    first=HOLD.format("NO KEY UPDATE"),
    when=OF_ANOTHER_BATCH,
    reason="A result is of a student of the batch that is taught the subject",
)
published_score_is_frozen = refusing_trigger(
    "published_score_is_frozen",
    operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
    first=HOLD.format("SHARE"),
    when="""EXISTS (
        SELECT FROM progression_subjectresult AS result
        WHERE result.enrollment_id = coalesce(NEW.enrollment_id, OLD.enrollment_id)
        AND result.mapping_id = coalesce(NEW.mapping_id, OLD.mapping_id)
        AND result.attempt = coalesce(NEW.attempt, OLD.attempt)
        AND result.is_current AND result.reopened_at IS NULL
    )""",
    reason="A published score does not change before its result is opened again",
)
# What may change of a version that was published: that it is opened again, and that a newer one follows it.
LATER = "'{is_current,reopened_at,reopened_by_id,reopen_reason,updated_at}'::text[]"
published_result_stays = refusing_trigger(
    "published_result_stays",
    operation=pgtrigger.Update | pgtrigger.Delete,
    when=f"""TG_OP = 'DELETE' OR to_jsonb(NEW) - {LATER} <> to_jsonb(OLD) - {LATER}
        OR (NEW.is_current AND NOT OLD.is_current)
        OR (OLD.reopened_at IS NOT NULL AND NEW.reopened_at IS DISTINCT FROM OLD.reopened_at)""",
    reason="A published result does not change; the next version follows it",
)
moderation_is_only_added = refusing_trigger(
    "moderation_is_only_added",
    operation=pgtrigger.Update | pgtrigger.Delete,
    when="TRUE",
    reason="What was moderated stays; a further step follows it",
)
