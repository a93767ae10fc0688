"""Assigning one student or many, replacing, and ending."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from muster.accounts.models import User
from muster.allocation import rules
from muster.allocation.models import IndividualAssignment
from muster.allocation.permissions import mentees
from muster.allocation.queries import instructor_of, students_with_instructors
from muster.allocation.scoring import (
    Candidate,
    Suggestion,
    Suggestions,
    candidates_of,
    load_of,
    needs_of_students,
    suggestions_for_student,
)
from muster.core.permissions import as_id
from muster.core.search import plain
from muster.institutions.access import Actor
from muster.web.allocation.forms import AssignManyForm, AssignMentorForm, EndMentoringForm
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import redirect_with_message, render_dialog, submit_form
from muster.web.ui.forms import posted_data
from muster.web.ui.pages import page
from muster.web.ui.undo import Undo, say_done


def _crumbs(person: User) -> Sequence[str]:
    here = reverse("mentoring:student", args=[person.pk])
    return (_("Individual assignments"), reverse("mentoring:list"), person.full_name, here)


@page(mentees["assign"])
def assign_page(request: ActorRequest, student_id: UUID) -> HttpResponse:
    """Assign an instructor to a student, or another in the place of the one they have."""
    actor = request.actor
    person = mentees.get(actor, student_id, "assign")
    current = instructor_of(actor, person)
    found = suggestions_for_student(actor, person)
    choices = _choices_of(found)
    if current:
        choices.append((str(current.instructor_id), _("%(name)s (current)") % {"name": current.instructor.full_name}))
    posted = request.POST.copy() if request.method == "POST" else None
    if posted is not None and posted.get("instead"):
        posted["instructor_id"] = str(posted["instead"])
    initial = {"assignment_type": current.assignment_type} if current else {}
    form = AssignMentorForm(posted, choices=choices, initial=initial)

    def assign() -> rules.AssignmentOutcome:
        [wish] = form.wishes(actor, [person])
        return rules.assign_student(by=actor, replace=True, **vars(wish))

    if did := submit_form(form, assign):
        if did.result.warning:
            messages.warning(request, did.result.warning)
        words = {"instructor": did.result.wish.instructor.full_name, "student": person.full_name}
        sentence = _("%(instructor)s is assigned to %(student)s.") % words
        undo = _undo_end(current) if current else Undo(reverse("mentoring:end", args=[person.pk]))
        return redirect_with_message(request, reverse("mentoring:list"), sentence, undo)
    text = []
    if current:
        text.append(
            _("%(name)s is the current %(type)s. That assignment will end and stay in the history.")
            % {"name": current.instructor.full_name, "type": current.get_assignment_type_display().lower()}
        )
        text.append(
            _(
                "Planned mentoring sessions are cancelled. Open goals and questions go along, and the next mentor can "
                "read summaries and goals. %(name)s is asked whether to release private notes."
            )
            % {"name": current.instructor.full_name}
        )
    if not choices:
        text.append(_("There are no active instructors yet. Add them under Instructors."))
    title = _("Change %(name)s's instructor") if current else _("Assign an instructor to %(name)s")
    return render_dialog(
        request,
        form,
        title=title % {"name": person.full_name},
        button=_("Change instructor") if current else _("Assign instructor"),
        back=reverse("mentoring:student", args=[person.pk]),
        text=text,
        crumbs=_crumbs(person),
        body="allocation/assign.html",
        context={"nav": "mentoring", "suggested": [(one, _offer(one, named=False)) for one in found.ranked[:3]]},
    )


def offers_for(actor: Actor, person: User) -> list[tuple[str, str]]:
    """The instructors whom a student could have, as choices, the best match first."""
    return _choices_of(suggestions_for_student(actor, person))


def _choices_of(found: Suggestions) -> list[tuple[str, str]]:
    choices = [(str(one.who.id), _offer(one)) for one in found.ranked]
    # Somebody at the limit may be chosen all the same.
    return choices + [
        (str(one.who.id), f"{one.who.name}, {one.reason}") for one in found.left_out if one.kind == "full"
    ]


def _undo_end(ended: IndividualAssignment) -> Undo:
    """How the end of an assignment is taken back: the same is made again."""
    fields = {
        "instructor_id": str(ended.instructor_id),
        "assignment_type": ended.assignment_type,
        "notes": ended.notes,
    }
    return Undo(reverse("mentoring:assign", args=[ended.student_id]), fields)


def _offer(one: Suggestion, *, named: bool = True) -> str:
    """A suggested instructor in few words: "Ann Smith, 78 of 100, teaches them in DA-1, 3 of 10 students"."""
    parts = {part.kind: part.sentence for part in one.parts}
    score = _("%(score)d of 100") % {"score": one.score}
    knows = parts.get("familiarity", "") if one.who.id in one.need.teachers else ""
    return ", ".join(filter(None, (one.who.name if named else "", score, knows, load_of(one.need, one.who))))


@page(mentees["assign"])
def end_page(request: ActorRequest, student_id: UUID) -> HttpResponse:
    """End the assignment that a student has."""
    actor = request.actor
    person = mentees.get(actor, student_id, "assign")
    current = instructor_of(actor, person)
    form = EndMentoringForm(posted_data(request))
    name = {"name": person.full_name}
    if submit_form(form, lambda: rules.unassign_student(by=actor, student=person, **form.cleaned_data)):
        undo = _undo_end(current) if current else None
        return redirect_with_message(
            request, reverse("mentoring:list"), _("%(name)s no longer has an instructor.") % name, undo
        )
    sentence = _("%(name)s doesn't have an instructor.") % name
    if current:
        sentence = _("%(instructor)s will no longer be %(type)s to %(name)s. The assignment stays in the history.") % {
            **name,
            "instructor": current.instructor.full_name,
            "type": current.get_assignment_type_display().lower(),
        }
    return render_dialog(
        request,
        form,
        title=_("End %(name)s's assignment") % name,
        button=_("End assignment"),
        back=reverse("mentoring:student", args=[person.pk]),
        text=[sentence],
        crumbs=_crumbs(person),
        context={"nav": "mentoring"},
    )


@page(mentees["assign"])
@require_POST
def take_back(request: ActorRequest) -> HttpResponse:
    """Take back the assignments of the students that are named: each has whoever they had before, or nobody."""
    people = _picked_students(request.actor, request.POST)
    rules.take_back_assignments(by=request.actor, students=people)
    number = len(people)
    words = ngettext("Assignment of %(count)d student undone.", "Assignments of %(count)d students undone.", number)
    return redirect_with_message(request, reverse("mentoring:list"), words % {"count": number})


def _picked_students(actor: Actor, asked: QueryDict) -> list[Any]:
    """The students that a selection names, with the instructors whom they have."""
    picked = [key for text in asked.getlist("pick") if (key := as_id(text))][: rules.MOST_AT_ONCE]
    return list(students_with_instructors(actor).filter(pk__in=picked).order_by("full_name__plain", "pk"))


@page(mentees["assign"])
def assign_many(request: ActorRequest) -> HttpResponse:
    """Assign one instructor to all students that were picked, and say of whom it could not."""
    actor = request.actor
    people = _picked_students(actor, request.POST if request.method == "POST" else request.GET)
    back = reverse("mentoring:list")
    if not people:
        messages.info(request, _("Select students in the list first."))
        return redirect(back)
    form = AssignManyForm(posted_data(request), choices=_offers_to_many(actor, people))
    refused: list[rules.AssignmentOutcome] = []

    def assign() -> list[rules.AssignmentOutcome]:
        replace = form.cleaned_data["replace"]
        return rules.assign_many(by=actor, wishes=form.wishes(actor, people), replace=replace, partial=True)

    if did := submit_form(form, assign):
        refused = [outcome for outcome in did.result if outcome.refusal]
        number = len(did.result) - len(refused)
        if warning := next((outcome.warning for outcome in did.result if outcome.warning), ""):
            messages.warning(request, warning)
        if number:
            words = {"name": did.result[0].wish.instructor.full_name, "count": number}
            sentence = ngettext(
                "%(name)s is assigned to %(count)d student.", "%(name)s is assigned to %(count)d students.", number
            )
            done = [str(outcome.wish.student.pk) for outcome in did.result if outcome.assignment]
            say_done(request, sentence % words, Undo(reverse("mentoring:take-back"), {"pick": done}))
        if not refused:
            return redirect(back)
        people = [outcome.wish.student for outcome in refused]
    number = len(people)
    title = ngettext("Assign an instructor to %(count)d student", "Assign an instructor to %(count)d students", number)
    button = ngettext("Assign %(count)d student", "Assign %(count)d students", number)
    return render(
        request,
        "allocation/many.html",
        {
            "nav": "mentoring",
            "title": title % {"count": number},
            "button": button % {"count": number},
            "form": form,
            "people": people,
            "refused": refused,
            "back_url": back,
        },
        status=400 if form.is_bound and (form.errors or refused) else 200,
    )


def _offers_to_many(actor: Actor, students: Sequence[User]) -> list[tuple[str, str]]:
    """The active instructors as choices, those with room who teach one of the students first, then by their room."""
    needs = needs_of_students(actor, students)
    teach = {who: batch for need in needs for who, batch in need.teachers.items()}
    picked = {student.pk for student in students}
    found = [who for who in candidates_of(actor.institution).values() if who.id not in picked]

    def order(who: Candidate) -> tuple[bool, bool, int, str]:
        return who.mentees >= who.mentee_limit, who.id not in teach, who.mentees - who.mentee_limit, plain(who.name)

    choices = []
    for who in sorted(found, key=order):
        teaches = _("teaches %(batch)s") % {"batch": teach[who.id]} if who.id in teach else ""
        full = _("at their limit") if who.mentees >= who.mentee_limit else ""
        choices.append((str(who.id), ", ".join(filter(None, (who.name, teaches, load_of(needs[0], who), full)))))
    return choices
