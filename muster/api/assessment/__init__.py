"""The API of assessments."""

from muster.api.assessment.assessments import batches as categories
from muster.api.assessment.assessments import router as assessments
from muster.api.assessment.marks import batches as sheets
from muster.api.assessment.marks import enrollments
from muster.api.assessment.marks import router as marks
from muster.api.kit import Door

router = Door()
router.add_router("/assessments", assessments, tags=["Assessments"])
router.add_router("/assessments", marks, tags=["Assessments"])
router.add_router("/batches", categories, tags=["Assessments"])
router.add_router("/enrollments", enrollments, tags=["Assessments"])
router.add_router("/batches", sheets, tags=["Assessments"])
