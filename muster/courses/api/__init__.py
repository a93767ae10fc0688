"""The API of courses and subjects."""

from muster.core.api import Door
from muster.courses.api.courses import router as courses
from muster.courses.api.subjects import router as subjects

router = Door()
router.add_router("/courses", courses, tags=["Courses"])
router.add_router("", subjects, tags=["Courses"])
