"""A mentor for every student who has none, proposed at once and assigned as far as they are ticked."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.allocation import rules
from muster.allocation.permissions import mentees
from muster.allocation.queries import active_instructors, students_with_instructors
from muster.allocation.scoring import Suggestion, proposals_for_students
from muster.core.errors import Invalid
from muster.core.permissions import any_id
from muster.institutions.access import Actor
from muster.web.allocation.students import MenteeFilters
from muster.web.requests import ActorRequest
from muster.web.ui.pages import page

MOST = 100


@page(mentees["assign"])
def suggestion_list(request: ActorRequest) -> HttpResponse:
    """A mentor for each student of the list, as it is filtered, who has none: each instructor up to their limit."""
    actor = request.actor
    refused: list[rules.AssignmentOutcome] = []
    if request.method == "POST":
        refused = _assign_ticked(request, actor)
        if not refused:
            return redirect("mentoring:list")
    rows = students_with_instructors(actor).order_by("full_name__plain", "pk")
    shown: Any = MenteeFilters(request.GET, queryset=rows, request=request).rows()
    waiting = list(shown.filter(assignment_id__isnull=True)[: MOST + 1])
    students, beyond = waiting[:MOST], len(waiting) > MOST
    found = proposals_for_students(actor, students) if students else {}
    return render(
        request,
        "allocation/suggested.html",
        {
            "nav": "mentoring",
            "proposals": [
                (person, found[person.pk], _reasons(found[person.pk])) for person in students if person.pk in found
            ],
            "without": [person for person in students if person.pk not in found],
            "refused": refused,
            "most": MOST if beyond else 0,
            "back_url": reverse("mentoring:list"),
        },
        status=400 if refused else 200,
    )


def _reasons(one: Suggestion) -> list[str]:
    """What speaks for somebody, and what they carry."""
    return [part.sentence for part in one.parts if part.speaks == "for" or part.kind == "workload"]


def _assign_ticked(request: HttpRequest, actor: Actor) -> list[rules.AssignmentOutcome]:
    """Assign what is ticked, each as `student:instructor`; the outcomes that were refused. Raises Invalid."""
    picked = request.POST.getlist("pick")[: rules.MOST_AT_ONCE]
    pairs = [[any_id(part) for part in text.partition(":")[::2]] for text in picked]
    students = students_with_instructors(actor).in_bulk([student for student, _one in pairs])
    teachers = active_instructors(actor.institution).in_bulk([instructor for _one, instructor in pairs])
    wishes = [
        rules.Wish(students[student], teachers[instructor])
        for student, instructor in pairs
        if student in students and instructor in teachers
    ]
    if not wishes:
        raise Invalid(_("Select the students whose suggested mentor you accept."), field="pick")
    outcomes = rules.assign_many(by=actor, wishes=wishes, partial=True)
    refused = [outcome for outcome in outcomes if outcome.refusal]
    if number := len(outcomes) - len(refused):
        messages.success(
            request,
            ngettext("%(count)d student now has a mentor.", "%(count)d students now have a mentor.", number)
            % {"count": number},
        )
    return refused
