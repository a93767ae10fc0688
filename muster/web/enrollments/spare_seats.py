"""The seats that a batch keeps back: releasing them, and keeping them back again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.enrollments import rules
from muster.enrollments.opening import release_day, seats_kept_back, spare_seats
from muster.institutions.models import Institution
from muster.web.batches.dialogs import batch_dialog, batches_for_rules, tab_url
from muster.web.enrollments.enrollment_actions import ReasonForm
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import redirect_with_message, submit_form
from muster.web.ui.forms import posted_data
from muster.web.ui.pages import page
from muster.web.ui.undo import Undo


class ReleaseForm(ReasonForm):
    """From which day on anybody may have the seats, and why."""

    on = forms.DateField(
        label=gettext_lazy("Release on"), required=False, help_text=gettext_lazy("Leave blank to release them now.")
    )
    field_order = ("on", "reason")


class KeepForm(ReasonForm):
    """Until which day the seats are kept back, and why."""

    until = forms.DateField(
        label=gettext_lazy("Release them again on"),
        required=False,
        help_text=gettext_lazy("Leave blank to follow the institution's settings."),
    )
    field_order = ("until", "reason")


@page(batches["change"])
def release_page(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """Give the seats that are kept back to those on the waitlist, then to anybody, now or on a day."""
    actor = request.actor
    batch: Any = batches.get(actor, batch_id, "change", among=batches_for_rules())
    form, before = ReleaseForm(posted_data(request)), batch.buffer_released_on
    if done := submit_form(form, lambda: rules.release_spare_seats(by=actor, batch=batch, **form.cleaned_data)):
        fields = {"until": before.isoformat()} if before else {}
        undo = Undo(reverse("enrollments:keep-spare-seats", args=[batch.pk]), fields)
        return redirect_with_message(request, tab_url(batch, "waitlist"), _released_in_words(done.result), undo)
    kept = min(seats_kept_back(batch, actor.institution), max(batch.available_spots or 0, 0))
    words = ngettext(
        "%(count)d free seat is kept back for transfers and repeats.",
        "%(count)d free seats are kept back for transfers and repeats.",
        kept,
    )
    return batch_dialog(
        request,
        form,
        batch,
        "waitlist",
        title=_("Release the spare seats of %(batch)s?") % {"batch": batch.code},
        button=_("Release seats"),
        text=[
            words % {"count": kept},
            _("They go to the waitlist first. Then anyone can enroll in them."),
            _release_words(batch, actor.institution),
        ],
    )


@page(batches["change"])
def keep_page(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """Keep seats back again, as far as they are free."""
    actor = request.actor
    batch: Any = batches.get(actor, batch_id, "change", among=batches_for_rules())
    form, before = KeepForm(posted_data(request)), batch.buffer_released_on
    if submit_form(form, lambda: rules.keep_spare_seats(by=actor, batch=batch, **form.cleaned_data)):
        later = before if before and before > batch.today() else None
        undo = Undo(
            reverse("enrollments:release-spare-seats", args=[batch.pk]), {"on": later.isoformat()} if later else {}
        )
        said = _("%(batch)s keeps seats back again.") % {"batch": batch.code}
        return redirect_with_message(request, tab_url(batch, "waitlist"), said, undo)
    spare = spare_seats(batch, actor.institution)
    words = ngettext(
        "%(count)d seat is kept back for transfers and repeats, if it's still free.",
        "%(count)d seats are kept back for transfers and repeats, as far as they're still free.",
        spare,
    )
    return batch_dialog(
        request,
        form,
        batch,
        "waitlist",
        title=_("Keep spare seats in %(batch)s?") % {"batch": batch.code},
        button=_("Keep seats back"),
        text=[words % {"count": spare}, _release_words(batch, actor.institution)],
    )


def _released_in_words(batch: Batch) -> str:
    day = batch.buffer_released_on
    if day is not None and day > batch.today():
        words = _("The spare seats of %(batch)s are released on %(day)s.")
        return words % {"batch": batch.code, "day": date_format(day, "j F Y")}
    return _("The spare seats of %(batch)s are released.") % {"batch": batch.code}


def _release_words(batch: Batch, institution: Institution) -> str:
    """When they are or were released by themselves."""
    day = release_day(batch, institution)
    if day is None:
        return ""
    words = _("They were released on %(day)s.") if day <= batch.today() else _("Otherwise they're released on %(day)s.")
    return words % {"day": date_format(day, "j F Y")}
