"""What the database itself refuses or keeps up to date around seats."""

from __future__ import annotations

import pgtrigger

from muster.batches.triggers import batch_is_open
from muster.core.sql import Body
from muster.core.triggers import Trigger, derived, refusing_trigger

enrollment_keeps_its_place = refusing_trigger(
    "enrollment_keeps_its_place",
    operation=pgtrigger.UpdateOf("batch_id", "course_id", "student_id", "institution_id"),
    when="""(OLD.batch_id, OLD.course_id, OLD.student_id, OLD.institution_id)
        IS DISTINCT FROM (NEW.batch_id, NEW.course_id, NEW.student_id, NEW.institution_id)""",
    reason="An enrollment stays with its student, course and batch",
)

seat_is_in_an_open_batch = Trigger(
    name="seat_is_in_an_open_batch",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("status"),
    func=Body("enrollments", "seat_is_in_an_open_batch"),
)

frozen_follows_the_batch = derived(
    "frozen_follows_the_batch",
    "frozen",
    refused_as="archived_batch_does_not_change",
    reason="An enrollment is frozen with its batch",
)

seats_are_counted = Trigger(
    name="seats_are_counted",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("status") | pgtrigger.Delete,
    func=Body("enrollments", "seats_are_counted"),
)

seat_periods_follow = Trigger(
    name="seat_periods_follow",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("status"),
    func=Body("enrollments", "seat_periods_follow"),
)

# Whoever changes an enrollment by hand decides on it: reopening the batch no longer does.
end_of_the_batch_is_forgotten = Trigger(
    name="end_of_the_batch_is_forgotten",
    when=pgtrigger.Before,
    operation=pgtrigger.UpdateOf("status"),
    condition=pgtrigger.Condition(
        "OLD.status_before_end <> '' AND NEW.status_before_end = OLD.status_before_end AND NEW.status <> OLD.status"
    ),
    func="NEW.status_before_end := ''; RETURN NEW;",
)

# A new one is asked by `seat_is_in_an_open_batch`, which holds the batch anyway.
archived_enrollment_is_frozen = batch_is_open(
    "archived_enrollment_is_frozen",
    operation=pgtrigger.Update | pgtrigger.Delete,
    allowed=("frozen", "access_expiry_date", "welcome_due", "updated_at"),
    counts_seats=True,
)
OF_ENROLLMENT = "(SELECT batch_id FROM enrollments_enrollment WHERE id = {0}.enrollment_id)"
archived_payment_is_frozen = batch_is_open("archived_payment_is_frozen", OF_ENROLLMENT)
archived_seat_period_is_frozen = batch_is_open(
    "archived_seat_period_is_frozen", operation=pgtrigger.Update | pgtrigger.Delete
)

archived_waitlist_is_frozen = batch_is_open(
    "archived_waitlist_is_frozen", operation=pgtrigger.Update | pgtrigger.Delete, counts_seats=True
)

waiting_keeps_its_place = refusing_trigger(
    "waiting_keeps_its_place",
    operation=pgtrigger.UpdateOf("joined_at", "batch_id", "student_id", "institution_id"),
    when="""(OLD.joined_at, OLD.batch_id, OLD.student_id, OLD.institution_id)
        IS DISTINCT FROM (NEW.joined_at, NEW.batch_id, NEW.student_id, NEW.institution_id)""",
    reason="Whoever waits keeps their place in line",
)

waiting_is_for_an_open_batch = Trigger(
    name="waiting_is_for_an_open_batch",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("status"),
    func=Body("enrollments", "waiting_is_for_an_open_batch"),
)

offers_are_counted = Trigger(
    name="offers_are_counted",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("status") | pgtrigger.Delete,
    func=Body("enrollments", "offers_are_counted"),
)

payment_moves_step_by_step = refusing_trigger(
    "payment_moves_step_by_step",
    operation=pgtrigger.Update,
    when="""(OLD.institution_id, OLD.amount, OLD.currency)
        IS DISTINCT FROM (NEW.institution_id, NEW.amount, NEW.currency)
        OR OLD.enrollment_id <> NEW.enrollment_id AND NOT EXISTS (
            SELECT FROM enrollments_enrollment WHERE (id, transferred_to_id)
            IN ((OLD.enrollment_id, NEW.enrollment_id), (NEW.enrollment_id, OLD.enrollment_id))
        )
        OR NEW.status <> OLD.status AND (OLD.status, NEW.status)
        NOT IN (('pending', 'completed'), ('pending', 'failed'), ('completed', 'refunded'))""",
    reason="A payment keeps its sum, moves only with its seat, and is confirmed, fails or is refunded once",
)

# Asked after the batch is held: a payment that waited for a transfer, or for its being undone, is not left behind with
# the seat that ended.
payment_is_for_the_seat_now = refusing_trigger(
    "payment_is_for_the_seat_now",
    operation=pgtrigger.Insert,
    first="""PERFORM FROM batches_batch WHERE id = (
                SELECT batch_id FROM enrollments_enrollment WHERE id = NEW.enrollment_id
            ) FOR SHARE;""",
    when="""EXISTS (
        SELECT FROM enrollments_enrollment
        WHERE id = NEW.enrollment_id AND coalesce(transferred_to_id, returned_to_id) IS NOT NULL
    )""",
    reason="A payment is recorded for the seat that the student has now",
)

receipts_are_numbered = Trigger(
    name="receipts_are_numbered",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("status", "receipt_number", "completed_at", "refunded_at"),
    func=Body("enrollments", "receipts_are_numbered"),
)

archived_application_is_frozen = batch_is_open("archived_application_is_frozen")
application_is_decided_once = refusing_trigger(
    "application_is_decided_once",
    operation=pgtrigger.Update,
    when="""OLD.status <> 'pending'
        OR (OLD.institution_id, OLD.batch_id, OLD.full_name, OLD.email, OLD.phone, OLD.note)
        IS DISTINCT FROM (NEW.institution_id, NEW.batch_id, NEW.full_name, NEW.email, NEW.phone, NEW.note)""",
    reason="An application stays as it was sent, and is decided once",
)

archived_transfer_request_is_frozen = batch_is_open("archived_transfer_request_is_frozen")
transfer_request_is_decided_once = refusing_trigger(
    "transfer_request_is_decided_once",
    operation=pgtrigger.Update,
    when="""OLD.status <> 'pending'
        OR (OLD.institution_id, OLD.enrollment_id, OLD.batch_id, OLD.wanted_id, OLD.reason)
        IS DISTINCT FROM (NEW.institution_id, NEW.enrollment_id, NEW.batch_id, NEW.wanted_id, NEW.reason)""",
    reason="A request for a transfer stays as it was asked, and is decided once",
)
