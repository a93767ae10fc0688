"""The API of sign-in, people and organisation."""

from muster.core.api import Door
from muster.institutions.api.sign_in import router as sign_in

router = Door()
router.add_router("/v1/auth", sign_in, tags=["Sign-in"])
