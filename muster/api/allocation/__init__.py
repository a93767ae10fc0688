"""The API of individual assignments, suggestions, cover, staffing plans and upkeep."""

from muster.api.allocation.cover import of_instructors, requests
from muster.api.allocation.individual import allocation, analytics, fixed, maintenance
from muster.api.allocation.plans import plans
from muster.api.allocation.suggestions import of_batches, of_students
from muster.api.kit import Door

router = Door()
router.add_router("/v1/auth", fixed, tags=["Individual assignments"])
router.add_router("/allocation", allocation, tags=["Individual assignments"])
router.add_router("/allocation/plans", plans, tags=["Staffing plans"])
router.add_router("/analytics", analytics, tags=["Analytics"])
router.add_router("/maintenance", maintenance, tags=["Maintenance"])
router.add_router("/batches", of_batches, tags=["Suggestions"])
router.add_router("/students", of_students, tags=["Suggestions"])
router.add_router("/instructors", of_instructors, tags=["Cover"])
router.add_router("/cover-requests", requests, tags=["Cover"])
