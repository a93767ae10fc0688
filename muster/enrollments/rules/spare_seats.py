"""The seats that a batch keeps back: releasing them, and keeping them back again."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from muster.batches.models import Batch
from muster.batches.rules.inputs import far_off, is_near
from muster.batches.rules.locks import locked_batch
from muster.core.database import atomic
from muster.core.errors import Conflict, Invalid
from muster.core.history import recorded
from muster.enrollments.errors import NotOpenForEnrollment
from muster.enrollments.opening import release_day, seats_kept_back, spare_seats
from muster.enrollments.rules.filling import fill_seats
from muster.institutions.access import Actor


@atomic
def release_spare_seats(*, by: Actor, batch: Batch, on: date | None = None, reason: str = "") -> Batch:
    """Give the seats that the batch keeps back to whoever wants them, from a day to come on or else today, by its own
    clock. Those on the waitlist get them first: today's at once, on another day by the job that comes every minute.

    Locks the batch. Raises BatchArchived, NotOpenForEnrollment, Conflict where none are kept back, Invalid at `on`.
    """
    batch = _locked_with_spare_seats(by, batch)
    if not seats_kept_back(batch, by.institution):
        words = _("The spare seats of %(batch)s were already released on %(day)s.")
        raise Conflict(words % {"batch": batch.code, "day": _release_words(by, batch)}, code="already_released")
    today = batch.today()
    on = on or today
    if not is_near(on):
        raise Invalid(far_off(), field="on")
    if on < today:
        raise Invalid(_("Choose today or a later day."), field="on")
    if batch.end_date is not None and on > batch.end_date:
        last = date_format(batch.end_date, "j F Y")
        raise Invalid(_("The batch ends on %(day)s. Choose an earlier day.") % {"day": last}, field="on")
    return _keep_until(by, batch, on, "release_spare_seats", reason)


@atomic
def keep_spare_seats(*, by: Actor, batch: Batch, until: date | None = None, reason: str = "") -> Batch:
    """Keep seats back again, as far as they are free: until a day to come, or else as the institution's setting says.

    Locks the batch. Raises BatchArchived, NotOpenForEnrollment, Conflict where no seat is free, Invalid at `until`.
    """
    batch = _locked_with_spare_seats(by, batch)
    if batch.is_full:
        words = _("All seats in %(batch)s are taken, so none can be kept back. Add seats first.")
        raise Conflict(words % {"batch": batch.code}, code="no_seat_free")
    batch.buffer_released_on = until
    if until is not None and not is_near(until):
        raise Invalid(far_off(), field="until")
    if not seats_kept_back(batch, by.institution):
        words = _("On %(day)s they would already be released. Choose a later day.")
        raise Invalid(words % {"day": _release_words(by, batch)}, field="until")
    return _keep_until(by, batch, until, "keep_spare_seats", reason)


def _release_words(by: Actor, batch: Batch) -> str:
    day = release_day(batch, by.institution)
    return date_format(day, "j F Y") if day else ""


def _locked_with_spare_seats(by: Actor, batch: Batch) -> Batch:
    batch = locked_batch(batch)
    if not batch.takes_enrollments:
        raise NotOpenForEnrollment(batch)
    if not spare_seats(batch, by.institution):
        raise Conflict(_("%(batch)s keeps no seats back.") % {"batch": batch.code}, code="no_spare_seats")
    return batch


def _keep_until(by: Actor, batch: Batch, day: date | None, use_case: str, reason: str) -> Batch:
    batch.buffer_released_on = day
    with recorded(by, use_case, reason=reason):
        batch.save_version("buffer_released_on")
    if fill_seats(batch.pk):
        batch.refresh_from_db(fields=["enrolled_students", "seats_offered"])
    return batch
