"""Reads around semesters."""

from muster.progression.queries.mapping import sources_of, subjects_left, subjects_of
from muster.progression.queries.records import SemesterRecord, StudentRecord, record_of
from muster.progression.queries.sheet import (
    ResultsSheet,
    SheetRow,
    basis_of,
    scheme_json,
    scheme_of,
    sheet_of,
    statistics_of,
)
