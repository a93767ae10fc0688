"""Another time for a session, as its student asks and its mentor decides; and calls that were held unscheduled."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from muster.batches.notices import when_of
from muster.core.clocks import now_in
from muster.core.errors import DomainError
from muster.institutions.models import zone_of
from muster.mentoring import rules
from muster.mentoring.models import MentoringTimeRequest
from muster.mentoring.notices import when_wanted
from muster.mentoring.permissions import mentored, mentoring_sessions, time_requests
from muster.mentoring.queries import branch_of
from muster.web.mentoring.forms import AskTimeForm, CallForm, DeclineTimeForm
from muster.web.mentoring.sessions import crumbs_of, find_session, page_of_student, pair_of_student, time_page
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import redirect_with_message, redirect_with_refusal, render_dialog, submit_form
from muster.web.ui.forms import posted_data
from muster.web.ui.pages import page
from muster.web.ui.undo import Undo

USUAL_CALL = 15
REQUESTS = MentoringTimeRequest.objects.select_related(
    "session__session__meeting", "session__assignment__student", "session__assignment__instructor"
)


@page(mentoring_sessions["ask_time"])
def ask_time(request: ActorRequest, mentoring_session_id: UUID) -> HttpResponse:
    """Ask to meet at another time, beside the times that suit both."""
    actor = request.actor
    row = find_session(actor, mentoring_session_id, "ask_time")
    form = AskTimeForm(posted_data(request), initial=request.GET.dict())
    if did := submit_form(form, lambda: rules.ask_for_another_time(by=actor, session=row, **form.wanted())):
        undo = Undo(reverse("mentoring-sessions:withdraw-time", args=[did.result.pk]))
        sentence = _("You requested %(when)s. Your mentor decides.") % {"when": when_wanted(did.result)}
        return redirect_with_message(request, page_of_student(row.assignment.student_id), sentence, undo)
    title = _("Another time than %(when)s") % {"when": when_of(row.session)}
    buttons = (_("Ask for another time"), _("Ask for %(when)s"))
    return time_page(request, form, row.assignment, title, buttons, moved=row, asks=True)


@page(time_requests["withdraw"])
@require_POST
def withdraw_time(request: ActorRequest, time_request_id: UUID) -> HttpResponse:
    """Take one's request back."""
    row = time_requests.get(request.actor, time_request_id, "withdraw", among=REQUESTS.all())
    back = page_of_student(row.session.assignment.student_id)
    try:
        rules.withdraw_time_request(by=request.actor, request=row)
    except DomainError as error:
        return redirect_with_refusal(request, back, error)
    return redirect_with_message(request, back, _("Request withdrawn."))


@page(time_requests["decide"])
@require_POST
def accept_time(request: ActorRequest, time_request_id: UUID) -> HttpResponse:
    """Move the session to when the student asked for."""
    actor = request.actor
    row = time_requests.get(actor, time_request_id, "decide", among=REQUESTS.all())
    session, back = row.session.session, page_of_student(row.session.assignment.student_id)
    before = {"date": session.date.isoformat(), "start_time": f"{session.start_time:%H:%M}"}
    try:
        moved = rules.accept_time_request(by=actor, request=row)
    except DomainError as error:
        return redirect_with_refusal(request, back, error)
    undo = Undo(
        reverse("mentoring-sessions:move", args=[moved.pk]),
        {**before, "minutes": str(moved.minutes), "channel": moved.channel},
    )
    return redirect_with_message(request, back, _("Moved to %(when)s.") % {"when": when_of(moved.session)}, undo)


@page(time_requests["decide"])
def decline_time(request: ActorRequest, time_request_id: UUID) -> HttpResponse:
    """Leave the session when it is."""
    actor = request.actor
    row = time_requests.get(actor, time_request_id, "decide", among=REQUESTS.all())
    pair = row.session.assignment
    form, back = DeclineTimeForm(posted_data(request)), page_of_student(pair.student_id)
    if submit_form(form, lambda: rules.decline_time_request(by=actor, request=row, **form.cleaned_data)):
        return redirect_with_message(request, back, _("Request declined."))
    return render_dialog(
        request,
        form,
        title=_("Decline %(when)s?") % {"when": when_wanted(row)},
        button=_("Decline"),
        back=back,
        text=[_("The session stays on %(when)s.") % {"when": when_of(row.session.session)}],
        crumbs=crumbs_of(actor, pair.student),
        context={"nav": "mentoring"},
    )


@page(mentored["log"])
def log_call(request: ActorRequest, student_id: UUID) -> HttpResponse:
    """Record a session that was held without being scheduled."""
    actor = request.actor
    person = mentored.get(actor, student_id, "log")
    pair = pair_of_student(actor, person)
    now = now_in(zone_of(pair.institution, branch_of(pair))) - timedelta(minutes=USUAL_CALL)
    initial = {"date": now.date(), "start_time": f"{now:%H:%M}", "minutes": USUAL_CALL, "channel": "phone"}
    form, back = CallForm(posted_data(request), initial=initial), page_of_student(person.pk)
    if submit_form(form, lambda: rules.log_call(by=actor, student=person, **form.wanted())):
        return redirect_with_message(request, back, _("Call logged."))
    return render_dialog(
        request,
        form,
        title=_("Log a call with %(name)s") % {"name": person.full_name},
        button=_("Log call"),
        back=back,
        crumbs=crumbs_of(actor, person),
        context={"nav": "mentoring"},
    )
