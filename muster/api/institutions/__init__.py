"""The API of sign-in, people and organisation."""

from muster.api.institutions.organisation import router as organisation
from muster.api.institutions.people import router as people
from muster.api.institutions.security import router as security
from muster.api.institutions.settings import router as house
from muster.api.institutions.sign_in import router as sign_in
from muster.api.kit import Door

router = Door()
router.add_router("/v1/auth", sign_in, tags=["Sign-in"])
router.add_router("/users", people, tags=["People"])
router.add_router("", organisation, tags=["Organisation"])
router.add_router("", house, tags=["Organisation"])
router.add_router("", security, tags=["Organisation"])
