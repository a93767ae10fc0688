"""The API of registers."""

from muster.attendance.api.marking import router as marking
from muster.core.api import Door

router = Door()
router.add_router("/institution", marking, tags=["Attendance"])
