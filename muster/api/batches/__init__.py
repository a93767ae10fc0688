"""The API of batches."""

from muster.api.batches.feeds import router as feeds
from muster.api.batches.history import router as history
from muster.api.batches.open_batches import router as open_batches
from muster.api.batches.seats import router as batches
from muster.api.batches.sessions import router as sessions
from muster.api.batches.staffing import router as staffing
from muster.api.kit import Door

router = Door()
# Paths with a word come before those with an id.
router.add_router("/batches", staffing, tags=["Batches"])
router.add_router("/batches", batches, tags=["Batches"])
router.add_router("/batches", history, tags=["Batches"])
router.add_router("/batches", sessions, tags=["Attendance"])
router.add_router("/institution", feeds, tags=["Attendance"])
router.add_router("/courses", open_batches, tags=["Courses"])
