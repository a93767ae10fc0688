"""The API of enrollments."""

from muster.api.enrollments.catalogue import application_router as applications
from muster.api.enrollments.catalogue import router as catalogue
from muster.api.enrollments.enrollments import payment_router as payments
from muster.api.enrollments.enrollments import router as enrollments
from muster.api.enrollments.organisations import router as organisations
from muster.api.kit import Door

router = Door()
router.add_router("/enrollments", enrollments, tags=["Enrollment"])
router.add_router("/payments", payments, tags=["Enrollment"])
router.add_router("/catalogue", catalogue, tags=["Enrollment"])
router.add_router("/applications", applications, tags=["Enrollment"])
router.add_router("", organisations)
