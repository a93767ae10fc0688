"""Reads around semesters."""

from muster.progression.queries.electives import (
    Elective,
    ElectiveClash,
    ElectiveOffer,
    OpenChoice,
    asks_for,
    clashes_of_electives,
    electives_left,
    groups_of,
    learners_of,
    missing_from,
    offers_of,
    open_choices,
    seats_left_in,
    takes,
    with_choices,
)
from muster.progression.queries.figures import DepartmentFigures, Figures, SemesterSpan, figures_of
from muster.progression.queries.mapping import sources_of, subjects_left, subjects_of
from muster.progression.queries.records import (
    SemesterRecord,
    StudentRecord,
    printable_semesters,
    record_of,
    semester_of,
    semesters_of,
    versions_of,
)
from muster.progression.queries.rollover import (
    MissingPart,
    Move,
    RolloverPreview,
    RolloverStudent,
    RolloverSubject,
    next_semester,
    pending_rollover,
    rollover_preview,
    rollovers_awaiting,
    rollovers_in_full,
    rollovers_of,
)
from muster.progression.queries.semesters import end_of_semester, semesters_over, with_last_move
from muster.progression.queries.sheet import (
    ResultsSheet,
    SheetRow,
    attempts_of,
    basis_of,
    moderated_sheet,
    scheme_json,
    scheme_of,
    sheet_of,
    statistics_of,
)
from muster.progression.queries.sheet_list import sheets_listed, sheets_with_gaps
