"""From one mentor to the next: what students ask for, how it is decided, and what the former mentor hands over."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from muster.allocation.queries import instructor_named
from muster.core.errors import DomainError
from muster.mentoring import rules
from muster.mentoring.models import Handover, MentorRequest
from muster.mentoring.permissions import handovers, mentor_requests, mentored
from muster.web.allocation.assignments import offers_for
from muster.web.mentoring.forms import AskMentorForm, ChooseMentorForm, HandoverForm, RejectMentorForm
from muster.web.mentoring.sessions import crumbs_of, page_of_student
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import redirect_with_message, redirect_with_refusal, render_dialog, submit_form
from muster.web.ui.forms import posted_data
from muster.web.ui.pages import page
from muster.web.ui.undo import Undo

REQUESTS = MentorRequest.objects.select_related("assignment__student", "assignment__instructor")
HANDOVERS = Handover.objects.select_related("former__student", "following__instructor")


@page(mentored["ask"])
def ask_for_mentor(request: ActorRequest, student_id: UUID) -> HttpResponse:
    """Ask for another mentor."""
    actor = request.actor
    person = mentored.get(actor, student_id, "ask")
    form, back = AskMentorForm(posted_data(request)), page_of_student(person.pk)
    if did := submit_form(form, lambda: rules.ask_for_another_mentor(by=actor, student=person, **form.cleaned_data)):
        undo = Undo(reverse("mentoring-sessions:withdraw-mentor-request", args=[did.result.pk]))
        return redirect_with_message(request, back, _("Your request is with the administrators."), undo)
    return render_dialog(
        request,
        form,
        title=_("Request another mentor"),
        button=_("Send request"),
        back=back,
        text=[
            _("An administrator decides. Your mentor isn't notified."),
            _("Your next mentor can read summaries and goals. Private notes stay with the mentor you have now."),
        ],
        crumbs=crumbs_of(actor, person),
        context={"nav": "mentoring"},
    )


@page(mentor_requests["withdraw"])
@require_POST
def withdraw_request(request: ActorRequest, mentor_request_id: UUID) -> HttpResponse:
    """Take one's request back."""
    row = mentor_requests.get(request.actor, mentor_request_id, "withdraw", among=REQUESTS.all())
    back = page_of_student(row.assignment.student_id)
    try:
        rules.withdraw_mentor_request(by=request.actor, request=row)
    except DomainError as error:
        return redirect_with_refusal(request, back, error)
    return redirect_with_message(request, back, _("Request withdrawn."))


@page(mentor_requests["decide"])
def approve_request(request: ActorRequest, mentor_request_id: UUID) -> HttpResponse:
    """Give the student another mentor."""
    actor = request.actor
    row = mentor_requests.get(actor, mentor_request_id, "decide", among=REQUESTS.all())
    student, now = row.assignment.student, row.assignment.instructor
    choices = [one for one in offers_for(actor, student) if one[0] != str(now.pk)]
    form = ChooseMentorForm(posted_data(request), choices=choices)

    def approve() -> MentorRequest:
        instructor = instructor_named(actor, form.cleaned_data["instructor_id"], "instructor_id")
        return rules.approve_mentor_request(by=actor, request=row, instructor=instructor)

    if submit_form(form, approve):
        sentence = _("%(name)s has another mentor.") % {"name": student.full_name}
        return redirect_with_message(request, reverse("requests"), sentence)
    words = {"name": now.full_name, "student": student.full_name}
    return render_dialog(
        request,
        form,
        title=_("Choose another mentor for %(student)s") % words,
        button=_("Change mentor") if choices else "",
        back=reverse("requests"),
        text=[
            _("“%(reason)s”") % {"reason": row.reason},
            _("Sessions planned with %(name)s are cancelled. Open goals and questions go along.") % words,
            _("The next mentor reads summaries and goals. %(name)s is asked whether to release private notes.") % words,
        ],
        crumbs=[_("Requests"), reverse("requests")],
        context={"nav": "requests"},
    )


@page(mentor_requests["decide"])
def reject_request(request: ActorRequest, mentor_request_id: UUID) -> HttpResponse:
    """Leave the student with their mentor, and say why."""
    actor = request.actor
    row = mentor_requests.get(actor, mentor_request_id, "decide", among=REQUESTS.all())
    form, back = RejectMentorForm(posted_data(request)), reverse("requests")
    if submit_form(form, lambda: rules.reject_mentor_request(by=actor, request=row, **form.cleaned_data)):
        return redirect_with_message(request, back, _("Request rejected."))
    words = {"name": row.assignment.instructor.full_name, "student": row.assignment.student.full_name}
    return render_dialog(
        request,
        form,
        title=_("Leave %(student)s with %(name)s?") % words,
        button=_("Reject request"),
        back=back,
        text=[_("“%(reason)s”") % {"reason": row.reason}],
        crumbs=[_("Requests"), back],
        context={"nav": "requests"},
    )


@page(handovers["write"])
def hand_over(request: ActorRequest, handover_id: UUID) -> HttpResponse:
    """Say what the next mentor should know, and whether they may read private notes."""
    actor = request.actor
    row = handovers.get(actor, handover_id, "write", among=HANDOVERS.all())
    now = {"note": row.note, "notes_released": row.notes_released}
    form, back = HandoverForm(posted_data(request), initial=now), reverse("mentoring:list")
    if submit_form(form, lambda: rules.hand_over(by=actor, handover=row, **form.cleaned_data)):
        fields = {"note": row.note, **({"notes_released": "on"} if row.notes_released else {})}
        undo = Undo(reverse("mentoring-sessions:hand-over", args=[row.pk]), fields)
        return redirect_with_message(request, back, _("Handover saved."), undo)
    words = {"student": row.former.student.full_name, "name": row.following.instructor.full_name}
    return render_dialog(
        request,
        form,
        title=_("Hand over %(student)s to %(name)s") % words,
        button=_("Save"),
        back=back,
        text=[_("%(name)s can read the summaries of your sessions and the goals. Open goals went along.") % words],
        crumbs=[_("Individual assignments"), back],
        context={"nav": "mentoring"},
    )
