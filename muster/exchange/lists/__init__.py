"""Lists of students, instructors, batches and enrollments as people send them: columns understood, rows judged."""

from muster.exchange.lists.columns import LISTS, FileColumn, ListKind, map_columns, template_of
from muster.exchange.lists.rows import (
    ImportChoices,
    ListRow,
    RowChange,
    RowOutcome,
    TemplateProblem,
    difference_in_words,
    label_of,
    result_lines,
    result_rows,
)
