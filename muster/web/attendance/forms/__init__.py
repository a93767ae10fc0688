"""The forms of absences, evidence, corrections and sheets."""

from muster.web.attendance.forms.absences import (
    AbsenceForm,
    DecideForm,
    EvidenceForm,
)
from muster.web.attendance.forms.register_files import SheetDaysForm, SignInDaysForm
