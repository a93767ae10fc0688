"""Semester sheets and transcripts: what they say, how that reads, and the files they become."""

from muster.progression.documents.content import semester_sheet, transcript
from muster.progression.documents.files import PDF, XLSX, batch_file, document_file
from muster.progression.documents.kinds import SEMESTER_SHEET, TRANSCRIPT
