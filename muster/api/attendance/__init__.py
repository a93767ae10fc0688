"""The API of registers."""

from muster.api.attendance.absences import files as evidence_files
from muster.api.attendance.absences import router as absences
from muster.api.attendance.calendar import router as calendar
from muster.api.attendance.cohorts import router as cohorts
from muster.api.attendance.daily import router as daily
from muster.api.attendance.missing import router as missing
from muster.api.attendance.register_files import router as sheets
from muster.api.attendance.scans import router as scans
from muster.api.attendance.sessions import router as sessions
from muster.api.attendance.unlocks import router as unlocks
from muster.api.kit import Door

router = Door()
router.add_router("/institution", calendar, tags=["Attendance"])
router.add_router("/institution", cohorts, tags=["Attendance"])
router.add_router("/institution", daily, tags=["Attendance"])
router.add_router("/institution", missing, tags=["Attendance"])
router.add_router("/institution", sessions, tags=["Attendance"])
router.add_router("/institution", sheets, tags=["Attendance"])
router.add_router("/institution", scans, tags=["Attendance"])
router.add_router("/institution", unlocks, tags=["Attendance"])
router.add_router("/institution", absences, tags=["Attendance"])
router.add_router("/evidence", evidence_files, tags=["Attendance"])
