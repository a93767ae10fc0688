"""Goals that a student and their mentor agreed on."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from muster.mentoring import rules
from muster.mentoring.models import MentoringGoal
from muster.mentoring.permissions import goals, mentored
from muster.web.mentoring.forms import GoalChangeForm, GoalForm
from muster.web.mentoring.sessions import crumbs_of, page_of_student
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import redirect_with_message, render_dialog, submit_form
from muster.web.ui.forms import posted_data
from muster.web.ui.pages import page
from muster.web.ui.undo import Undo


@page(mentored["agree"])
def add_goal(request: ActorRequest, student_id: UUID) -> HttpResponse:
    """Agree on a goal."""
    actor = request.actor
    person = mentored.get(actor, student_id, "agree")
    form, back = GoalForm(posted_data(request)), page_of_student(person.pk)
    if did := submit_form(form, lambda: rules.agree_goal(by=actor, student=person, **form.cleaned_data)):
        goal = did.result
        fields = {"title": goal.title, "due_on": str(goal.due_on or ""), "status": MentoringGoal.Status.DROPPED.value}
        undo = Undo(reverse("mentoring-sessions:edit-goal", args=[goal.pk]), fields)
        return redirect_with_message(request, back, _("Goal added."), undo)
    return render_dialog(
        request,
        form,
        title=_("Agree on a goal"),
        button=_("Add goal"),
        back=back,
        crumbs=crumbs_of(actor, person),
        context={"nav": "mentoring"},
    )


@page(goals["change"])
def edit_goal(request: ActorRequest, goal_id: UUID) -> HttpResponse:
    """Word a goal anew, move its day, or say what became of it."""
    actor = request.actor
    goal = goals.get(actor, goal_id, "change", among=MentoringGoal.objects.select_related("assignment__student"))
    now = {"title": goal.title, "due_on": goal.due_on, "status": goal.status}
    form, back = GoalChangeForm(posted_data(request), initial=now), page_of_student(goal.assignment.student_id)
    if submit_form(form, lambda: rules.change_goal(by=actor, goal=goal, changes=form.cleaned_data)):
        undo = Undo(
            reverse("mentoring-sessions:edit-goal", args=[goal.pk]),
            {name: str(value or "") for name, value in now.items()},
        )
        return redirect_with_message(request, back, _("Goal saved."), undo)
    return render_dialog(
        request,
        form,
        title=_("Edit goal"),
        button=_("Save"),
        back=back,
        crumbs=crumbs_of(actor, goal.assignment.student),
        context={"nav": "mentoring"},
    )
