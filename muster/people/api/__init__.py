"""The API of students and instructors."""

from muster.core.api import Door
from muster.people.api.lists import router as lists
from muster.people.api.profile import router as profile

router = Door()
router.add_router("", lists, tags=["People"])
router.add_router("/instructors", profile, tags=["People"])
