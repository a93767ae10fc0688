"""The API of feedback."""

from muster.api.feedback.rounds import round_router
from muster.api.kit import Door

router = Door()
router.add_router("/feedback/rounds", round_router, tags=["Feedback"])
