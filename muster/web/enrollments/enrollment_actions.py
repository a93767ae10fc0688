"""One student's place: holding, resuming, cancelling it, and taking it oneself."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.core.errors import DomainError, Forbidden
from muster.enrollments import rules
from muster.enrollments.models import Enrollment
from muster.enrollments.permissions import enrollments
from muster.enrollments.queries import open_siblings
from muster.institutions.access import Actor
from muster.web.enrollments.crumbs import crumbs_to, url_of, with_all
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import ConfirmForm, redirect_with_message, render_dialog, submit_form
from muster.web.ui.forms import Form, posted_data
from muster.web.ui.pages import form_refused, page


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


def _way(actor: Actor, enrollment: Enrollment) -> tuple[str, list[str]]:
    """Where the action was asked for: the roster, or for the student the batch."""
    if enrollment.batch is None:
        return "/", []
    if not actor.manages:
        return url_of(enrollment.batch), crumbs_to(enrollment.batch)
    back = url_of(enrollment.batch, "batches:students")
    return back, crumbs_to(enrollment.batch, _("Students"), back)


@page(enrollments["change"])
def hold_page(request: ActorRequest, enrollment_id: UUID) -> HttpResponse:
    """Put an enrollment on hold."""
    actor = request.actor
    enrollment = _enrollment_to_change(actor, enrollment_id, "change")
    back, crumbs = _way(actor, enrollment)
    form = ReasonForm(posted_data(request))
    if submit_form(
        form, lambda: rules.hold_enrollment(by=actor, enrollment=enrollment, reason=form.cleaned_data["reason"])
    ):
        return redirect_with_message(request, back, _("%(name)s put on hold in %(batch)s.") % _names(enrollment))
    return render_dialog(
        request,
        form,
        title=_("Put %(name)s on hold?") % _names(enrollment),
        button=_("Put on hold"),
        back=back,
        text=[
            _("They keep their seat in %(batch)s but leave the register until you resume them.") % _names(enrollment)
        ],
        crumbs=crumbs,
        context={"nav": "batches"},
    )


@page(enrollments["change"])
def resume_page(request: ActorRequest, enrollment_id: UUID) -> HttpResponse:
    """Bring an enrollment back from hold."""
    actor = request.actor
    enrollment = _enrollment_to_change(actor, enrollment_id, "change")
    back, crumbs = _way(actor, enrollment)
    form = ConfirmForm(posted_data(request))
    if submit_form(form, lambda: rules.resume_enrollment(by=actor, enrollment=enrollment)):
        return redirect_with_message(request, back, _("%(name)s resumed in %(batch)s.") % _names(enrollment))
    return render_dialog(
        request,
        form,
        title=_("Resume %(name)s?") % _names(enrollment),
        button=_("Resume"),
        back=back,
        text=[_("They return to the register of %(batch)s today.") % _names(enrollment)],
        crumbs=crumbs,
        context={"nav": "batches"},
    )


@page(enrollments["cancel"])
def cancel_page(request: ActorRequest, enrollment_id: UUID) -> HttpResponse:
    """Cancel an enrollment, which frees its seat. Students cancel their own."""
    actor = request.actor
    enrollment = _enrollment_to_change(actor, enrollment_id, "cancel")
    back, crumbs = _way(actor, enrollment)
    own = actor.user is not None and enrollment.student_id == actor.user.pk and not actor.manages
    form = ReasonForm(posted_data(request))
    if submit_form(
        form, lambda: rules.cancel_enrollment(by=actor, enrollment=enrollment, reason=form.cleaned_data["reason"])
    ):
        said = _("You left %(batch)s.") if own else _("%(name)s removed from %(batch)s. 1 seat freed.")
        # A batch that a student may only see while they are in it would be gone now.
        gone = own and enrollment.batch is not None and not enrollment.batch.takes_enrollments
        return redirect_with_message(request, "/batches/" if gone else back, said % _names(enrollment))
    return render_dialog(
        request,
        form,
        title=(_("Leave %(batch)s?") if own else _("Cancel %(name)s's enrollment?")) % _names(enrollment),
        button=_("Leave batch") if own else _("Cancel enrollment"),
        tone="bad",
        back=back,
        text=[
            (
                _("You'll give up your seat in %(batch)s. Your attendance stays on your record.")
                if own
                else _("This frees their seat in %(batch)s immediately. Everything so far stays in the history.")
            )
            % _names(enrollment)
        ],
        crumbs=crumbs,
        context={"nav": "batches"},
    )


# --- enrolling oneself ----------------------------------------------------------------------------------------------
@page(enrollments["enroll"])
def enroll_self(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """A student takes a seat for themself, after reading what it is."""
    actor = request.actor
    if actor.user is None or not actor.is_any("student", "corporate-student"):
        raise Forbidden(_("Only students can enroll themselves. To enroll someone else, open the batch."))
    batch = batches.get(actor, batch_id, "see", among=with_all())
    url = url_of(batch)
    form = ConfirmForm(posted_data(request))
    siblings: list[Batch] = []
    if form.is_bound and form.is_valid():
        try:
            rules.enroll_student(by=actor, student=actor.user, batch=batch, source="self")
        except DomainError as error:
            form_refused(form, error)
            siblings = open_siblings(batch) if error.code == "batch_full" else []
        else:
            return redirect_with_message(request, url, _("You're enrolled in %(batch)s.") % {"batch": batch.name})
    return render_dialog(
        request,
        form,
        title=_("Enroll in %(batch)s?") % {"batch": batch.name},
        button=_("Enroll"),
        back=url,
        text=[line for line in (_dates(batch), _free_seats(batch)) if line],
        crumbs=crumbs_to(batch),
        body="enrollments/enroll_self.html",
        context={"siblings": siblings, "nav": "batches"},
    )


def _dates(batch: Batch) -> str:
    if batch.start_date is None or batch.end_date is None:
        return ""
    return _("It runs from %(first)s to %(last)s%(place)s.") % {
        "first": date_format(batch.start_date, "j F Y"),
        "last": date_format(batch.end_date, "j F Y"),
        "place": f", {batch.branch.name}" if batch.branch else "",
    }


def _free_seats(batch: Batch) -> str:
    if batch.capacity is None:
        return ""
    return _("%(free)d of %(capacity)d seats are free.") % {
        "free": batch.available_spots or 0,
        "capacity": batch.capacity,
    }
