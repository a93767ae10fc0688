"""The API of sign-in, people and organisation."""

from muster.core.api import Door
from muster.institutions.api.calendar import router as calendar
from muster.institutions.api.departments import router as departments
from muster.institutions.api.house import router as house
from muster.institutions.api.people import router as people
from muster.institutions.api.places import router as places
from muster.institutions.api.sign_in import router as sign_in

router = Door()
router.add_router("/v1/auth", sign_in, tags=["Sign-in"])
router.add_router("/users", people, tags=["People"])
router.add_router("/departments", departments, tags=["Organisation"])
router.add_router("", places, tags=["Organisation"])
router.add_router("", calendar, tags=["Organisation"])
router.add_router("", house, tags=["Organisation"])
