"""The API of batches."""

from muster.batches.api.feeds import router as feeds
from muster.batches.api.history import router as history
from muster.batches.api.open_batches import router as open_batches
from muster.batches.api.seats import router as batches
from muster.batches.api.sessions import router as sessions
from muster.batches.api.staffing import router as staffing
from muster.core.api import Door

router = Door()
# Paths with a word come before those with an id.
router.add_router("/batches", staffing, tags=["Batches"])
router.add_router("/batches", batches, tags=["Batches"])
router.add_router("/batches", history, tags=["Batches"])
router.add_router("/batches", sessions, tags=["Attendance"])
router.add_router("/institution", feeds, tags=["Attendance"])
router.add_router("/courses", open_batches, tags=["Courses"])
