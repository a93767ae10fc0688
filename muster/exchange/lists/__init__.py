"""Lists of students, instructors, batches and enrollments as people send them: columns understood, rows judged."""

from muster.exchange.lists.columns import LISTS, FileColumn, ListKind, map_columns
from muster.exchange.lists.rows import ImportChoices, ListRow, RowChange, RowOutcome, RowProblem, result_rows
