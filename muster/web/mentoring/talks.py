"""Check-ins, and what students ask between two sessions."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from muster.core.errors import DomainError
from muster.mentoring import rules
from muster.mentoring.models import MentoringCheckIn, MentoringQuestion
from muster.mentoring.permissions import check_ins, mentored, questions
from muster.web.mentoring.forms import CheckInForm, MentorAnswerForm, QuestionForm
from muster.web.mentoring.sessions import crumbs_of, page_of_student
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import redirect_with_message, redirect_with_refusal, render_dialog, submit_form
from muster.web.ui.forms import posted_data
from muster.web.ui.pages import page
from muster.web.ui.undo import Undo

SCALES = "mentoring/check_in_fields.html"
CHECK_INS = MentoringCheckIn.objects.select_related("assignment__student")
QUESTIONS = MentoringQuestion.objects.select_related("assignment__student")


@page(mentored["check_in"])
def add_check_in(request: ActorRequest, student_id: UUID) -> HttpResponse:
    """Say how it goes: a student of themselves, or their mentor of them."""
    actor = request.actor
    person = mentored.get(actor, student_id, "check_in")
    form, back = CheckInForm(posted_data(request)), page_of_student(person.pk)
    if did := submit_form(form, lambda: rules.check_in(by=actor, student=person, **form.cleaned_data)):
        undo = Undo(reverse("mentoring-sessions:withdraw-check-in", args=[did.result.pk]))
        return redirect_with_message(request, back, _("Check-in sent."), undo)
    own = actor.user == person
    return render_dialog(
        request,
        form,
        title=_("How was your week?") if own else _("How is %(name)s doing?") % {"name": person.full_name},
        button=_("Send check-in"),
        back=back,
        body=SCALES,
        crumbs=crumbs_of(actor, person),
        context={"nav": "mentoring"},
    )


@page(check_ins["change"])
def edit_check_in(request: ActorRequest, check_in_id: UUID) -> HttpResponse:
    """Change what one said oneself."""
    actor = request.actor
    row = check_ins.get(actor, check_in_id, "change", among=CHECK_INS.all())
    now = {name: getattr(row, name) for name in ("mood", "progress", "comment")}
    form, back = CheckInForm(posted_data(request), initial=now), page_of_student(row.assignment.student_id)
    if submit_form(form, lambda: rules.change_check_in(by=actor, check_in=row, changes=form.cleaned_data)):
        undo = Undo(
            reverse("mentoring-sessions:edit-check-in", args=[row.pk]), {name: str(one) for name, one in now.items()}
        )
        return redirect_with_message(request, back, _("Check-in saved."), undo)
    return render_dialog(
        request,
        form,
        title=_("Edit check-in"),
        button=_("Save"),
        back=back,
        body=SCALES,
        crumbs=crumbs_of(actor, row.assignment.student),
        context={"nav": "mentoring"},
    )


@page(check_ins["change"])
@require_POST
def withdraw_check_in(request: ActorRequest, check_in_id: UUID) -> HttpResponse:
    """Take back what one said oneself."""
    row = check_ins.get(request.actor, check_in_id, "change", among=CHECK_INS.all())
    rules.withdraw_check_in(by=request.actor, check_in=row)
    return redirect_with_message(request, page_of_student(row.assignment.student_id), _("Check-in withdrawn."))


@page(mentored["ask"])
def ask_question(request: ActorRequest, student_id: UUID) -> HttpResponse:
    """Ask one's mentor."""
    actor = request.actor
    person = mentored.get(actor, student_id, "ask")
    form, back = QuestionForm(posted_data(request)), page_of_student(person.pk)
    if did := submit_form(form, lambda: rules.ask_question(by=actor, student=person, **form.cleaned_data)):
        undo = Undo(reverse("mentoring-sessions:withdraw-question", args=[did.result.pk]))
        return redirect_with_message(request, back, _("Question sent."), undo)
    return render_dialog(
        request,
        form,
        title=_("Ask your mentor"),
        button=_("Ask"),
        back=back,
        crumbs=crumbs_of(actor, person),
        context={"nav": "mentoring"},
    )


@page(questions["withdraw"])
def edit_question(request: ActorRequest, question_id: UUID) -> HttpResponse:
    """Word one's question anew before it is answered."""
    actor = request.actor
    row = questions.get(actor, question_id, "withdraw", among=QUESTIONS.all())
    form = QuestionForm(posted_data(request), initial={"question": row.question})
    back = page_of_student(row.assignment.student_id)
    if submit_form(form, lambda: rules.reword_question(by=actor, question=row, words=form.cleaned_data["question"])):
        undo = Undo(reverse("mentoring-sessions:edit-question", args=[row.pk]), {"question": row.question})
        return redirect_with_message(request, back, _("Question saved."), undo)
    return render_dialog(
        request,
        form,
        title=_("Edit question"),
        button=_("Save"),
        back=back,
        crumbs=crumbs_of(actor, row.assignment.student),
        context={"nav": "mentoring"},
    )


@page(questions["withdraw"])
@require_POST
def withdraw_question(request: ActorRequest, question_id: UUID) -> HttpResponse:
    """Take one's question back before it is answered."""
    row = questions.get(request.actor, question_id, "withdraw", among=QUESTIONS.all())
    back = page_of_student(row.assignment.student_id)
    try:
        rules.withdraw_question(by=request.actor, question=row)
    except DomainError as error:
        return redirect_with_refusal(request, back, error)
    return redirect_with_message(request, back, _("Question withdrawn."))


@page(questions["answer"])
def answer_question(request: ActorRequest, question_id: UUID) -> HttpResponse:
    """Answer a student, or word the answer anew."""
    actor = request.actor
    row = questions.get(actor, question_id, "answer", among=QUESTIONS.all())
    person = row.assignment.student
    form, back = MentorAnswerForm(posted_data(request), initial={"answer": row.answer}), page_of_student(person.pk)
    if submit_form(form, lambda: rules.answer_question(by=actor, question=row, **form.cleaned_data)):
        if row.answered_at is None:
            return redirect_with_message(request, back, _("Answer sent to %(name)s.") % {"name": person.full_name})
        undo = Undo(reverse("mentoring-sessions:answer", args=[row.pk]), {"answer": row.answer})
        return redirect_with_message(request, back, _("Answer saved."), undo)
    return render_dialog(
        request,
        form,
        title=_("Answer %(name)s") % {"name": person.full_name},
        button=_("Send answer") if row.answered_at is None else _("Save"),
        back=back,
        text=[row.question],
        crumbs=crumbs_of(actor, person),
        context={"nav": "mentoring"},
    )
