"""Rolling a batch year over: what it would come to, the question, the decision, and the way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_tables2 import Column

from muster.batches.models import Batch
from muster.batches.rules.locks import MOST_REASON
from muster.core.permissions import as_id
from muster.institutions.access import Actor
from muster.institutions.models import Institution
from muster.people.links import student_url
from muster.progression.models import RolloverRequest
from muster.progression.permissions import batch_rollovers, rollovers
from muster.progression.queries.rollover import (
    MissingPart,
    Move,
    RolloverPreview,
    RolloverStudent,
    pending_rollover,
    rollover_preview,
    rollovers_of,
)
from muster.progression.rules import (
    HeldBackInput,
    decide_rollover,
    request_rollover,
    revert_rollover,
    roll_over,
)
from muster.web.batches.dialogs import batches_for_rules, tab_url
from muster.web.home.words import asked_at
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import ConfirmForm, redirect_with_message, render_dialog, submit_form
from muster.web.ui.forms import Form, posted_data
from muster.web.ui.pages import own_path, page
from muster.web.ui.tables import Table
from muster.web.ui.tables.export import EXPORTS, announce_export, export_response
from muster.web.ui.undo import Undo
from muster.web.ui.widgets import percent, pill

QUESTION = gettext_lazy("Are you sure you want to promote this batch to the next semester?")
# So many of those who move are named before the fold.
FIRST_NAMED = 16
STATES: dict[str, tuple[Any, str]] = {
    RolloverRequest.Status.PENDING: ("warn", "half"),
    RolloverRequest.Status.REJECTED: ("bad", "xc"),
    RolloverRequest.Status.EXECUTED: ("good", "okc"),
    RolloverRequest.Status.REVERTED: ("", "undo"),
}


# --- who is held back, as the page carries it ------------------------------------------------------------------------
@dataclass(frozen=True)
class Chosen:
    """Who is to be held back, as it was sent; None of a page that was just opened, which proposes it."""

    reasons: Mapping[UUID, str] | None

    @classmethod
    def of(cls, data: QueryDict) -> Chosen:
        """What a form of these pages carries: `chosen`, and for each `held` a reason."""
        if "chosen" not in data:
            return cls(None)
        ids = [key for text in data.getlist("held") if (key := as_id(text))]
        return cls({key: data.get(f"reason-{key}", "").strip() for key in ids})

    @property
    def inputs(self) -> list[HeldBackInput] | None:
        """As the rules take it."""
        return None if self.reasons is None else [HeldBackInput(key, why) for key, why in self.reasons.items()]


class HoldForm(Form):
    """One student more who keeps the old semester."""

    hold = forms.ChoiceField(label=gettext_lazy("Student"))
    hold_reason = forms.CharField(label=gettext_lazy("Reason"), max_length=MOST_REASON)

    def __init__(self, *args: Any, students: Sequence[RolloverStudent], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(str(one.enrollment.pk), one.enrollment.student.full_name) for one in students]
        self.fields["hold"].choices = [("", _("Choose")), *names]  # type: ignore[attr-defined]


class RollOverForm(Form):
    """The question; answered for the semester that was looked at, so that a second click moves nobody."""

    from_semester = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(
        label=gettext_lazy("Note for the record"),
        required=False,
        max_length=MOST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class RejectForm(Form):
    """Why a rollover is rejected."""

    note = forms.CharField(
        label=gettext_lazy("Note to the person who requested it"),
        required=False,
        max_length=MOST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


# --- the preview -----------------------------------------------------------------------------------------------------
class RolloverTable(Table):
    """Everyone, for the export."""

    name = Column(accessor="enrollment__student__full_name", verbose_name=gettext_lazy("Student"))
    number = Column(accessor="enrollment__student", verbose_name=gettext_lazy("Email"))
    move = Column(verbose_name=gettext_lazy("What happens"))
    reason = Column(verbose_name=gettext_lazy("Reason"))
    attendance = Column(verbose_name=gettext_lazy("Attendance"))
    failed = Column(verbose_name=gettext_lazy("Failed"))
    missing = Column(accessor="without_result", verbose_name=gettext_lazy("Without a result"))

    def value_number(self, value: Any) -> str:
        return value.email or ""

    def value_move(self, value: Move) -> str:
        return str(MOVES[value])

    def value_failed(self, value: Sequence[str]) -> str:
        return ", ".join(value)

    def value_missing(self, value: Sequence[Any]) -> str:
        return ", ".join(one.subject.title for one in value)


MOVES = {
    Move.MOVES: gettext_lazy("Moves on"),
    Move.HELD_BACK: gettext_lazy("Held back"),
    Move.STAYS: gettext_lazy("Stays held back"),
}


@page(batch_rollovers["list"])
def rollover_page(request: ActorRequest, batch_id: UUID) -> HttpResponseBase:
    """Everyone and every subject: who moves, who stays and why, what is missing; and the rollovers there were.

    Posting changes who is held back, and stores nothing.
    """
    actor = request.actor
    batch = batch_rollovers.get(actor, batch_id, "list", among=batches_for_rules())
    may_decide = not batch.is_archived and batch_rollovers.allows(actor, "approve", batch)
    may_raise = may_decide and _can_move(batch)
    preview, hold_form, status = None, None, 200
    if _can_move(batch):
        reasons = Chosen.of(request.POST).reasons
        preview = rollover_preview(actor, batch, reasons)
        pressed = posted_data(request) if "hold_now" in request.POST else None
        hold_form = HoldForm(pressed, students=preview.that(Move.MOVES))
        changed = _held_after(request.POST, preview, hold_form)
        if changed is not None:
            preview = preview.holding_back(changed)
            hold_form = HoldForm(students=preview.that(Move.MOVES))
        status = 400 if hold_form.is_bound else 200
        if request.GET.get("export") in EXPORTS:
            table = RolloverTable(preview.students)
            announce_export(request, f"rollover-{batch.code}")
            return export_response(table, request.GET["export"], name=f"rollover-{batch.code}")
    context = {
        "nav": "requests" if preview and preview.pending else "batches",
        "batch": batch,
        "preview": preview,
        "hold_form": hold_form,
        "may_raise": may_raise,
        "history": _history(actor, batch, may_revert=may_decide),
        "subjects_url": tab_url(batch, "subjects"),
        **(_preview_context(actor, preview, may_raise=may_raise) if preview else {}),
    }
    return render(request, "progression/rollover.html", context, status=status)


def _can_move(batch: Batch) -> bool:
    return batch.kind == Batch.Kind.ACADEMIC and not (batch.is_archived or batch.is_over)


def _held_after(data: QueryDict, preview: RolloverPreview, form: HoldForm) -> dict[UUID, str] | None:
    """Who is held back after what was pressed; None where nothing changes."""
    held = {one.enrollment.pk: one.reason for one in preview.that(Move.HELD_BACK)}
    if "move" in data:
        held.pop(as_id(data["move"]), None)  # type: ignore[arg-type]
        return held
    if form.is_bound and form.is_valid():
        return {**held, UUID(form.cleaned_data["hold"]): form.cleaned_data["hold_reason"]}
    return None


def _preview_context(actor: Actor, preview: RolloverPreview, *, may_raise: bool) -> dict[str, Any]:
    moving = preview.that(Move.MOVES)
    pending = preview.pending
    may_decide = may_raise and not (pending and _is_own_under_four_eyes(actor, pending))
    return {
        "numbers": preview.numbers,
        "held": [_line(one) for one in preview.that(Move.HELD_BACK)],
        "staying": [_line(one) for one in preview.that(Move.STAYS)],
        "first_moving": [_line(one) for one in moving[:FIRST_NAMED]],
        "other_moving": [_line(one) for one in moving[FIRST_NAMED:]],
        "missing": [_missing(preview, one) for one in preview.missing],
        "record_words": _records_in_words(preview.numbers),
        "asked": _request_words(actor, pending) if pending else "",
        "may_decide": may_decide,
        "asks": _has_to_ask(actor, pending),
        "button": _button_words(preview, asks=_has_to_ask(actor, pending)),
    }


def _line(one: RolloverStudent) -> dict[str, Any]:
    student = one.enrollment.student
    return {
        "key": one.enrollment.pk,
        "name": student.full_name,
        "url": student_url(student.pk),
        "reason": one.reason,
        "attendance": percent(one.attendance) if one.attendance is not None else "–",
    }


def _missing(preview: RolloverPreview, one: MissingPart) -> dict[str, str]:
    """What is missing, with the way to it."""
    batch = preview.batch
    if one.kind == "registers" and len(one.ids) == 1:
        return {
            "words": one.message,
            "url": reverse("attendance:register", args=[one.ids[0]]),
            "action": _("Take register"),
        }
    if one.kind == "registers":
        return {"words": one.message, "url": tab_url(batch, "attendance"), "action": _("See registers")}
    if one.kind == "results" and one.about:
        url = reverse("progression:results-sheet", args=[batch.pk, one.about])
        return {"words": one.message, "url": url, "action": _("Enter marks")}
    return {"words": one.message, "url": tab_url(batch, "subjects"), "action": _("See subjects")}


def _records_in_words(numbers: Mapping[str, int]) -> str:
    """What the records close with, but for what there is none of."""
    said = [
        (numbers["passed"], _("%(count)d passed")),
        (numbers["failed"], _("%(count)d failed")),
        (numbers["without_result"], _("%(count)d without a result")),
        (numbers["detained"], _("%(count)d held back")),
    ]
    return ", ".join(words % {"count": number} for number, words in said if number)


def _request_words(actor: Actor, pending: RolloverRequest) -> str:
    by = pending.requested_by.full_name if pending.requested_by else _("Requested automatically at the semester's end")
    return f"{by}. {asked_at(pending.created_at, actor.now())}"


def needs_another(actor: Actor) -> bool:
    """Whether the institution wants somebody else to approve what one asks for."""
    return actor.institution.rollover_approval == Institution.RolloverApproval.FOUR_EYES


def _is_own_under_four_eyes(actor: Actor, pending: RolloverRequest) -> bool:
    is_own = actor.user is not None and pending.requested_by_id == actor.user.pk
    return is_own and needs_another(actor)


def _has_to_ask(actor: Actor, pending: RolloverRequest | None) -> bool:
    """Whether somebody else has to approve, and none was asked yet."""
    return pending is None and needs_another(actor)


def _button_words(preview: RolloverPreview, *, asks: bool) -> str:
    number = preview.numbers["moves"]
    if preview.to_semester is None:
        return _("Request completion") if asks else _("Complete batch")
    if asks:
        words = ngettext("Ask to promote %(count)d student", "Ask to promote %(count)d students", number)
    else:
        words = ngettext("Promote %(count)d student", "Promote %(count)d students", number)
    return words % {"count": number}


def _history(actor: Actor, batch: Batch, *, may_revert: bool) -> list[dict[str, Any]]:
    """The rollovers of the batch, the latest first; of those executed the latest can be undone."""
    found = list(rollovers_of(batch))
    executed = next((one for one in found if one.status == RolloverRequest.Status.EXECUTED), None)
    return [_past(actor, one, may_revert=may_revert and one is executed) for one in found]


def _past(actor: Actor, one: RolloverRequest, *, may_revert: bool) -> dict[str, Any]:
    """A rollover in the history of the batch."""
    words = {"now": one.from_semester, "next": one.to_semester}
    title = _("Completed after semester %(now)d") if one.completes else _("Semester %(now)d to %(next)d")
    people = []
    if one.requested_by:
        people.append(_("Requested by %(name)s") % {"name": one.requested_by.full_name})
    if one.decided_by and one.decided_at:
        people.append(
            f"{one.get_status_display()}: {one.decided_by.full_name}, {asked_at(one.decided_at, actor.now())}"
        )
    numbers = one.outcome.get("numbers", {})
    if one.status == RolloverRequest.Status.EXECUTED and numbers:
        moved = ngettext("%(count)d moved", "%(count)d moved", numbers["moves"]) % {"count": numbers["moves"]}
        held = _("%(count)d held back") % {"count": numbers["held_back"]}
        people.append(", ".join([moved, *([held] if numbers["held_back"] else [])]))
    return {
        "title": title % words,
        "lines": [*people, *filter(None, (one.note, one.decision_note))],
        "pill": pill(one.get_status_display(), *STATES[one.status]),
        "revert_url": reverse("progression:revert-rollover", args=[one.pk]) if may_revert else "",
    }


# --- the question ----------------------------------------------------------------------------------------------------
@page(batch_rollovers["raise"])
def roll_over_page(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """Ask once more, with the numbers; then promote, or request it where somebody else has to approve.

    `?ask=1` requests it whatever the institution lets. `look` in what is posted only shows the question.
    """
    actor = request.actor
    batch = batch_rollovers.get(actor, batch_id, "raise", among=batches_for_rules())
    chosen, pending = Chosen.of(request.POST), pending_rollover(batch)
    asks = pending is None and (bool(request.GET.get("ask")) or needs_another(actor))
    looks = "look" in request.POST
    initial = {"from_semester": batch.current_semester}
    form = RollOverForm(None if looks else posted_data(request), initial=initial)
    back = own_path(request, request.GET.get("next", "")) or reverse("progression:rollover", args=[batch.pk])

    def act() -> RolloverRequest:
        note = form.cleaned_data["note"]
        if asks:
            return request_rollover(by=actor, batch=batch, held_back=chosen.inputs, note=note)
        semester = form.cleaned_data["from_semester"]
        return roll_over(by=actor, batch=batch, note=note, from_semester=semester, held_back=chosen.inputs)

    if done := submit_form(form, act):
        return redirect_with_message(request, back, _done_in_words(batch, done.result), _undo(done.result))
    preview = rollover_preview(actor, batch, chosen.reasons)
    completes = preview.to_semester is None
    title = _("Complete %(batch)s after its last semester?") % {"batch": batch.code} if completes else QUESTION
    return render_dialog(
        request,
        form,
        title=title,
        button=_button_words(preview, asks=asks),
        back=back,
        keep=_("Not yet"),
        crumbs=_crumbs(batch),
        body="progression/roll_over_dialog.html",
        context={
            "nav": "batches",
            "batch": batch,
            "preview": preview,
            "numbers": preview.numbers,
            "without_faculty": preview.numbers["subjects"] - preview.numbers["subjects_with_faculty"],
            "held": [_line(one) for one in preview.that(Move.HELD_BACK)] if chosen.reasons is not None else [],
            "chosen": chosen.reasons is not None,
            "asks": asks,
            "preview_url": reverse("progression:rollover", args=[batch.pk]),
        },
    )


def _done_in_words(batch: Batch, done: RolloverRequest) -> str:
    if done.is_pending:
        return _("Requested. The people who approve rollovers are notified.")
    if done.completes:
        return _("%(batch)s is completed.") % {"batch": batch.code}
    numbers = done.outcome["numbers"]
    moved = ngettext("%(count)d student moved", "%(count)d students moved", numbers["moves"])
    facts = {"batch": batch.code, "next": done.to_semester, "moved": moved % {"count": numbers["moves"]}}
    if not numbers["held_back"]:
        return _("%(batch)s is in semester %(next)d now. %(moved)s.") % facts
    held = _("%(count)d held back") % {"count": numbers["held_back"]}
    return _("%(batch)s is in semester %(next)d now. %(moved)s, %(held)s.") % {**facts, "held": held}


def _undo(done: RolloverRequest) -> Undo:
    """The way back: what was asked is rejected, what was done is reverted."""
    return Undo(reverse(f"progression:{'reject' if done.is_pending else 'revert'}-rollover", args=[done.pk]))


def _crumbs(batch: Batch) -> list[str]:
    rollover = reverse("progression:rollover", args=[batch.pk])
    return [_("Batches"), reverse("batches:list"), batch.code, tab_url(batch), _("Rollover"), rollover]


# --- decisions -------------------------------------------------------------------------------------------------------
@page(rollovers["decide"])
def reject_page(request: ActorRequest, rollover_id: UUID) -> HttpResponse:
    """Leave the batch in its semester; whoever asked is told."""
    actor = request.actor
    asked = _rollover(actor, rollover_id, "decide")
    form = RejectForm(posted_data(request))
    back = own_path(request, request.GET.get("next", "")) or reverse("progression:rollover", args=[asked.batch_id])

    def act() -> RolloverRequest:
        return decide_rollover(by=actor, request=asked, approve=False, note=form.cleaned_data["note"])

    if submit_form(form, act):
        return redirect_with_message(
            request, back, _("Rejected. %(batch)s stays where it is.") % {"batch": asked.batch.code}
        )
    title = _("Reject the rollover of %(batch)s?") % {"batch": asked.batch.code}
    text = [_request_words(actor, asked)]
    return render_dialog(
        request, form, title=title, button=_("Reject"), back=back, text=text, crumbs=_crumbs(asked.batch)
    )


@page(rollovers["revert"])
def revert_page(request: ActorRequest, rollover_id: UUID) -> HttpResponse:
    """Take a rollover back, while the new semester has no data."""
    actor = request.actor
    done = _rollover(actor, rollover_id, "revert")
    form = ConfirmForm(posted_data(request))
    back = reverse("progression:rollover", args=[done.batch_id])
    words = {"batch": done.batch.code, "now": done.from_semester}
    if submit_form(form, lambda: revert_rollover(by=actor, request=done)):
        return redirect_with_message(request, back, _("Undone. %(batch)s is in semester %(now)d again.") % words)
    text = [
        _("%(batch)s goes back to semester %(now)d, with its records and subjects as they were.") % words,
        _("It can be undone until the new semester has marks, held sessions or changed subjects."),
    ]
    title = _("Undo the rollover of %(batch)s?") % words
    return render_dialog(
        request, form, title=title, button=_("Undo rollover"), back=back, text=text, crumbs=_crumbs(done.batch)
    )


def _rollover(actor: Actor, pk: UUID, action: str) -> RolloverRequest:
    among = RolloverRequest.objects.select_related(
        "batch__institution", "batch__branch", "batch__course", "batch__department", "requested_by"
    )
    return rollovers.get(actor, pk, action, among=among)
