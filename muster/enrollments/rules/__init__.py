"""Every write around seats: one function per use case."""

from muster.enrollments.rules.applications import (
    Applicant,
    accept_application,
    answer_application,
    apply_for_batch,
    reject_application,
)
from muster.enrollments.rules.capacity import change_capacity
from muster.enrollments.rules.changing import (
    cancel_enrollment,
    change_enrollment,
    complete_enrollment,
    hold_enrollment,
    resume_enrollment,
    today_of,
)
from muster.enrollments.rules.closing import advance_statuses, change_status, delete_batch, update_batch
from muster.enrollments.rules.enrolling import PaymentInput, enroll_student
from muster.enrollments.rules.expiring import announce_ends_of_access, expire_enrollments
from muster.enrollments.rules.filling import close_waitlist, fill_all_seats, fill_seats, lapse_offers
from muster.enrollments.rules.many import SeatOutcome, SeatWish, enroll_many
from muster.enrollments.rules.organisations import name_contact, remove_contact
from muster.enrollments.rules.payments import add_payment, move_payment, steps_of
from muster.enrollments.rules.reopening import LeftEnded, Reopening, follow_dates, reopen_batch, restore_batch
from muster.enrollments.rules.returning import return_students
from muster.enrollments.rules.spare_seats import keep_spare_seats, release_spare_seats
from muster.enrollments.rules.transfer_requests import (
    approve_transfer,
    ask_for_transfer,
    reject_transfer,
    withdraw_transfer,
)
from muster.enrollments.rules.transfer_seats import REFUSED, TRANSFERRED, WAITLISTED, TransferOutcome
from muster.enrollments.rules.transferring import Transfers, transfer_students
from muster.enrollments.rules.trials import convert_trial
from muster.enrollments.rules.waitlist import (
    accept_offer,
    decline_offer,
    enroll_or_wait,
    join_waitlist,
    leave_waitlist,
    prioritize,
)
from muster.enrollments.rules.welcoming import welcome_students
