"""Where a student answers: three questions, once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.feedback.models import LEAST, MOST_COMMENT, FeedbackInvitation, FeedbackRound
from muster.feedback.notices import subject_of
from muster.feedback.permissions import feedback_rounds
from muster.feedback.queries import IN_FULL, POINTS, QUESTIONS, takes_answers
from muster.feedback.rules import answer_round
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import redirect_with_message, submit_form
from muster.web.ui.forms import Form, posted_data
from muster.web.ui.pages import page

ENDS = {1: gettext_lazy("Poor"), 3: gettext_lazy("Fair"), 5: gettext_lazy("Excellent")}


class FeedbackAnswerForm(Form):
    """Three numbers from 1 to 5, and a comment."""

    comment = forms.CharField(
        label=gettext_lazy("Anything else?"),
        required=False,
        max_length=MOST_COMMENT,
        widget=forms.Textarea({"rows": 3}),
    )

    def __init__(self, *args: Any, row: FeedbackRound, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in _questions(row).items():
            self.fields[name] = forms.TypedChoiceField(
                label=label,
                coerce=int,
                choices=[(points, points) for points in POINTS],
                widget=forms.RadioSelect,
                error_messages={"required": _("Choose a number from 1 to 5.")},
            )
        self.order_fields([*QUESTIONS, "comment"])

    @property
    def questions(self) -> list[Any]:
        """The questions with what is chosen of each: its bound field, and each number with its word."""
        return [
            (
                self[name],
                [(points, ENDS.get(points, ""), self[name].value() in (points, str(points))) for points in POINTS],
            )
            for name in QUESTIONS
        ]


def _questions(row: FeedbackRound) -> dict[str, str]:
    name = {"name": row.instructor.full_name if row.instructor else ""}
    if row.batch is None:
        return {
            "content": _("How helpful is what you work on?"),
            "instructor": _("How good is %(name)s as a mentor?") % name,
            "value": _("How much does it help you?"),
        }
    return {
        "content": _("How good is the content?"),
        "instructor": _("How good is %(name)s as an instructor?") % name
        if row.instructor
        else _("How good is the teaching?"),
        "value": _("How much does it help you?"),
    }


@page(feedback_rounds["answer"])
def answer_page(request: ActorRequest, round_id: UUID) -> HttpResponse:
    """Answer a round; afterwards no more than that one answered."""
    actor = request.actor
    row = feedback_rounds.get(actor, round_id, "answer", among=IN_FULL.all())
    form = FeedbackAnswerForm(posted_data(request), row=row)

    def answer() -> None:
        ratings = {name: form.cleaned_data[name] for name in QUESTIONS}
        answer_round(by=actor, row=row, ratings=ratings, comment=form.cleaned_data["comment"])

    if submit_form(form, answer):
        return redirect_with_message(
            request, reverse("feedback:list"), _("Thank you. Your answer is in, without your name.")
        )
    invited = FeedbackInvitation.objects.filter(round=row)
    context = {
        "nav": "feedback",
        "row": row,
        "form": form,
        "subject": subject_of(row),
        "is_open": takes_answers(row),
        "is_answered": invited.get(student=actor.user).answered,
        "is_small": row.batch_id is not None and invited.count() < LEAST,
        "least": LEAST,
        "most": MOST_COMMENT,
    }
    return render(request, "feedback/answer.html", context, status=400 if form.is_bound else 200)
