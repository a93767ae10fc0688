"""The API of courses and subjects."""

from muster.api.courses.courses import router as courses
from muster.api.courses.subjects import router as subjects
from muster.api.kit import Door

router = Door()
router.add_router("/courses", courses, tags=["Courses"])
router.add_router("", subjects, tags=["Courses"])
