"""A student's place in a course, or in the line for it, the days it covered, and what was paid for it."""

from muster.enrollments.models.organisations import Organisation
from muster.enrollments.models.payments import Payment
from muster.enrollments.models.requests import Application, TransferRequest
from muster.enrollments.models.seats import Enrollment, EnrollmentQuerySet, SeatPeriod, SeatPeriodQuerySet
from muster.enrollments.models.waitlist import WaitlistEntry, WaitlistQuerySet
