"""What is done with the marks of an assessment: publishing, reopening, and a comment for a student."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.assessment.models import Assessment, AssessmentMark
from muster.assessment.permissions import assessments
from muster.assessment.queries import MarksRow, marks_sheet_of
from muster.assessment.rules import MarkGiven, publish_marks, reopen_marks, save_marks
from muster.assessment.rules.marks import MOST_COMMENT, SAYS_NOTHING
from muster.core.errors import Missing
from muster.core.permissions import as_id
from muster.progression.grading import State
from muster.web.assessment.assessments import assessment_for
from muster.web.batches.dialogs import batch_dialog
from muster.web.progression.results_actions import REASON
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import ConfirmForm, redirect_with_message, submit_form
from muster.web.ui.forms import Form, posted_data
from muster.web.ui.pages import page
from muster.web.ui.undo import Undo


def assessment_url(row: Assessment) -> str:
    """Where an assessment stands."""
    return reverse("assessment:assessment", args=[row.batch_id, row.pk])


@page(assessments["change"])
def publish_page(request: ActorRequest, batch_id: UUID, assessment_id: UUID) -> HttpResponse:
    """Show students the marks that say something and are not published yet."""
    row = assessment_for(request.actor, batch_id, assessment_id, "change")
    form = ConfirmForm(posted_data(request))
    if done := submit_form(form, lambda: publish_marks(by=request.actor, assessment=row)):
        number = len(done.result)
        words = ngettext("%(count)d mark published.", "%(count)d marks published.", number) % {"count": number}
        return redirect_with_message(request, assessment_url(row), words)
    rows = marks_sheet_of(row.batch, [row.pk]).rows
    # Who left keeps what they got, and isn't missed.
    left_out = [one.cell_of(row) for one in rows if one.learns and not one.is_locked(row)]
    number = number_to_publish(rows, row)
    title = ngettext("Publish %(count)d mark of %(title)s?", "Publish %(count)d marks of %(title)s?", number)
    button = ngettext("Publish %(count)d mark", "Publish %(count)d marks", number) % {"count": number}
    text = _what_publishes(row, number, left_out.count(State.BLANK), left_out.count(State.WITHHELD))
    return batch_dialog(
        request,
        form,
        row.batch,
        "marks",
        title=title % {"count": number, "title": row.title},
        button=button if number else "",
        text=text,
        back=assessment_url(row),
    )


def number_to_publish(rows: Iterable[MarksRow], assessment: Assessment) -> int:
    """How many marks `publish_marks` would publish."""
    return sum(not row.is_locked(assessment) and row.cell_of(assessment) not in SAYS_NOTHING for row in rows)


def _what_publishes(row: Assessment, number: int, missing: int, withheld: int) -> list[str]:
    """What becomes of everybody, in numbers."""
    said = (
        [_("Students see their mark and your comment, and are notified.")] if number else [_("Enter the marks first.")]
    )
    if missing:
        words = ngettext(
            "%(count)d student has no mark yet and gets none.",
            "%(count)d students have no mark yet and get none.",
            missing,
        )
        said.append(words % {"count": missing})
    if withheld:
        said.append(ngettext("%(count)d is withheld.", "%(count)d are withheld.", withheld) % {"count": withheld})
    if row.mapping is not None and number:
        words = _("They are written to the results of %(subject)s (%(component)s).")
        said.append(words % {"subject": row.mapping.subject.title, "component": row.component})
    return said


class ReopenMarksForm(Form):
    """Whose marks, and why."""

    student = forms.ChoiceField(label=gettext_lazy("Student"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Kept in the history. Students don't see the mark until you publish it again."),
        **REASON,
    )

    def __init__(self, *args: Any, row: Assessment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        locked = [one.enrollment for one in marks_sheet_of(row.batch, [row.pk]).rows if one.is_locked(row)]
        everybody = ngettext("All %(count)d published", "All %(count)d published", len(locked)) % {"count": len(locked)}
        offered = [("", _("Choose a student")), *((str(one.pk), one.student.full_name) for one in locked)]
        offered += [("all", everybody)] if len(locked) > 1 else []
        self.fields["student"].choices = offered  # type: ignore[attr-defined]


@page(assessments["change"])
def reopen_page(request: ActorRequest, batch_id: UUID, assessment_id: UUID) -> HttpResponse:
    """Open published marks again, of a student or of all, so that they can be corrected."""
    row = assessment_for(request.actor, batch_id, assessment_id, "change")
    form = ReopenMarksForm(posted_data(request), row=row, initial={"student": request.GET.get("student", "")})

    def reopen() -> list[AssessmentMark]:
        chosen = form.cleaned_data["student"]
        ids = None if chosen == "all" else [as_id(chosen)]
        return reopen_marks(by=request.actor, assessment=row, reason=form.cleaned_data["reason"], enrollment_ids=ids)

    if done := submit_form(form, reopen):
        number = len(done.result)
        words = ngettext(
            "%(count)d mark is open again. Correct it, then publish it.",
            "%(count)d marks are open again. Correct them, then publish them.",
            number,
        )
        return redirect_with_message(request, assessment_url(row), words % {"count": number})
    title, button = _("Correct a mark"), _("Open for correction")
    return batch_dialog(request, form, row.batch, "marks", title=title, button=button, back=assessment_url(row))


class CommentForm(Form):
    """What a student is told beside the mark."""

    comment = forms.CharField(
        label=gettext_lazy("Comment"),
        required=False,
        max_length=MOST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": MOST_COMMENT}),
        help_text=gettext_lazy("The student reads it once the mark is published."),
    )


@page(assessments["change"])
def comment_page(request: ActorRequest, batch_id: UUID, assessment_id: UUID, enrollment_id: UUID) -> HttpResponse:
    """Comment on a student's mark."""
    row = assessment_for(request.actor, batch_id, assessment_id, "change")
    student = marks_sheet_of(row.batch, [row.pk]).by_enrollment.get(enrollment_id)
    if student is None:
        raise Missing
    mark = student.marks.get(row.pk)
    before = mark.comment if mark else ""
    form = CommentForm(posted_data(request), initial={"comment": before})

    def comment() -> None:
        given = MarkGiven(0, row.pk, enrollment_id, None, form.cleaned_data["comment"], has_value=False)
        save_marks(by=request.actor, batch=row.batch, marks=[given])

    names = {"name": student.enrollment.student.full_name}
    if submit_form(form, comment):
        undo = Undo(request.path, {"comment": before})
        return redirect_with_message(request, assessment_url(row), _("Comment for %(name)s saved.") % names, undo)
    title = _("Comment for %(name)s") % names
    return batch_dialog(request, form, row.batch, "marks", title=title, button=_("Save"), back=assessment_url(row))
