"""The API of enrollments."""

from muster.core.api import Door
from muster.enrollments.api.enrollments import router as enrollments

router = Door()
router.add_router("/enrollments", enrollments, tags=["Enrollment"])
