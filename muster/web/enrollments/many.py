"""Many students' places at once: held, resumed, cancelled, taken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from muster.accounts.models import User
from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.enrollments import rules
from muster.enrollments.models import Enrollment
from muster.enrollments.permissions import enrollments
from muster.enrollments.queries import students_with_seats
from muster.people.links import students_url
from muster.web.batches.dialogs import tab_url
from muster.web.enrollments.enrollment_actions import ReasonForm, undo_enrolling
from muster.web.people.seats import MOST_OFFERED, SeatForm
from muster.web.requests import ActorRequest
from muster.web.ui.bulk import bulk_dialog, picked_rows, picked_url
from muster.web.ui.dialogs import ConfirmForm
from muster.web.ui.forms import Form, posted_data
from muster.web.ui.pages import page
from muster.web.ui.undo import Undo


def _picked_enrollments(request: ActorRequest) -> list[Enrollment]:
    among = Enrollment.objects.select_related("student", "batch", "course")
    return picked_rows(request, enrollments.rows(request.actor, "change", among=among))


def _dialog(request: ActorRequest, rows: Sequence[Enrollment], act: Any, form: Form, **shown: Any) -> HttpResponse:
    """The question, which leads back to the roster of the batch, else to the students."""
    batch = next((row.batch for row in rows if row.batch), None)
    return bulk_dialog(
        request,
        rows,
        act,
        form=form,
        name_of=lambda row: row.student.full_name,
        back=tab_url(batch, "students") if batch else students_url(),
        nav="batches",
        **shown,
    )


def _in_words(words: Any) -> Callable[[int], str]:
    return lambda count: str(words % {"count": count})


def _undo(action: str) -> Callable[[Sequence[Enrollment]], Undo]:
    return lambda done: Undo(picked_url(reverse(f"enrollments:{action}-many"), done))


@page(enrollments["change"])
def hold_many(request: ActorRequest) -> HttpResponse:
    """Put the selected enrollments on hold."""
    actor, form, rows = request.actor, ReasonForm(posted_data(request)), _picked_enrollments(request)
    number = {"count": len(rows)}
    return _dialog(
        request,
        rows,
        lambda row: rules.hold_enrollment(by=actor, enrollment=row, **form.cleaned_data),
        form,
        title=ngettext("Put %(count)d student on hold?", "Put %(count)d students on hold?", len(rows)) % number,
        button=ngettext("Hold %(count)d student", "Hold %(count)d students", len(rows)) % number,
        text=[_("They keep their seats but leave the register until you resume them.")],
        done=_in_words(ngettext_lazy("%(count)d student put on hold.", "%(count)d students put on hold.", "count")),
        undo=_undo("resume"),
    )


@page(enrollments["change"])
def resume_many(request: ActorRequest) -> HttpResponse:
    """Bring the selected enrollments back from hold."""
    actor, form, rows = request.actor, ConfirmForm(posted_data(request)), _picked_enrollments(request)
    number = {"count": len(rows)}
    return _dialog(
        request,
        rows,
        lambda row: rules.resume_enrollment(by=actor, enrollment=row),
        form,
        title=ngettext("Resume %(count)d student?", "Resume %(count)d students?", len(rows)) % number,
        button=ngettext("Resume %(count)d student", "Resume %(count)d students", len(rows)) % number,
        text=[_("They return to the register today.")],
        done=_in_words(ngettext_lazy("%(count)d student resumed.", "%(count)d students resumed.", "count")),
        undo=_undo("hold"),
    )


@page(enrollments["change"])
def complete_many(request: ActorRequest) -> HttpResponse:
    """Complete the selected enrollments before their batches are over."""
    actor, form, rows = request.actor, ReasonForm(posted_data(request)), _picked_enrollments(request)
    number = {"count": len(rows)}
    return _dialog(
        request,
        rows,
        lambda row: rules.complete_enrollment(by=actor, enrollment=row, **form.cleaned_data),
        form,
        title=ngettext("Complete %(count)d enrollment?", "Complete %(count)d enrollments?", len(rows)) % number,
        button=ngettext("Complete %(count)d enrollment", "Complete %(count)d enrollments", len(rows)) % number,
        text=[_("They leave the register and keep access until their last day. Their seats go to the next in line.")],
        done=_in_words(ngettext_lazy("%(count)d enrollment completed.", "%(count)d enrollments completed.", "count")),
        undo=_undo("resume"),
    )


@page(enrollments["change"])
def cancel_many(request: ActorRequest) -> HttpResponse:
    """Cancel the selected enrollments, which frees their seats."""
    actor, form, rows = request.actor, ReasonForm(posted_data(request)), _picked_enrollments(request)
    number = {"count": len(rows)}
    return _dialog(
        request,
        rows,
        lambda row: rules.cancel_enrollment(by=actor, enrollment=row, **form.cleaned_data),
        form,
        title=ngettext("Cancel %(count)d enrollment?", "Cancel %(count)d enrollments?", len(rows)) % number,
        button=ngettext("Cancel %(count)d enrollment", "Cancel %(count)d enrollments", len(rows)) % number,
        text=[_("This frees their seats immediately. Everything so far stays in the history.")],
        keep=ngettext("Keep enrollment", "Keep enrollments", len(rows)),
        tone="bad",
        done=_in_words(ngettext_lazy("%(count)d enrollment cancelled.", "%(count)d enrollments cancelled.", "count")),
        undo=_undo("resume"),
    )


@page(enrollments["change"])
def enroll_many(request: ActorRequest) -> HttpResponse:
    """Give the selected students a seat in one of the batches that the person runs."""
    actor = request.actor
    rows = picked_rows(request, students_with_seats(actor))
    running = batches.rows(actor, "change", among=Batch.objects.booking()).order_by("name__plain", "code")
    form = SeatForm(posted_data(request), actor=actor, offered=list(running[:MOST_OFFERED]))
    number = {"count": len(rows)}
    given = dict[UUID, Enrollment]()
    place = form.place() if form.is_valid() else {}

    def enroll(person: User) -> None:
        given[person.pk] = rules.enroll_student(by=actor, student=person, **place, **form.how())

    return bulk_dialog(
        request,
        rows,
        enroll,
        form=form,
        name_of=lambda person: person.full_name,
        title=ngettext("Enroll %(count)d student", "Enroll %(count)d students", len(rows)) % number,
        button=ngettext("Enroll %(count)d student", "Enroll %(count)d students", len(rows)) % number,
        done=_in_words(ngettext_lazy("%(count)d student enrolled.", "%(count)d students enrolled.", "count")),
        undo=lambda done: undo_enrolling([given[person.pk] for person in done]),
        back=students_url(),
        crumbs=[str(gettext_lazy("Students")), students_url()],
        nav="students",
    )
