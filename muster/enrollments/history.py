"""How enrollments read in the history of their batch."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from muster.core.audit import HistoryEvent, HistoryLine, changed_columns, describe, name_use_cases
from muster.enrollments.models import Application, Enrollment, TransferRequest, WaitlistEntry

COLUMNS = ("status", "enrollment_type", "source", "enrollment_date", "access_expiry_date")
USE_CASES = {
    "enroll_student": gettext_lazy("enrolled students"),
    "cancel_enrollment": gettext_lazy("cancelled an enrollment"),
    "hold_enrollment": gettext_lazy("put an enrollment on hold"),
    "resume_enrollment": gettext_lazy("resumed an enrollment"),
    "complete_enrollment": gettext_lazy("completed an enrollment"),
    "expire_enrollment": gettext_lazy("ended access"),
    "convert_trial": gettext_lazy("turned a trial into a full enrollment"),
    "join_waitlist": gettext_lazy("joined the waitlist"),
    "leave_waitlist": gettext_lazy("took someone off the waitlist"),
    "prioritize": gettext_lazy("changed a priority on the waitlist"),
    "accept_offer": gettext_lazy("accepted an offer"),
    "decline_offer": gettext_lazy("declined an offer"),
    "fill_seats": gettext_lazy("passed seats on to the waitlist"),
    "lapse_offers": gettext_lazy("ended offers without an answer"),
    "add_payment": gettext_lazy("recorded a payment"),
    "move_payment": gettext_lazy("changed a payment"),
    "change_enrollment": gettext_lazy("corrected an enrollment"),
    "change_capacity": gettext_lazy("changed the capacity"),
    "release_spare_seats": gettext_lazy("released the spare seats"),
    "keep_spare_seats": gettext_lazy("kept spare seats back"),
    "change_status": gettext_lazy("changed the status"),
    "delete_batch": gettext_lazy("deleted the batch"),
    "reopen_batch": gettext_lazy("reopened the batch"),
    "name_contact": gettext_lazy("named the contact of an organization"),
    "remove_contact": gettext_lazy("removed the contact of an organization"),
    "apply": gettext_lazy("received an application"),
    "accept_application": gettext_lazy("accepted an application"),
    "reject_application": gettext_lazy("rejected an application"),
    "transfer_students": gettext_lazy("transferred students"),
    "return_students": gettext_lazy("took a transfer back"),
    "ask_for_transfer": gettext_lazy("requested a transfer"),
    "approve_transfer": gettext_lazy("approved a transfer"),
    "reject_transfer": gettext_lazy("rejected a transfer"),
    "withdraw_transfer": gettext_lazy("withdrew a request for a transfer"),
    "follow_dates": gettext_lazy("let the status go by the dates again"),
}


def _describe_event(event: HistoryEvent) -> Iterable[HistoryLine]:
    name = event.names.of(event.row["student_id"])
    if event.label == "insert":
        yield HistoryLine(
            _("%(name)s got a seat") % {"name": name},
            "add",
            "enrollments",
            "",
            name,
            name,
            alike=("enrolled",),
            many=_("a student got a seat"),
            alone=_("enrolled %(name)s") % {"name": name},
            together=ngettext_lazy("enrolled %(count)d student", "enrolled %(count)d students", "count"),
        )
    yield from changed_columns(event, COLUMNS, subject=name)


def _describe_place(event: HistoryEvent) -> Iterable[HistoryLine]:
    name = event.names.of(event.row["student_id"])
    if event.label == "insert":
        yield HistoryLine(_("%(name)s joined the waitlist") % {"name": name}, "add", "enrollments", "", name, name)
    yield from changed_columns(event, ("status", "priority", "reason"), subject=name)


def _describe_application(event: HistoryEvent) -> Iterable[HistoryLine]:
    """Who applies, and what they are told, only those learn who decide; instructors too read the history."""
    if event.label == "insert":
        yield HistoryLine(_("Application received"), "add")
    yield from changed_columns(event, ("status",))


def _describe_transfer_request(event: HistoryEvent) -> Iterable[HistoryLine]:
    """That somebody asked, and what became of it; the reasons are for those who decide."""
    if event.label == "insert":
        yield HistoryLine(_("Transfer requested"), "add")
    yield from changed_columns(event, ("status",))


describe(Application, _describe_application)
describe(Enrollment, _describe_event)
describe(TransferRequest, _describe_transfer_request)
describe(WaitlistEntry, _describe_place)
name_use_cases(USE_CASES)
