"""The use cases of assessments."""

from muster.assessment.rules.assessments import (
    FIELDS,
    CategoryInput,
    add_assessment,
    change_assessment,
    remove_assessment,
    weigh_categories,
)
from muster.assessment.rules.marks import MarkGiven, publish_marks, reopen_marks, save_marks
from muster.assessment.rules.reminders import chase_missing_marks, remind_before_due
