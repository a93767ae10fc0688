"""Registers on paper and as files: one register, a batch's learners by sessions, and the blank sheets to sign.

`reading` asks the database, `spreadsheets` writes CSV and XLSX, `paper` PDF.
"""

from muster.attendance.register_files.files import BLANK_FORMATS, FORMATS, sheet_file
from muster.attendance.register_files.marks import MARKS, marks_of
from muster.attendance.register_files.model import BatchSheet, RegisterSheet
from muster.attendance.register_files.reading import (
    batch_sheet,
    batch_sign_in,
    paper_register,
    register_sheet,
    register_sign_in,
)
