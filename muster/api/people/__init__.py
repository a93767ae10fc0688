"""The API of students and instructors."""

from muster.api.kit import Door
from muster.api.people.attendance import router as attendance
from muster.api.people.lists import router as lists
from muster.api.people.notes import router as notes
from muster.api.people.profile import router as profile

router = Door()
router.add_router("", lists, tags=["People"])
router.add_router("", notes, tags=["People"])
router.add_router("/students", attendance, tags=["People"])
router.add_router("/instructors", profile, tags=["People"])
