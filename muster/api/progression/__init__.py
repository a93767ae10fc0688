"""The API of semesters."""

from muster.api.kit import Door
from muster.api.progression.subjects import router as subjects

router = Door()
router.add_router("/batches", subjects, tags=["Semesters"])
