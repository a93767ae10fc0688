"""The API of enrollments."""

from muster.api.enrollments.bulk import router as bulk
from muster.api.enrollments.catalogue import application_router as applications
from muster.api.enrollments.catalogue import router as catalogue
from muster.api.enrollments.enrollments import payment_router as payments
from muster.api.enrollments.enrollments import router as enrollments
from muster.api.enrollments.organisations import router as organisations
from muster.api.enrollments.transfers import batch_router as batch_transfers
from muster.api.enrollments.transfers import router as transfer_requests
from muster.api.enrollments.waitlist import batch_router as batch_waitlists
from muster.api.enrollments.waitlist import router as waitlist
from muster.api.kit import Door

router = Door()
router.add_router("/enrollments", bulk, tags=["Enrollment"])
router.add_router("/enrollments", enrollments, tags=["Enrollment"])
router.add_router("/payments", payments, tags=["Enrollment"])
router.add_router("/waitlist", waitlist, tags=["Enrollment"])
router.add_router("/batches", batch_waitlists, tags=["Enrollment"])
router.add_router("/batches", batch_transfers, tags=["Enrollment"])
router.add_router("/transfer-requests", transfer_requests, tags=["Enrollment"])
router.add_router("/catalogue", catalogue, tags=["Enrollment"])
router.add_router("/applications", applications, tags=["Enrollment"])
router.add_router("", organisations)
