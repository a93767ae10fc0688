"""The API of enrollments, and of what happens to a batch together with its students."""

from muster.core.api import Door
from muster.enrollments.api.batches import router as batches
from muster.enrollments.api.enrollments import router as enrollments

router = Door()
router.add_router("/enrollments", enrollments, tags=["Enrollment"])
router.add_router("/batches", batches, tags=["Batches"])
