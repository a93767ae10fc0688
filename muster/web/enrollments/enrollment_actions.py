"""One student's place: holding, resuming, cancelling it, and taking it oneself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.batches.meetings import week_in_words
from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.batches.queries import batches_of
from muster.core.clocks import zone_words
from muster.core.errors import Forbidden
from muster.enrollments import rules
from muster.enrollments.errors import BatchFull
from muster.enrollments.models import Enrollment
from muster.enrollments.opening import seats_left_of
from muster.enrollments.permissions import enrollments
from muster.enrollments.queries import OwnClash, own_clashes
from muster.institutions.access import Actor
from muster.institutions.models import STUDENT_ROLES
from muster.web.batches.dialogs import batch_dialog, batches_for_rules, tab_url
from muster.web.enrollments.words import kept_back_words
from muster.web.requests import ActorRequest
from muster.web.ui.bulk import MOST_AT_ONCE, picked_url
from muster.web.ui.dialogs import ConfirmForm, redirect_with_message, render_dialog, submit_form
from muster.web.ui.forms import Form, posted_data
from muster.web.ui.pages import page
from muster.web.ui.undo import Undo
from muster.web.ui.widgets import money


class SelfForm(Form):
    """Taking a seat oneself; where it clashes with the own timetable, knowing that."""

    def __init__(self, *args: Any, clashes: Sequence[OwnClash], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if clashes:
            self.fields["accept_clash"] = forms.BooleanField(label=_("Enroll although the times clash"), required=False)


class ReasonForm(Form):
    """Why."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Kept in the batch's history."),
    )


def _enrollment_to_change(actor: Actor, enrollment_id: UUID, action: str) -> Enrollment:
    among = Enrollment.objects.select_related("student", "batch__institution", "course")
    return enrollments.get(actor, enrollment_id, action, among=among)


def _names(enrollment: Enrollment) -> dict[str, Any]:
    place = enrollment.batch.code if enrollment.batch else enrollment.course.title if enrollment.course else ""
    return {"name": enrollment.student.full_name, "batch": place}


def _tab(actor: Actor) -> str:
    """Where the action was asked for: the roster, or for the student the batch."""
    return "students" if actor.manages else "overview"


def _back(actor: Actor, enrollment: Enrollment) -> str:
    return tab_url(enrollment.batch, _tab(actor)) if enrollment.batch else "/"


def _dialog(request: ActorRequest, form: Form, enrollment: Enrollment, **shown: Any) -> HttpResponse:
    """The form over that page; study without a batch has none."""
    if enrollment.batch is None:
        return render_dialog(request, form, back="/", context={"nav": "batches"}, **shown)
    return batch_dialog(request, form, enrollment.batch, _tab(request.actor), **shown)


@page(enrollments["change"])
def hold_page(request: ActorRequest, enrollment_id: UUID) -> HttpResponse:
    """Put an enrollment on hold."""
    actor, form = request.actor, ReasonForm(posted_data(request))
    enrollment = _enrollment_to_change(actor, enrollment_id, "change")
    names = _names(enrollment)
    if submit_form(form, lambda: rules.hold_enrollment(by=actor, enrollment=enrollment, **form.cleaned_data)):
        said = _("%(name)s put on hold in %(batch)s.") % names
        undo = Undo(reverse("enrollments:resume", args=[enrollment.pk]))
        return redirect_with_message(request, _back(actor, enrollment), said, undo)
    text = [_("They keep their seat in %(batch)s but leave the register until you resume them.") % names]
    title = _("Put %(name)s on hold?") % names
    return _dialog(request, form, enrollment, title=title, button=_("Put on hold"), text=text)


@page(enrollments["change"])
def resume_page(request: ActorRequest, enrollment_id: UUID) -> HttpResponse:
    """Bring an enrollment back from hold."""
    actor, form = request.actor, ConfirmForm(posted_data(request))
    enrollment = _enrollment_to_change(actor, enrollment_id, "change")
    names = _names(enrollment)
    if submit_form(form, lambda: rules.resume_enrollment(by=actor, enrollment=enrollment)):
        said = _("%(name)s resumed in %(batch)s.") % names
        undo = Undo(reverse("enrollments:hold", args=[enrollment.pk]))
        return redirect_with_message(request, _back(actor, enrollment), said, undo)
    text = [_("They return to the register of %(batch)s today.") % names]
    return _dialog(request, form, enrollment, title=_("Resume %(name)s?") % names, button=_("Resume"), text=text)


@page(enrollments["change"])
def complete_page(request: ActorRequest, enrollment_id: UUID) -> HttpResponse:
    """Complete one student's enrollment before the batch is over."""
    actor, form = request.actor, ReasonForm(posted_data(request))
    enrollment = _enrollment_to_change(actor, enrollment_id, "change")
    names = _names(enrollment)
    if submit_form(form, lambda: rules.complete_enrollment(by=actor, enrollment=enrollment, **form.cleaned_data)):
        undo = Undo(reverse("enrollments:resume", args=[enrollment.pk]))
        said = _("%(name)s completed %(batch)s. 1 seat freed.") % names
        return redirect_with_message(request, _back(actor, enrollment), said, undo)
    text = [_("They leave the register of %(batch)s, and their seat goes to the next in line.") % names]
    if enrollment.access_expiry_date:
        day = date_format(enrollment.access_expiry_date, "j F Y")
        text.append(_("They keep access until %(day)s.") % {"day": day})
    title = _("Complete %(batch)s for %(name)s?") % names
    return _dialog(request, form, enrollment, title=title, button=_("Complete"), text=text)


@page(enrollments["cancel"])
def cancel_page(request: ActorRequest, enrollment_id: UUID) -> HttpResponse:
    """Cancel an enrollment, which frees its seat. Students cancel their own."""
    actor, form = request.actor, ReasonForm(posted_data(request))
    enrollment = _enrollment_to_change(actor, enrollment_id, "cancel")
    names, batch = _names(enrollment), enrollment.batch
    own = actor.user is not None and enrollment.student_id == actor.user.pk and not actor.manages
    if submit_form(form, lambda: rules.cancel_enrollment(by=actor, enrollment=enrollment, **form.cleaned_data)):
        said = _("You left %(batch)s.") if own else _("%(name)s removed from %(batch)s. 1 seat freed.")
        # A batch that a student may only see while they are in it would be gone now.
        gone = own and batch is not None and not batch.takes_enrollments
        back = "/batches/" if gone else _back(actor, enrollment)
        return redirect_with_message(request, back, said % names, None if gone else _seat_again(enrollment, own))
    if own:
        title, button, keep = _("Leave %(batch)s?"), _("Leave batch"), _("Stay in batch")
        text = _("You'll give up your seat in %(batch)s. Your attendance stays on your record.")
    else:
        title, button, keep = _("Cancel %(name)s's enrollment?"), _("Cancel enrollment"), _("Keep enrollment")
        text = _("This frees their seat in %(batch)s immediately. Everything so far stays in the history.")
    return _dialog(
        request, form, enrollment, title=title % names, button=button, keep=keep, text=[text % names], tone="bad"
    )


def _seat_again(enrollment: Enrollment, own: bool) -> Undo | None:
    """The way back into the batch, by the form with which people enroll, or oneself."""
    if enrollment.batch is None:
        return None
    if own:
        # By their own word they get no seat that somebody else pays for.
        is_plain = enrollment.enrollment_type == Enrollment.Type.BATCH and enrollment.organisation_id is None
        return Undo(reverse("enrollments:enroll-self", args=[enrollment.batch_id])) if is_plain else None
    fields = {"student": str(enrollment.student_id), "enrollment_type": enrollment.enrollment_type}
    if enrollment.organisation_id:
        fields["organisation"] = str(enrollment.organisation_id)
    return Undo(reverse("enrollments:enroll", args=[enrollment.batch_id]), fields)


def undo_enrolling(places: Sequence[Enrollment]) -> Undo | None:
    """How enrolling is taken back, as far as one address can name all of them."""
    if len(places) == 1:
        return Undo(reverse("enrollments:cancel", args=[places[0].pk]))
    return Undo(picked_url(reverse("enrollments:cancel-many"), places)) if len(places) <= MOST_AT_ONCE else None


# --- enrolling oneself ----------------------------------------------------------------------------------------------
@page(enrollments["enroll"])
def enroll_self(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """A student takes a seat for themself, after reading what it is."""
    student = request.actor.user
    if student is None or not request.actor.is_any(*STUDENT_ROLES):
        raise Forbidden(_("Only students can enroll themselves. To enroll someone else, open the batch."))
    batch = batches.get(request.actor, batch_id, "see", among=batches_for_rules())
    clashes = own_clashes(student, batch.institution_id, [batch.pk]).get(batch.pk, [])
    form, names = SelfForm(posted_data(request), clashes=clashes), {"batch": batch.name}

    def enroll() -> Enrollment:
        accept = bool(form.cleaned_data.get("accept_clash"))
        # Whoever manages something else takes no seat that is kept back.
        by = request.actor.as_student()
        return rules.enroll_student(by=by, student=student, batch=batch, source="self", accept_clash=accept)

    if done := submit_form(form, enroll):
        said = _("You're enrolled in %(batch)s.") % names
        return redirect_with_message(request, tab_url(batch), said, undo_enrolling([done.result]))
    waitlist_url = "" if batch.waitlist_capacity == 0 else reverse("enrollments:join-waitlist", args=[batch.pk])
    lines = (_dates(batch), _times(request.actor, batch), _price(batch), _free_seats(batch, request.actor))
    return batch_dialog(
        request,
        form,
        batch,
        title=_("Enroll in %(batch)s?") % names,
        button=_("Enroll"),
        text=[line for line in lines if line],
        body="enrollments/enroll_self.html",
        context={
            "siblings": form.refusal.siblings if isinstance(form.refusal, BatchFull) else [],
            "clashes": clashes,
            "waitlist_url": waitlist_url if isinstance(form.refusal, BatchFull) else "",
        },
    )


def _dates(batch: Batch) -> str:
    if batch.start_date is None or batch.end_date is None:
        return ""
    return _("It runs from %(first)s to %(last)s%(place)s.") % {
        "first": date_format(batch.start_date, "j F Y"),
        "last": date_format(batch.end_date, "j F Y"),
        "place": f", {batch.branch.name}" if batch.branch else "",
    }


def _price(batch: Batch) -> str:
    if batch.course is None or batch.course.price is None:
        return ""
    price = money(batch.course.price, batch.course.currency)
    return _("The price is %(price)s. Your payment will be recorded as pending.") % {"price": price}


def _times(actor: Actor, batch: Batch) -> str:
    """When it meets, by its own clock, and who leads it."""
    full: Any = batches_of(actor, Batch.objects.filter(pk=batch.pk)).get()
    week = week_in_words(full.week)
    if week and (zone := zone_words(batch.zone, actor.zone)):
        week = f"{week} ({zone})"
    said = [_("It meets %(week)s.") % {"week": week}] if week else []
    if full.lead:
        said.append(_("Instructor: %(name)s.") % {"name": full.lead["full_name"]})
    return " ".join(said)


def _free_seats(batch: Batch, actor: Actor) -> str:
    """The seats that are left for a student, and how many are kept back."""
    left = seats_left_of(batch, actor)
    if left is None or batch.capacity is None:
        return ""
    said = ngettext("%(free)d of %(capacity)d seats is free.", "%(free)d of %(capacity)d seats are free.", left)
    words = said % {"free": left, "capacity": batch.capacity}
    kept = (batch.available_spots or 0) - left
    return f"{words} {kept_back_words(kept)}" if kept else words
