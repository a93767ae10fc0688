"""One student's place: holding, resuming and cancelling it, and staying after a trial."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.enrollments import rules
from muster.enrollments.models import Enrollment
from muster.enrollments.opening import why_not_cancelled
from muster.enrollments.permissions import enrollments
from muster.enrollments.rules import today_of
from muster.institutions.access import Actor
from muster.people.links import student_url
from muster.web.batches.dialogs import batch_dialog, tab_url
from muster.web.enrollments.words import price_words
from muster.web.requests import ActorRequest
from muster.web.ui.bulk import MOST_AT_ONCE, picked_url
from muster.web.ui.dialogs import ConfirmForm, redirect_with_message, render_dialog, submit_form
from muster.web.ui.forms import Form, posted_data
from muster.web.ui.pages import page
from muster.web.ui.undo import Undo


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


def _is_own(actor: Actor, enrollment: Enrollment) -> bool:
    return actor.user is not None and enrollment.student_id == actor.user.pk and not actor.manages


def _names(enrollment: Enrollment) -> dict[str, Any]:
    place = enrollment.batch.code if enrollment.batch else enrollment.course.title if enrollment.course else ""
    return {"name": enrollment.student.full_name, "batch": place}


def _tab(actor: Actor) -> str:
    """Where the action was asked for: the roster, or for the student the batch."""
    return "students" if actor.manages else "overview"


def _back(actor: Actor, enrollment: Enrollment) -> str:
    return tab_url(enrollment.batch, _tab(actor)) if enrollment.batch else student_url(enrollment.student_id)


def _dialog(request: ActorRequest, form: Form, enrollment: Enrollment, **shown: Any) -> HttpResponse:
    """The form over that page; study without a batch has the student's."""
    if enrollment.batch is None:
        back = _back(request.actor, enrollment)
        return render_dialog(request, form, back=back, context={"nav": "students"}, **shown)
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


@page(enrollments["resume"])
def resume_page(request: ActorRequest, enrollment_id: UUID) -> HttpResponse:
    """Bring an enrollment back from hold, or one that ended before its batch. Students come back to what they left."""
    actor, form = request.actor, ConfirmForm(posted_data(request))
    enrollment = _enrollment_to_change(actor, enrollment_id, "resume")
    if _is_own(actor, enrollment):
        return _come_back(request, form, enrollment)
    names = _names(enrollment)
    if submit_form(form, lambda: rules.resume_enrollment(by=actor, enrollment=enrollment)):
        said = _("%(name)s resumed in %(batch)s.") % names
        undo = Undo(reverse("enrollments:hold", args=[enrollment.pk]))
        return redirect_with_message(request, _back(actor, enrollment), said, undo)
    text = [_("They return to the register of %(batch)s today.") % names]
    return _dialog(request, form, enrollment, title=_("Resume %(name)s?") % names, button=_("Resume"), text=text)


def _come_back(request: ActorRequest, form: Form, enrollment: Enrollment) -> HttpResponse:
    actor, names = request.actor, _names(enrollment)
    if submit_form(form, lambda: rules.resume_enrollment(by=actor, enrollment=enrollment)):
        closed = why_not_cancelled(enrollment, actor.institution, today_of(enrollment, actor))
        undo = None if closed else undo_enrolling([enrollment])
        said = _("You're back in %(batch)s.") % names
        return redirect_with_message(request, _back(actor, enrollment), said, undo)
    text = [_("You get the same enrollment back, with what was paid for it.")]
    title = _("Return to %(batch)s?") % names
    return _dialog(request, form, enrollment, title=title, button=_("Return"), text=text)


@page(enrollments["convert"])
def convert_page(request: ActorRequest, enrollment_id: UUID) -> HttpResponse:
    """Turn a trial into a full enrollment: students stay, or staff keep them."""
    actor, form = request.actor, ConfirmForm(posted_data(request))
    enrollment = _enrollment_to_change(actor, enrollment_id, "convert")
    names, own = _names(enrollment), _is_own(actor, enrollment)
    if submit_form(form, lambda: rules.convert_trial(by=actor, enrollment=enrollment)):
        said = _("You're staying in %(batch)s.") if own else _("%(name)s is fully enrolled in %(batch)s.")
        return redirect_with_message(request, _back(actor, enrollment), said % names)
    title = _("Stay in %(batch)s?") if own else _("Enroll %(name)s fully?")
    last = enrollment.access_expiry_date
    text = [
        _("The trial ends on %(day)s.") % {"day": date_format(last, "l j F Y")} if last else "",
        price_words(enrollment.course),
        _("The seat stays yours.") if own else _("They keep their seat."),
    ]
    return _dialog(
        request,
        form,
        enrollment,
        title=title % names,
        button=_("Stay") if own else _("Enroll fully"),
        text=[line for line in text if line],
    )


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
    own = _is_own(actor, enrollment)
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
    closed = why_not_cancelled(enrollment, actor.institution, today_of(enrollment, actor)) if own else None
    if closed is not None and not form.is_bound:
        title, button, text = _("You can't leave %(batch)s yourself"), "", closed.message.replace("%", "%%")
    return _dialog(
        request,
        form,
        enrollment,
        title=title % names,
        button=button,
        keep=keep,
        text=[text % names],
        tone="bad",
        body="" if button else "enrollments/nothing.html",
    )


def _seat_again(enrollment: Enrollment, own: bool) -> Undo | None:
    """The way back: the same enrollment again. By their own word nobody gets a seat that somebody else pays for."""
    if own and enrollment.organisation_id is not None:
        return None
    return Undo(reverse("enrollments:resume", args=[enrollment.pk]))


def undo_enrolling(places: Sequence[Enrollment]) -> Undo | None:
    """How enrolling is taken back, as far as one address can name all of them."""
    if len(places) == 1:
        return Undo(reverse("enrollments:cancel", args=[places[0].pk]))
    return Undo(picked_url(reverse("enrollments:cancel-many"), places)) if len(places) <= MOST_AT_ONCE else None
