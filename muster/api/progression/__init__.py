"""The API of semesters."""

from muster.api.kit import Door
from muster.api.progression.electives import router as electives
from muster.api.progression.figures import router as figures
from muster.api.progression.results import router as results
from muster.api.progression.results import students
from muster.api.progression.rollover import batch_router as rollover
from muster.api.progression.rollover import router as rollovers
from muster.api.progression.subjects import router as subjects

router = Door()
router.add_router("/batches", results, tags=["Semesters"])
router.add_router("/students", students, tags=["Semesters"])
router.add_router("/batches", subjects, tags=["Semesters"])
router.add_router("/batches", electives, tags=["Semesters"])
router.add_router("/departments", figures, tags=["Semesters"])
router.add_router("/batches", rollover, tags=["Semesters"])
router.add_router("/rollovers", rollovers, tags=["Semesters"])
