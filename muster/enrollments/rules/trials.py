"""Trials that become full enrollments."""

from __future__ import annotations

from django.utils.translation import gettext as _

from muster.core.database import atomic
from muster.core.errors import Invalid
from muster.enrollments.errors import NotOpenForEnrollment, NoTrial
from muster.enrollments.models import Enrollment
from muster.enrollments.rules.changing import (
    is_for_oneself,
    lock_enrollment,
    must_be_open_to_oneself,
    write_enrollment,
)
from muster.enrollments.rules.enrolling import access_until
from muster.enrollments.rules.moving import trial_of
from muster.institutions.access import Actor


@atomic
def convert_trial(*, by: Actor, enrollment: Enrollment) -> Enrollment:
    """Turn a trial into a full enrollment, with the access and the price of one; it keeps its seat.

    Students do so themselves while the batch is open to them, unless somebody else would have to pay. Doing it twice
    changes nothing. Locks the batch, then the enrollment. Raises BatchArchived, NoTrial, NotOpenForEnrollment,
    EnrollmentEnded, Invalid.
    """
    enrollment = lock_enrollment(enrollment)
    batch, course, own = enrollment.batch, enrollment.course, is_for_oneself(by, enrollment)
    is_trial = enrollment.enrollment_type == Enrollment.Type.TRIAL
    if enrollment.holds_a_seat and not is_trial and trial_of(enrollment):
        return enrollment
    if not enrollment.holds_a_seat or not is_trial:
        raise NoTrial
    if batch is not None and not batch.takes_enrollments:
        raise NotOpenForEnrollment(batch)
    if own:
        must_be_open_to_oneself(by, enrollment)
    if own and not enrollment.is_own_trial:
        words = _("An organization pays for this trial. Ask your institution to enroll you fully.")
        raise Invalid(words, field="organisation_id")
    kind = Enrollment.Type.BATCH if batch else Enrollment.Type.INDIVIDUAL
    enrollment.enrollment_type = Enrollment.Type.CORPORATE if enrollment.organisation_id else kind
    enrollment.access_expiry_date = access_until(by, batch, course, enrollment.enrollment_date)
    return write_enrollment(enrollment, by, "convert_trial")
