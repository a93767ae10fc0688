"""What the database itself refuses or keeps up to date in semesters and results."""

from __future__ import annotations

import pgtrigger

from muster.core.sql import Body
from muster.core.triggers import Trigger, refusing_trigger
from muster.timetable.triggers import after_statement

subject_is_of_the_course = refusing_trigger(
    "subject_is_of_the_course",
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("batch_id", "subject_id"),
    when="""NOT EXISTS (
        SELECT FROM batches_batch AS batch JOIN courses_subject AS subject ON subject.course_id = batch.course_id
        WHERE batch.id = NEW.batch_id AND subject.id = NEW.subject_id
    )""",
    reason="A batch is taught subjects of its own course",
)

group_is_of_the_semester = refusing_trigger(
    "group_is_of_the_semester",
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("batch_id", "semester", "group_id"),
    when="""NEW.group_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM progression_electivegroup
        WHERE (id, batch_id, semester) = (NEW.group_id, NEW.batch_id, NEW.semester)
    )""",
    reason="Electives of a group are of its batch and semester",
)
group_keeps_its_semester = refusing_trigger(
    "group_keeps_its_semester",
    operation=pgtrigger.UpdateOf("batch_id", "semester"),
    when="""EXISTS (
        SELECT FROM progression_subjectmapping
        WHERE group_id = NEW.id AND (batch_id, semester) <> (NEW.batch_id, NEW.semester)
    )""",
    reason="Electives of a group are of its batch and semester",
    refused_as="group_is_of_the_semester",
)
CHOSEN = "(SELECT count(*) FROM progression_electivechoice WHERE mapping_id = NEW.id)"
chosen_subject_stays_an_elective = refusing_trigger(
    "chosen_subject_stays_an_elective",
    operation=pgtrigger.UpdateOf("is_elective", "subject_id"),
    when=f"(NOT NEW.is_elective OR NEW.subject_id <> OLD.subject_id) AND {CHOSEN} > 0",
    reason="What students chose stays what they chose",
)
chosen_seats_stay = refusing_trigger(
    "chosen_seats_stay",
    operation=pgtrigger.UpdateOf("seats"),
    when=f"NEW.seats < {CHOSEN}",
    reason="An elective keeps the seats that are taken",
    refused_as="elective_has_a_seat",
)
choice_fits = Trigger(
    name="choice_fits",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    func=Body("progression", "choice_fits"),
)
scored_elective_stays = refusing_trigger(
    "scored_elective_stays",
    operation=pgtrigger.Delete,
    when="muster_has_scores(OLD.enrollment_id, OLD.mapping_id)",
    reason="An elective in which a student has scores stays theirs",
)

FOLLOW = "PERFORM muster_keep_faculty(ARRAY({}));"
CAME, WENT = "SELECT batch_id FROM new_rows", "SELECT batch_id FROM old_rows"
subjects_came = after_statement("subjects_came", pgtrigger.Insert, FOLLOW.format(CAME))
subjects_changed = after_statement("subjects_changed", pgtrigger.Update, FOLLOW.format(f"{CAME} UNION {WENT}"))
subjects_went = after_statement("subjects_went", pgtrigger.Delete, FOLLOW.format(WENT))

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

# --- rollovers --------------------------------------------------------------------------------------------------------
rollover_starts_from_now = refusing_trigger(
    "rollover_starts_from_now",
    operation=pgtrigger.Insert,
    first="PERFORM FROM batches_batch WHERE id = NEW.batch_id FOR SHARE;",
    when="""NEW.status <> 'pending' OR NOT EXISTS (
        SELECT FROM batches_batch AS batch WHERE batch.id = NEW.batch_id
        AND batch.current_semester = NEW.from_semester AND batch.status IN ('Upcoming', 'Active')
    )""",
    refused_as="rollover_starts_from_the_current_semester",
    reason="A rollover starts from the current semester of a batch that runs, and waits for a decision",
)
rollover_moves_forward = refusing_trigger(
    "rollover_moves_forward",
    operation=pgtrigger.Update | pgtrigger.Delete,
    when="""TG_OP = 'DELETE' OR (OLD.institution_id, OLD.batch_id, OLD.from_semester, OLD.to_semester)
        IS DISTINCT FROM (NEW.institution_id, NEW.batch_id, NEW.from_semester, NEW.to_semester)
        OR NEW.status <> OLD.status AND (OLD.status, NEW.status)
        NOT IN (('pending', 'rejected'), ('pending', 'executed'), ('executed', 'reverted'))
        OR OLD.status <> 'pending' AND (OLD.decided_at, OLD.note, OLD.decision_note, OLD.outcome)
        IS DISTINCT FROM (NEW.decided_at, NEW.note, NEW.decision_note, NEW.outcome)""",
    reason="A rollover is decided once, and what was executed is reverted once",
)
semester_follows_its_rollover = Trigger(
    name="semester_follows_its_rollover",
    when=pgtrigger.After,
    operation=pgtrigger.UpdateOf("status"),
    condition=pgtrigger.Condition("NEW.status <> OLD.status AND NEW.status IN ('executed', 'reverted')"),
    func=Body("progression", "semester_follows_its_rollover"),
)
held_back_stands_after_the_decision = refusing_trigger(
    "held_back_stands_after_the_decision",
    operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
    first="""PERFORM FROM progression_rolloverrequest
        WHERE id IN (coalesce(NEW.request_id, OLD.request_id), OLD.request_id) FOR SHARE;""",
    when="""EXISTS (
        SELECT FROM progression_rolloverrequest
        WHERE id IN (coalesce(NEW.request_id, OLD.request_id), OLD.request_id) AND status <> 'pending'
    ) OR TG_OP <> 'DELETE' AND NOT EXISTS (
        SELECT FROM progression_rolloverrequest AS request
        JOIN enrollments_enrollment AS enrollment ON enrollment.batch_id = request.batch_id
        WHERE request.id = NEW.request_id AND enrollment.id = NEW.enrollment_id
    )""",
    reason="Whom a rollover holds back is of its batch, and stands once it is decided",
)
