"""What the database itself refuses around assessments and their marks."""

from __future__ import annotations

import pgtrigger

from muster.core.triggers import refusing_trigger

category_stays_in_its_batch = refusing_trigger(
    "category_stays_in_its_batch",
    operation=pgtrigger.UpdateOf("batch_id"),
    when="NEW.batch_id <> OLD.batch_id",
    reason="A category stays in its batch",
)
assessment_is_of_its_batch = refusing_trigger(
    "assessment_is_of_its_batch",
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("batch_id", "category_id", "mapping_id"),
    when="""NOT EXISTS (
        SELECT FROM assessment_assessmentcategory WHERE (id, batch_id) = (NEW.category_id, NEW.batch_id)
    ) OR NEW.mapping_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM progression_subjectmapping WHERE (id, batch_id) = (NEW.mapping_id, NEW.batch_id)
    ) OR TG_OP = 'UPDATE' AND NEW.batch_id <> OLD.batch_id""",
    reason="An assessment stays in its batch, with a category and a subject of it",
)
# Whoever publishes marks takes the assessment first, as does whoever marks.
published_assessment_keeps_its_scale = refusing_trigger(
    "published_assessment_keeps_its_scale",
    operation=pgtrigger.UpdateOf("maximum", "mapping_id", "component"),
    when="""(NEW.maximum, NEW.mapping_id, NEW.component) IS DISTINCT FROM (OLD.maximum, OLD.mapping_id, OLD.component)
        -- But for a subject that the batch is no longer taught.
        AND NOT (NEW.mapping_id IS NULL AND pg_trigger_depth() > 1) AND EXISTS (
            SELECT FROM assessment_assessmentmark WHERE assessment_id = NEW.id AND published_at IS NOT NULL
        )""",
    reason="What marks were published of keeps its maximum and what it is written to",
)
marks_stay_within_the_maximum = refusing_trigger(
    "marks_stay_within_the_maximum",
    operation=pgtrigger.UpdateOf("maximum", "extra_credit"),
    when="""EXISTS (
        SELECT FROM assessment_assessmentmark
        WHERE assessment_id = NEW.id AND score > NEW.maximum + NEW.extra_credit
    )""",
    reason="No mark is higher than the maximum with its extra credit",
    refused_as="mark_fits_the_assessment",
)
mark_fits_the_assessment = refusing_trigger(
    "mark_fits_the_assessment",
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("enrollment_id", "assessment_id", "score", "published_at"),
    # In share mode, so that neither its maximum nor its batch changes meanwhile.
    first="PERFORM FROM assessment_assessment WHERE id = NEW.assessment_id FOR SHARE;",
    when="""TG_OP = 'UPDATE' AND (NEW.enrollment_id, NEW.assessment_id) <> (OLD.enrollment_id, OLD.assessment_id)
        OR NEW.score > (
            SELECT maximum + extra_credit FROM assessment_assessment WHERE id = NEW.assessment_id
        ) OR TG_OP = 'INSERT' AND NOT EXISTS (
            SELECT FROM enrollments_enrollment AS enrollment
            JOIN assessment_assessment AS assessment ON assessment.batch_id = enrollment.batch_id
            WHERE enrollment.id = NEW.enrollment_id AND assessment.id = NEW.assessment_id
        )""",
    reason="A mark is of a student of the batch, and no higher than the maximum with its extra credit",
)
# What may change of a mark that was published: that it is opened again.
LATER = "'{published_at,updated_at}'::text[]"
published_mark_is_frozen = refusing_trigger(
    "published_mark_is_frozen",
    operation=pgtrigger.Update | pgtrigger.Delete,
    when=f"""OLD.published_at IS NOT NULL AND (
        TG_OP = 'DELETE' OR to_jsonb(NEW) - {LATER} <> to_jsonb(OLD) - {LATER}
        OR NEW.published_at IS NOT NULL AND NEW.published_at <> OLD.published_at
    )""",
    reason="A published mark does not change before it is opened again",
)
