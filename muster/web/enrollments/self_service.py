"""Taking a seat oneself: in a batch, or in a course to study alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.batches.meetings import week_in_words
from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.batches.queries import batches_of
from muster.core.clocks import zone_words
from muster.core.errors import Forbidden
from muster.courses.permissions import courses
from muster.enrollments import rules
from muster.enrollments.errors import BatchFull
from muster.enrollments.models import Enrollment
from muster.enrollments.opening import last_day_to_cancel, seats_left_of, why_not_cancelled
from muster.enrollments.permissions import enrollments
from muster.enrollments.queries import OwnClash, own_clashes
from muster.enrollments.rules.enrolling import access_until
from muster.institutions.access import Actor
from muster.institutions.models import STUDENT_ROLES
from muster.people.links import student_url
from muster.web.batches.dialogs import batch_dialog, batches_for_rules, tab_url
from muster.web.enrollments.enrollment_actions import undo_enrolling
from muster.web.enrollments.words import kept_back_words, price_words
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import redirect_with_message, render_dialog, submit_form
from muster.web.ui.forms import Form, posted_data
from muster.web.ui.pages import page
from muster.web.ui.undo import Undo


class ChosenRadio(forms.RadioSelect):
    """Something of it is chosen always: it is not called optional, though programs may leave it out."""

    is_chosen = True


class SelfForm(Form):
    """Taking a seat oneself, fully or on trial; where it clashes with the own timetable, knowing that."""

    def __init__(self, *args: Any, kind: str, trial_days: int, clashes: Sequence[OwnClash] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if trial_days:
            trial = ngettext("Trial of %(count)d day, free", "Trial of %(count)d days, free", trial_days)
            self.fields["enrollment_type"] = forms.ChoiceField(
                label=_("How"),
                choices=[(kind, _("Full enrollment")), (Enrollment.Type.TRIAL.value, trial % {"count": trial_days})],
                widget=ChosenRadio,
                required=False,
                initial=kind,
            )
        if clashes:
            self.fields["accept_clash"] = forms.BooleanField(label=_("Enroll although the times clash"), required=False)


def _trial_days(actor: Actor, course_id: UUID | None) -> int:
    """How long the student can try the course; none where they have."""
    if course_id is None:
        return 0
    had = Enrollment.objects.filter(student=actor.user, course=course_id, trial_began_on__isnull=False)
    return 0 if had.exists() else actor.institution.trial_days


def _must_be_student(actor: Actor) -> Any:
    if actor.user is None or not actor.is_any(*STUDENT_ROLES):
        raise Forbidden(_("Only students can enroll themselves. To enroll someone else, open the batch."))
    return actor.user


@page(enrollments["enroll"])
def enroll_self(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """A student takes a seat for themself, after reading what it is."""
    actor, student = request.actor, _must_be_student(request.actor)
    batch = batches.get(actor, batch_id, "see", among=batches_for_rules())
    clashes = own_clashes(student, batch.institution_id, [batch.pk]).get(batch.pk, [])
    form = SelfForm(
        posted_data(request),
        kind=Enrollment.Type.BATCH.value,
        trial_days=_trial_days(actor, batch.course_id),
        clashes=clashes,
    )
    names = {"batch": batch.name}

    def enroll() -> Enrollment:
        accept = bool(form.cleaned_data.get("accept_clash"))
        kind = form.cleaned_data.get("enrollment_type") or None
        # Whoever manages something else takes no seat that is kept back.
        by = actor.as_student()
        return rules.enroll_student(
            by=by, student=student, batch=batch, source="self", accept_clash=accept, enrollment_type=kind
        )

    if done := submit_form(form, enroll):
        said = _("You're enrolled in %(batch)s.") % names
        return redirect_with_message(request, tab_url(batch), _with_end(said, done.result), _undo(actor, done.result))
    waitlist_url = "" if batch.waitlist_capacity == 0 else reverse("enrollments:join-waitlist", args=[batch.pk])
    place = Enrollment(batch=batch, enrollment_date=batch.today())
    lines = (
        _dates(batch),
        _times(actor, batch),
        price_words(batch.course),
        _free_seats(batch, actor),
        _way_out(actor, place),
    )
    return batch_dialog(
        request,
        form,
        batch,
        title=_("Enroll in %(batch)s?") % names,
        button=_("Enroll"),
        text=[line for line in lines if line],
        body="enrollments/enroll_self.html",
        context={
            "siblings": form.refusal.siblings if isinstance(form.refusal, BatchFull) else [],
            "clashes": clashes,
            "waitlist_url": waitlist_url if isinstance(form.refusal, BatchFull) else "",
        },
    )


@page(enrollments["enroll"])
def study_alone(request: ActorRequest, course_id: UUID) -> HttpResponse:
    """A student enrolls in a course without a batch, to study at their own pace."""
    actor, student = request.actor, _must_be_student(request.actor)
    course, today = courses.get(actor, course_id), actor.today()
    kind = Enrollment.Type.INDIVIDUAL.value
    form = SelfForm(posted_data(request), kind=kind, trial_days=_trial_days(actor, course.pk))
    names = {"course": course.title}

    def enroll() -> Enrollment:
        kind = form.cleaned_data.get("enrollment_type") or None
        return rules.enroll_student(
            by=actor.as_student(), student=student, course=course, source="self", enrollment_type=kind
        )

    if done := submit_form(form, enroll):
        said = _with_end(_("You're enrolled in %(course)s.") % names, done.result)
        return redirect_with_message(request, student_url(student.pk), said, _undo(actor, done.result))
    lines = (
        _("You study at your own pace, without a batch and without sessions."),
        _access(access_until(actor, None, course, today)),
        price_words(course),
        _way_out(actor, Enrollment(course=course, enrollment_date=today)),
    )
    return render_dialog(
        request,
        form,
        title=_("Study %(course)s on your own?") % names,
        button=_("Enroll"),
        back=reverse("courses:course", args=[course.pk]),
        text=[line for line in lines if line],
        body="enrollments/enroll_self.html",
        crumbs=[_("Catalog"), reverse("catalogue:list")],
        context={"nav": "catalogue"},
    )


def _undo(actor: Actor, enrollment: Enrollment) -> Undo | None:
    """Enrolling is taken back by leaving, where students can."""
    closed = why_not_cancelled(enrollment, actor.institution, rules.today_of(enrollment, actor))
    return None if closed else undo_enrolling([enrollment])


def _with_end(said: str, enrollment: Enrollment) -> str:
    """The message, and when a trial ends."""
    last = enrollment.access_expiry_date
    if enrollment.enrollment_type != Enrollment.Type.TRIAL or last is None:
        return said
    return " ".join((said, _("Your trial ends on %(day)s.") % {"day": date_format(last, "j F Y")}))


def _access(last: date | None) -> str:
    return _("You have access until %(day)s.") % {"day": date_format(last, "j F Y")} if last else ""


def _way_out(actor: Actor, enrollment: Enrollment) -> str:
    """Until when the student can leave by themself, where that is limited."""
    if why_not_cancelled(enrollment, actor.institution, rules.today_of(enrollment, actor)):
        return _("Once you're enrolled, only your institution can cancel.")
    last = last_day_to_cancel(enrollment, actor.institution)
    return _("You can cancel until %(day)s.") % {"day": date_format(last, "j F Y")} if last else ""


def _dates(batch: Batch) -> str:
    if batch.start_date is None or batch.end_date is None:
        return ""
    return _("It runs from %(first)s to %(last)s%(place)s.") % {
        "first": date_format(batch.start_date, "j F Y"),
        "last": date_format(batch.end_date, "j F Y"),
        "place": f", {batch.branch.name}" if batch.branch else "",
    }


def _times(actor: Actor, batch: Batch) -> str:
    """When it meets, by its own clock, and who leads it."""
    full: Any = batches_of(actor, Batch.objects.filter(pk=batch.pk)).get()
    week = week_in_words(full.week)
    if week and (zone := zone_words(batch.zone, actor.zone)):
        week = f"{week} ({zone})"
    said = [_("It meets %(week)s.") % {"week": week}] if week else []
    if full.lead:
        said.append(_("Instructor: %(name)s.") % {"name": full.lead["full_name"]})
    return " ".join(said)


def _free_seats(batch: Batch, actor: Actor) -> str:
    """The seats that are left for a student, and how many are kept back."""
    left = seats_left_of(batch, actor)
    if left is None or batch.capacity is None:
        return ""
    said = ngettext("%(free)d of %(capacity)d seats is free.", "%(free)d of %(capacity)d seats are free.", left)
    words = said % {"free": left, "capacity": batch.capacity}
    kept = (batch.available_spots or 0) - left
    return f"{words} {kept_back_words(kept)}" if kept else words
