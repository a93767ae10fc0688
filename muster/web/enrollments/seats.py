"""What is done to a batch together with its students: its seats, its status, its end."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.batches.rules.changing import MOVES
from muster.core.errors import DomainError, FieldError
from muster.enrollments import rules
from muster.web.enrollments.crumbs import crumbs_to, url_of, with_all
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import redirect_with_message, render_dialog, submit_form
from muster.web.ui.forms import Form, Grid, wide
from muster.web.ui.pages import form_refused, page


class CapacityForm(Form):
    """How many seats, and why."""

    capacity = forms.IntegerField(label=gettext_lazy("Seats"), required=False)
    waitlist_capacity = forms.IntegerField(
        label=gettext_lazy("Waitlist capacity"), required=False, help_text=gettext_lazy("Leave blank to keep it.")
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Kept in the batch's history."),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    layout = (Grid(wide("capacity", "half"), wide("waitlist_capacity", "half"), "reason", "version"),)

    def __init__(self, *args: Any, is_open: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["capacity"].required = not is_open
        self.fields["capacity"].error_messages["required"] = _("Batch capacity is required")


class StatusForm(Form):
    """The status that follows."""

    status = forms.ChoiceField(label=gettext_lazy("New status"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["status"].choices = choices  # type: ignore[attr-defined]


class DeleteForm(Form):
    """What becomes of those who are enrolled."""

    enrollments = forms.BooleanField(required=False)

    def __init__(self, *args: Any, current: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if current:
            self.fields["enrollments"].label = ngettext(
                "Cancel its %(count)d enrollment too", "Cancel its %(count)d enrollments too", current
            ) % {"count": current}
        else:
            del self.fields["enrollments"]


@page(batches["change"])
def capacity_page(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """Change how many seats the batch has."""
    actor = request.actor
    batch = batches.get(actor, batch_id, "change", among=with_all())
    initial = {
        "capacity": batch.capacity,
        "waitlist_capacity": batch.waitlist_capacity,
        "version": batch.version,
    }
    form = CapacityForm(
        request.POST if request.method == "POST" else None,
        initial=initial,
        is_open=batch.kind == Batch.Kind.ACADEMIC,
    )
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data
        try:
            changed = rules.change_capacity(
                by=actor,
                batch=batch,
                capacity=asked["capacity"],
                waitlist_capacity=asked["waitlist_capacity"],
                reason=asked["reason"],
                version=asked["version"],
            )
        except DomainError as error:
            form_refused(form, error)
        else:
            return redirect_with_message(request, url_of(batch), _changed_in_words(changed))
    held = batch.seats_held
    return render_dialog(
        request,
        form,
        title=_("Change capacity of %(batch)s") % {"batch": batch.code},
        button=_("Change capacity"),
        back=url_of(batch),
        text=[
            ngettext(
                "%(count)d seat is taken, so capacity can't be lower.",
                "%(count)d seats are taken, so capacity can't be lower.",
                held,
            )
            % {"count": held},
            *_advice(batch, actor.institution),
        ],
        crumbs=crumbs_to(batch),
        context={"nav": "batches"},
    )


def _changed_in_words(batch: Batch) -> str:
    if batch.capacity is None:
        return _("%(batch)s no longer has a seat limit.") % {"batch": batch.code}
    return ngettext("%(batch)s now has %(count)d seat.", "%(batch)s now has %(count)d seats.", batch.capacity) % {
        "batch": batch.code,
        "count": batch.capacity,
    }


def _advice(batch: Batch, institution: Any) -> list[str]:
    if batch.kind != Batch.Kind.COURSE:
        return [_("Leave seats blank for no limit.")]
    return [
        _("Recommended: %(least)d to %(most)d students.")
        % {"least": institution.advised_size_min, "most": institution.advised_size_max}
    ]


@page(batches["change"])
def status_page(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """Move the batch on by hand, which pins it there."""
    actor = request.actor
    batch = batches.get(actor, batch_id, "change", among=with_all())
    follows = MOVES[Batch.Status(batch.status)]
    choices = [(str(value), _meaning(batch, value)) for value in Batch.Status if value in follows]
    form = StatusForm(request.POST if request.method == "POST" else None, choices=choices)
    if submit_form(form, lambda: rules.change_status(by=actor, batch=batch, status=form.cleaned_data["status"])):
        said = _("%(batch)s is now %(status)s.")
        word = dict(Batch.Status.choices)[form.cleaned_data["status"]]
        return redirect_with_message(request, url_of(batch), said % {"batch": batch.code, "status": str(word).lower()})
    text = [
        _(
            "%(batch)s is %(status)s. A status you set manually stays until someone changes it. It no longer "
            "follows the dates."
        )
        % {"batch": batch.code, "status": batch.get_status_display().lower()}
    ]
    if not choices:
        text = [
            _("%(batch)s is %(status)s, which is its final status.")
            % {"batch": batch.code, "status": batch.get_status_display().lower()}
        ]
    return render_dialog(
        request,
        form,
        title=_("Change status of %(batch)s") % {"batch": batch.code},
        button=_("Change status") if choices else "",
        back=url_of(batch),
        text=text,
        crumbs=crumbs_to(batch),
        body="" if choices else "enrollments/nothing.html",
        context={"nav": "batches"},
    )


def _meaning(batch: Batch, status: str) -> str:
    """The status and, in numbers, what it does to the students."""
    held = batch.enrolled_students
    word = dict(Batch.Status.choices)[status]
    if status == Batch.Status.COMPLETED and held:
        does = ngettext("completes %(count)d enrollment", "completes %(count)d enrollments", held)
    elif status == Batch.Status.CANCELLED and held:
        does = ngettext("cancels %(count)d enrollment", "cancels %(count)d enrollments", held)
    elif status == Batch.Status.ACTIVE:
        return _("%(status)s: it has started") % {"status": word}
    else:
        return str(word)
    return f"{word}: {does % {'count': held}}"


@page(batches["change"])
def delete_page(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """Delete a batch; it can be restored."""
    actor = request.actor
    batch = batches.get(actor, batch_id, "change", among=with_all())
    current = batch.enrolled_students
    form = DeleteForm(request.POST if request.method == "POST" else None, current=current)
    if form.is_bound and form.is_valid():
        also = "cancel" if form.cleaned_data.get("enrollments") else ""
        try:
            rules.delete_batch(by=actor, batch=batch, enrollments=also)
        except DomainError as error:
            if error.code == "still_enrolled":
                # The rule speaks to programs of `enrollments=cancel`; here it is the box below.
                words = _(
                    "%(batch)s still has students. Select the box to cancel their enrollments, or transfer them first."
                )
                error.errors = [FieldError("enrollments", words % {"batch": batch.code})]
            form_refused(form, error)
        else:
            said = _("%(batch)s deleted. You can restore it from deleted batches.")
            return redirect_with_message(request, reverse("batches:list"), said % {"batch": batch.code})
    text = [_("It disappears from lists and frees its rooms and instructors. You can restore it.")]
    if current:
        text.append(
            ngettext("%(count)d student is enrolled.", "%(count)d students are enrolled.", current) % {"count": current}
        )
    return render_dialog(
        request,
        form,
        title=_("Delete %(batch)s?") % {"batch": batch.code},
        button=_("Delete batch"),
        tone="bad",
        back=url_of(batch),
        text=text,
        crumbs=crumbs_to(batch),
        context={"nav": "batches"},
    )
