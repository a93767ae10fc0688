"""What is done to a batch together with its students: its seats, its status, its end."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Min
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.attendance.queries.missing import missing_registers_of
from muster.batches.models import Batch
from muster.batches.permissions import batches, deleted_batches
from muster.batches.rules.changing import MOVES
from muster.core.errors import FieldError
from muster.enrollments import rules
from muster.enrollments.errors import StillEnrolled
from muster.enrollments.models import Enrollment
from muster.enrollments.queries import ClosingEffects, effects_of_closing
from muster.institutions.models import Institution
from muster.web.batches.dialogs import batch_dialog, batches_for_rules, tab_url
from muster.web.batches.scale import Scale
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import ConfirmForm, redirect_with_message, submit_form
from muster.web.ui.forms import Form, Grid, posted_data, wide
from muster.web.ui.pages import page, wants_fragment
from muster.web.ui.undo import Undo
from muster.web.ui.widgets import dialog_link


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
    """The status that follows, or that the dates decide again."""

    status = forms.ChoiceField(label=gettext_lazy("New status"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["status"].choices = choices  # type: ignore[attr-defined]


class ReopenForm(Form):
    """Why a closed batch is open again."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300, help_text=gettext_lazy("Kept in the batch's history.")
    )


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
    batch = batches.get(actor, batch_id, "change", among=batches_for_rules())
    initial = {name: getattr(batch, name) for name in ("capacity", "waitlist_capacity", "version")}
    if wants_fragment(request, "scale"):
        # What is typed so far.
        asked = request.GET.get("capacity", "")
        scale = _scale(batch, actor.institution, int(asked) if asked.isdecimal() and len(asked) < 6 else None)
        return render(request, "enrollments/size.html", {"scale": scale})
    form = CapacityForm(posted_data(request), initial=initial, is_open=batch.kind == Batch.Kind.ACADEMIC)
    if done := submit_form(form, lambda: rules.change_capacity(by=actor, batch=batch, **form.cleaned_data)):
        before = {"capacity": initial["capacity"], "waitlist_capacity": initial["waitlist_capacity"]}
        undo = Undo(request.path, {name: "" if seats is None else str(seats) for name, seats in before.items()})
        return redirect_with_message(request, tab_url(batch), _changed_in_words(done.result), undo)
    taken = ngettext(
        "%(count)d seat is taken, so capacity can't be lower.",
        "%(count)d seats are taken, so capacity can't be lower.",
        batch.seats_held,
    )
    return batch_dialog(
        request,
        form,
        batch,
        title=_("Change capacity of %(batch)s") % {"batch": batch.code},
        button=_("Change capacity"),
        text=[taken % {"count": batch.seats_held}, _advice(batch)],
        body="enrollments/capacity.html",
        context={"scale": _scale(batch, actor.institution, batch.capacity), "batch": batch},
    )


def _scale(batch: Batch, institution: Institution, asked: int | None) -> Scale | None:
    """Where a number of seats lies against what is advised and what the smallest room holds; a batch year has none."""
    if batch.kind != Batch.Kind.COURSE:
        return None
    return Scale(institution, asked, batch.slots.aggregate(least=Min("room__seats"))["least"])


def _changed_in_words(batch: Batch) -> str:
    if batch.capacity is None:
        return _("%(batch)s no longer has a seat limit.") % {"batch": batch.code}
    return ngettext("%(batch)s now has %(count)d seat.", "%(batch)s now has %(count)d seats.", batch.capacity) % {
        "batch": batch.code,
        "count": batch.capacity,
    }


def _advice(batch: Batch) -> str:
    return "" if batch.kind == Batch.Kind.COURSE else _("Leave seats blank for no limit.")


# The choice that takes the pin off a status.
BY_DATES = "by-dates"


@page(batches["change"])
def status_page(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """Move the batch on by hand, which pins it there, or let its dates decide again."""
    actor = request.actor
    batch = batches.get(actor, batch_id, "change", among=batches_for_rules())
    follows = MOVES[Batch.Status(batch.status)]
    effects, missing = effects_of_closing(batch), missing_registers_of(actor, batch)
    choices = [(str(value), _meaning(value, effects, missing)) for value in Batch.Status if value in follows]
    if batch.status_pinned and not batch.is_over:
        choices.append((BY_DATES, _("Follow the dates again")))
    form = StatusForm(posted_data(request), choices=choices)

    def move() -> Batch:
        if form.cleaned_data["status"] == BY_DATES:
            return rules.follow_dates(by=actor, batch=batch)
        return rules.change_status(by=actor, batch=batch, status=form.cleaned_data["status"])

    if done := submit_form(form, move):
        said = _("%(batch)s is now %(status)s.") % _status_names(done.result)
        return redirect_with_message(request, tab_url(batch), said, _undo_status(request, batch, done.result))
    return batch_dialog(
        request,
        form,
        batch,
        title=_("Change status of %(batch)s") % {"batch": batch.code},
        button=_("Change status") if choices else "",
        text=_about_status(batch, may_reopen=batches.may(actor, "reopen")),
        body="" if choices else "enrollments/nothing.html",
    )


def _undo_status(request: ActorRequest, before: Batch, now: Batch) -> Undo | None:
    """How a change of status is taken back: reopened, by who may, or by the dates again where it went by them."""
    if now.is_over:
        may = batches.may(request.actor, "reopen")
        return Undo(reverse("enrollments:reopen", args=[now.pk]), {"reason": _("Undone")}) if may else None
    return None if before.status_pinned else Undo(request.path, {"status": BY_DATES})


def _about_status(batch: Batch, *, may_reopen: bool) -> list[Any]:
    """What the status is and goes by, and when the batch would end by itself."""
    names = _status_names(batch)
    if batch.is_over:
        return [
            _("%(batch)s is %(status)s.") % names,
            dialog_link(_("Reopen"), reverse("enrollments:reopen", args=[batch.pk]), "undo")
            if may_reopen
            else _("Only an administrator can reopen it."),
        ]
    pinned = _("%(batch)s is %(status)s, as set manually. It stays so until someone changes it.")
    by_dates = _(
        "%(batch)s is %(status)s. A status you set manually stays until someone changes it. It no longer follows the "
        "dates."
    )
    text = [(pinned if batch.status_pinned else by_dates) % names]
    if batch.end_date and batch.end_date >= batch.today():
        days = (batch.end_date - batch.today()).days
        words = ngettext(
            "Its last day is %(day)s, in %(count)d day. Completing it now ends it early.",
            "Its last day is %(day)s, in %(count)d days. Completing it now ends it early.",
            days,
        )
        text.append(
            (words if days else _("Its last day is today."))
            % {"day": date_format(batch.end_date, "j F Y"), "count": days}
        )
    return text


@page(batches["reopen"])
def reopen_page(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """Open a completed or cancelled batch again."""
    actor = request.actor
    batch = batches.get(actor, batch_id, "reopen", among=batches_for_rules())
    form = ReopenForm(posted_data(request))
    if done := submit_form(form, lambda: rules.reopen_batch(by=actor, batch=batch, reason=form.cleaned_data["reason"])):
        return redirect_with_message(request, tab_url(batch), _reopened_in_words(done.result, _("reopened")))
    ended = Enrollment.objects.filter(batch=batch).exclude(status_before_end="").count()
    return batch_dialog(
        request,
        form,
        batch,
        title=_("Reopen %(batch)s?") % {"batch": batch.code},
        button=_("Reopen"),
        text=[_come_back(ended), _("Its instructors and rooms are booked again, if they're still free.")],
    )


def _come_back(ended: int) -> str:
    words = ngettext(
        "%(count)d enrollment ended with it and comes back, if its seat is still free.",
        "%(count)d enrollments ended with it and come back, as far as there are seats.",
        ended,
    )
    return words % {"count": ended} if ended else _("No enrollments ended with it.")


def _reopened_in_words(found: rules.Reopening, did: str) -> str:
    """What came back, and by name what did not and why."""
    came = ngettext(
        "%(batch)s %(did)s with %(count)d enrollment.",
        "%(batch)s %(did)s with %(count)d enrollments.",
        found.brought_back,
    ) % {"batch": found.batch.code, "did": did, "count": found.brought_back}
    return " ".join([came, *(one.reason for one in found.left)])


@page(deleted_batches["restore"])
def restore_page(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """Restore a deleted batch with the enrollments that were cancelled with it."""
    batch = deleted_batches.get(request.actor, batch_id, "restore", among=batches_for_rules())
    form, names, back = ConfirmForm(posted_data(request)), {"batch": batch.code}, reverse("batches:deleted")
    if done := submit_form(form, lambda: rules.restore_batch(by=request.actor, batch=batch)):
        return redirect_with_message(request, tab_url(batch), _reopened_in_words(done.result, _("restored")))
    ended = 0 if batch.is_over else Enrollment.objects.filter(batch=batch).exclude(status_before_end="").count()
    return batch_dialog(
        request,
        form,
        batch,
        title=_("Restore %(batch)s?") % names,
        button=_("Restore"),
        back=back,
        text=[
            _("It's restored with its weekly schedule and instructors, if they're still free."),
            _come_back(ended),
        ],
        crumbs=[_("Batches"), reverse("batches:list"), _("Deleted"), back],
    )


def _status_names(batch: Batch) -> dict[str, str]:
    return {"batch": batch.code, "status": batch.get_status_display().lower()}


def _meaning(status: str, effects: ClosingEffects, missing: int) -> str:
    """The status and, in numbers, what it ends."""
    word = dict(Batch.Status.choices)[status]
    if status == Batch.Status.ACTIVE:
        return _("%(status)s: it has started") % {"status": word}
    held = effects.enrollments
    if status == Batch.Status.COMPLETED:
        does = ngettext("completes %(count)d enrollment", "completes %(count)d enrollments", held)
    else:
        does = ngettext("cancels %(count)d enrollment", "cancels %(count)d enrollments", held)
    parts = [
        (held, does),
        (effects.on_hold, ngettext("%(count)d of them on hold", "%(count)d of them on hold", effects.on_hold)),
        (
            effects.waiting,
            ngettext(
                "%(count)d student on the waitlist is notified",
                "%(count)d students on the waitlist are notified",
                effects.waiting,
            ),
        ),
        (
            effects.sessions,
            ngettext(
                "%(count)d session to come doesn't take place",
                "%(count)d sessions to come don't take place",
                effects.sessions,
            ),
        ),
        (missing, ngettext("%(count)d register isn't taken", "%(count)d registers aren't taken", missing)),
    ]
    ends = [words % {"count": number} for number, words in parts if number]
    return f"{word}: {', '.join(ends)}" if ends else str(word)


@page(batches["change"])
def delete_page(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """Delete a batch; it can be restored."""
    actor = request.actor
    batch = batches.get(actor, batch_id, "change", among=batches_for_rules())
    current, names = batch.enrolled_students, {"batch": batch.code}
    form = DeleteForm(posted_data(request), current=current)

    def delete() -> Batch:
        also = "cancel" if form.cleaned_data.get("enrollments") else ""
        try:
            return rules.delete_batch(by=actor, batch=batch, enrollments=also)
        except StillEnrolled as error:
            # The rule speaks to programs of `enrollments=cancel`; here it is the box below.
            words = _(
                "%(batch)s still has students. Select the box to cancel their enrollments, or transfer them first."
            )
            error.errors = [FieldError("enrollments", words % names)]
            raise

    if submit_form(form, delete):
        said = _("%(batch)s deleted. You can restore it from deleted batches.") % names
        may = deleted_batches.may(actor, "restore")
        undo = Undo(reverse("enrollments:restore", args=[batch.pk])) if may else None
        return redirect_with_message(request, reverse("batches:list"), said, undo)
    text = [_("It disappears from lists and frees its rooms and instructors. You can restore it.")]
    if current:
        words = ngettext("%(count)d student is enrolled.", "%(count)d students are enrolled.", current)
        text.append(words % {"count": current})
    title = _("Delete %(batch)s?") % names
    return batch_dialog(request, form, batch, title=title, button=_("Delete batch"), text=text, tone="bad")
