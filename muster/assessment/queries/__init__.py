"""Reads around assessments."""

from muster.assessment.queries.assessments import (
    categories_of,
    titles_by_component,
    with_marked,
)
from muster.assessment.queries.calendar import due_soon, marks_missing
from muster.assessment.queries.mentoring import mentoring_report
from muster.assessment.queries.progress import (
    BY_LAST_ATTENDED,
    BY_PROGRESS,
    WEIGHTS,
    EnrollmentProgress,
    ProgressPart,
    progress_in,
    progress_of,
    with_progress,
)
from muster.assessment.queries.sheet import MarksRow, MarksSheet, OwnMarks, marks_sheet_of, own_marks_of, totals_of
from muster.assessment.queries.statistics import MarkStatistics, statistics_of_marks
