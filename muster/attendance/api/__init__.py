"""The API of registers."""

from muster.attendance.api.absences import files as evidence_files
from muster.attendance.api.absences import router as absences
from muster.attendance.api.calendar import router as calendar
from muster.attendance.api.cohorts import router as cohorts
from muster.attendance.api.daily import router as daily
from muster.attendance.api.missing import router as missing
from muster.attendance.api.sessions import router as sessions
from muster.attendance.api.sheets import router as sheets
from muster.core.api import Door

router = Door()
router.add_router("/institution", calendar, tags=["Attendance"])
router.add_router("/institution", cohorts, tags=["Attendance"])
router.add_router("/institution", daily, tags=["Attendance"])
router.add_router("/institution", missing, tags=["Attendance"])
router.add_router("/institution", sessions, tags=["Attendance"])
router.add_router("/institution", sheets, tags=["Attendance"])
router.add_router("/institution", absences, tags=["Attendance"])
router.add_router("/evidence", evidence_files, tags=["Attendance"])
