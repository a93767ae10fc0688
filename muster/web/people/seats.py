"""A seat for a student, given by staff: in a batch, or in a course to study alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.core.errors import Forbidden
from muster.courses.models import Course
from muster.courses.permissions import courses
from muster.enrollments import rules
from muster.enrollments.models import Enrollment, Organisation
from muster.enrollments.permissions import enrollments
from muster.enrollments.queries import batches_open_to, offered_organisations
from muster.institutions.access import Actor
from muster.people.links import student_url, students_url
from muster.people.permissions import students as student_access
from muster.web.enrollments.enrollment_actions import undo_enrolling
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import redirect_with_message, render_dialog, submit_form
from muster.web.ui.forms import Form, posted_data
from muster.web.ui.pages import page

MOST_OFFERED = 200


class SeatForm(Form):
    """Where to enroll a student, and who pays. Names are those of the API."""

    batchId = forms.ChoiceField(label=gettext_lazy("Batch"), required=False)  # noqa: N815
    courseId = forms.ModelChoiceField(  # noqa: N815
        Course.objects.none(),
        label=gettext_lazy("Or a course without a batch"),
        required=False,
        empty_label=gettext_lazy("None"),
        help_text=gettext_lazy("For individual study. Access lasts for the course's usual length."),
    )
    enrollment_type = forms.ChoiceField(
        label=gettext_lazy("Type"),
        choices=[("", gettext_lazy("Standard")), *Enrollment.Type.choices],
        required=False,
        help_text=gettext_lazy("Standard: in a batch, individual, or corporate where an organization pays."),
    )
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(),
        label=gettext_lazy("Paid by"),
        required=False,
        empty_label=gettext_lazy("The students themselves"),
    )
    accept_clash = forms.BooleanField(
        label=gettext_lazy("Enroll even if another batch meets at the same time"), required=False
    )

    def __init__(self, *args: Any, actor: Actor, offered: Sequence[Batch], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor, fields = actor, self.fields
        choices = [("", _("Choose a batch")), *((str(batch.pk), _choice(batch)) for batch in offered)]
        fields["batchId"].choices = choices  # type: ignore[attr-defined]
        alone = courses.rows(actor, "change", among=Course.objects.filter(is_active=True)).order_by("title__plain")
        fields["courseId"].queryset = alone  # type: ignore[attr-defined]
        fields["organisation"].queryset = offered_organisations(actor)  # type: ignore[attr-defined]
        if not courses.may(actor, "change"):
            del fields["courseId"]

    def clean(self) -> dict[str, Any]:
        """One place, not none and not two."""
        cleaned = super().clean() or self.cleaned_data
        batch, course = cleaned.get("batchId"), cleaned.get("courseId")
        if not batch and not course and not self.errors:
            self.add_error("batchId", _("Choose a batch.") if "courseId" not in self.fields else _("Choose where."))
        elif batch and course:
            self.add_error("courseId", _("Choose a batch or a course, not both."))
        return cleaned

    def place(self) -> dict[str, Any]:
        """The batch or the course, as rules take it. Raises Invalid."""
        chosen: QuerySet[Batch] | str = self.cleaned_data.get("batchId", "")
        if chosen:
            return {"batch": batches.get_named(self.actor, chosen, "batchId", action="change")}
        return {"course": self.cleaned_data["courseId"]}

    def how(self) -> dict[str, Any]:
        """The rest of what rules take."""
        return {
            "enrollment_type": self.cleaned_data["enrollment_type"] or None,
            "organisation": self.cleaned_data["organisation"],
            "accept_clash": self.cleaned_data["accept_clash"],
        }


def _choice(batch: Batch) -> str:
    free = batch.available_spots
    if free is None:
        return f"{batch.name} ({batch.code})"
    seats = ngettext("%(count)d seat free", "%(count)d seats free", free) % {"count": free}
    return f"{batch.name} ({batch.code}), {seats}"


@page(enrollments["change"])
def enroll_page(request: ActorRequest, student_id: str) -> HttpResponse:
    """Give the student a seat in a batch that the person runs, or a course to study alone."""
    actor = request.actor
    person = student_access.get(actor, student_id)
    if not actor.manages:
        raise Forbidden
    running = batches.rows(actor, "change", among=Batch.objects.booking())
    offered = list(batches_open_to(person, actor, running)[:MOST_OFFERED])
    form = SeatForm(posted_data(request), actor=actor, offered=offered)

    def enroll() -> Enrollment:
        return rules.enroll_student(by=actor, student=person, **form.place(), **form.how())

    if did := submit_form(form, enroll):
        said = " ".join([_success_words(did.result), *(one.message for one in did.result.warnings)])
        return redirect_with_message(request, student_url(person.pk), said, undo_enrolling([did.result]))
    text = [] if offered else [_("None of your batches has a free seat for this student.")]
    return render_dialog(
        request,
        form,
        title=_("Enroll %(name)s") % {"name": person.full_name},
        button=_("Enroll"),
        back=student_url(person.pk),
        text=text,
        crumbs=(_("Students"), students_url(), person.full_name, student_url(person.pk)),
        context={"nav": "students"},
    )


def _success_words(enrollment: Enrollment) -> str:
    """That they have the seat; without a batch, until when they have access."""
    names = {"name": enrollment.student.full_name, "batch": enrollment.batch.name if enrollment.batch else ""}
    last = enrollment.access_expiry_date
    if enrollment.batch is not None or last is None:
        return _("%(name)s got a seat in %(batch)s.") % names
    words = _("%(name)s studies %(course)s, with access until %(day)s.")
    return words % {**names, "course": enrollment.course, "day": date_format(last, "j F Y")}
