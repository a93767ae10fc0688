"""The API of semesters."""

from muster.api.kit import Door
from muster.api.progression.results import router as results
from muster.api.progression.results import students
from muster.api.progression.subjects import router as subjects

router = Door()
router.add_router("/batches", results, tags=["Semesters"])
router.add_router("/students", students, tags=["Semesters"])
router.add_router("/batches", subjects, tags=["Semesters"])
