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
