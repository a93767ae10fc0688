"""The API of enrollments."""

from muster.core.api import Door
from muster.enrollments.api.enrollments import router as enrollments
from muster.enrollments.api.open_batches import router as open_batches

router = Door()
router.add_router("/enrollments", enrollments, tags=["Enrollment"])
router.add_router("/courses", open_batches, tags=["Courses"])
