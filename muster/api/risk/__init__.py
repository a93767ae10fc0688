"""The API of students at risk."""

from muster.api.kit import Door
from muster.api.risk.flags import flag_router

router = Door()
router.add_router("/risk", flag_router, tags=["Students at risk"])
