"""The API of registers."""

from muster.attendance.api.sessions import router as sessions
from muster.core.api import Door

router = Door()
router.add_router("/institution", sessions, tags=["Attendance"])
