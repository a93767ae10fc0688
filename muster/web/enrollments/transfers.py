"""Transfers: one student or many to another batch, back again, and what students ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.batches.meetings import week_in_words
from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.batches.rules.locks import MOST_REASON
from muster.core.errors import Invalid
from muster.core.permissions import as_id
from muster.enrollments import rules
from muster.enrollments.errors import TransferRefused, seats_left
from muster.enrollments.models import Enrollment, TransferRequest
from muster.enrollments.permissions import enrollments, transfers
from muster.enrollments.queries import (
    OwnClash,
    batches_to_ask_for,
    clashes_of_many,
    transfer_targets,
    transfers_in_full,
)
from muster.institutions.access import Actor
from muster.people.links import student_url
from muster.web.batches.dialogs import batch_dialog, tab_url
from muster.web.requests import ActorRequest
from muster.web.ui.bulk import names_in_words, picked_rows, picked_url
from muster.web.ui.dialogs import ConfirmForm, redirect_with_message, render_dialog, submit_form
from muster.web.ui.forms import Form, posted_data
from muster.web.ui.pages import own_path, page
from muster.web.ui.undo import Undo
from muster.web.ui.widgets import date_range

# More batches of one course, or of all others, nobody looks through.
MOST_TARGETS, MOST_OTHERS = 50, 200


@dataclass(frozen=True)
class Target:
    """A batch to which somebody may move, as the form offers it."""

    batch: Any
    clashes: Sequence[tuple[str, OwnClash]]

    @property
    def key(self) -> str:
        return str(self.batch.pk)

    @property
    def seats(self) -> str:
        left = seats_left(self.batch)
        if left is None:
            return _("No seat limit")
        return ngettext("%(count)d seat left", "%(count)d seats left", left) % {"count": left} if left else _("Full")

    @property
    def tone(self) -> str:
        return "warn" if seats_left(self.batch) == 0 else "good"

    @property
    def facts(self) -> str:
        """The code, the days and the branch."""
        days = date_range(self.batch.start_date, self.batch.end_date) if self.batch.start_date else ""
        branch = self.batch.branch.name if self.batch.branch else ""
        return " · ".join(filter(None, (self.batch.code, str(days), branch)))

    @property
    def week(self) -> str:
        return week_in_words(self.batch.week)

    @property
    def said(self) -> list[str]:
        """Whose other batches meet at the same time."""
        return [f"{name}: {clash}." for name, clash in self.clashes]

    def __str__(self) -> str:
        course = f", {self.batch.course.title}" if self.batch.course else ""
        return f"{self.batch.name} ({self.batch.code}){course}, {self.seats.lower()}"


class TransferForm(Form):
    """Where to, and how. Names are those of the API."""

    to_batch = forms.ChoiceField(required=False)
    other_batch = forms.ChoiceField(
        label=gettext_lazy("Batch of another course"),
        required=False,
        help_text=gettext_lazy("Chosen here, it counts instead of a batch above."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=MOST_REASON,
        help_text=gettext_lazy("Kept in the history, and told to the students."),
    )
    accept_clash = forms.BooleanField(
        label=gettext_lazy("Transfer students too whose other batches meet at the same time"), required=False
    )
    join_waitlist = forms.BooleanField(
        label=gettext_lazy("Put students on the waitlist when no seat is left"), required=False
    )
    partial = forms.BooleanField(
        label=gettext_lazy("Transfer those who can be, and leave the others where they are"), required=False
    )

    def __init__(self, *args: Any, targets: Sequence[Target], others: Sequence[Target], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["to_batch"].choices = [(one.key, str(one)) for one in targets]
        if others:
            fields["other_batch"].choices = [("", _("None")), *((one.key, str(one)) for one in others)]
        else:
            del fields["other_batch"]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if not found.get("to_batch") and not found.get("other_batch") and not self.errors:
            self.add_error("to_batch", _("Choose a batch."))
        return found


@page(enrollments["change"])
def transfer_page(request: ActorRequest) -> HttpResponse:
    """Move the selected students to another batch."""
    actor = request.actor
    among = Enrollment.objects.select_related("student", "batch__institution", "batch__branch", "batch__course")
    rows = picked_rows(request, enrollments.rows(actor, "change", among=among))
    source = rows[0].batch
    if source is None or any(row.batch_id != source.pk for row in rows):
        raise Invalid(_("Select students of one batch."))
    targets = _targets(actor, source, rows)
    others = _targets(actor, source, rows, other_courses=True) if actor.is_admin else []
    form = TransferForm(posted_data(request), targets=targets, others=others)
    back = own_path(request, request.GET.get("next", "")) or tab_url(source, "students")
    if done := submit_form(form, lambda: _transfer(actor, rows, form.cleaned_data)):
        return redirect_with_message(request, back, _moved_in_words(done.result), _undo(done.result))
    number = {"count": len(rows), "name": rows[0].student.full_name, "batch": source.code}
    refusal = form.refusal if isinstance(form.refusal, TransferRefused) else None
    title = _("Transfer %(name)s") if len(rows) == 1 else _("Transfer %(count)d students")
    button = ngettext("Transfer %(count)d student", "Transfer %(count)d students", len(rows))
    text = [_("They leave %(batch)s today. Payments move along; attendance stays where it was taken.") % number]
    return batch_dialog(
        request,
        form,
        source,
        "students",
        title=title % number,
        button=button % number if targets or others else "",
        back=back,
        text=[*text, names_in_words(rows, lambda row: row.student.full_name)] if len(rows) > 1 else text,
        body="enrollments/transfer.html",
        context={
            "targets": targets,
            "several": len(rows) > 1,
            "refused": refusal.refused if refusal and len(rows) > 1 else (),
            "clashing": any(one.clashes for one in (*targets, *others)),
        },
    )


def _targets(actor: Actor, source: Batch, rows: Sequence[Enrollment], *, other_courses: bool = False) -> list[Target]:
    """Where they may move, with who would be in two places at once."""
    most = MOST_OTHERS if other_courses else MOST_TARGETS
    found: list[Any] = list(
        transfer_targets(actor, source, other_courses=other_courses).select_related("course")[:most]
    )
    # In the list of all other courses only the seats are told; a clash is refused, and named, when it is chosen.
    clashes = {} if other_courses else clashes_of_many(rows, [batch.pk for batch in found])
    named = {row.student_id: row.student.full_name for row in rows}
    return [
        Target(batch, [(named[who], one) for who in named for one in clashes.get((who, batch.pk), ())])
        for batch in found
    ]


def _transfer(actor: Actor, rows: Sequence[Enrollment], fields: Mapping[str, Any]) -> rules.Transfers:
    other = fields.get("other_batch")
    among = Batch.objects.select_related("course")
    to = batches.get_named(actor, other or fields["to_batch"], "to_batch", action="change", among=among)
    how = {name: fields[name] for name in ("reason", "accept_clash", "join_waitlist", "partial")}
    return rules.transfer_students(by=actor, enrollments=rows, to=to, course=to.course if other else None, **how)


def _moved_in_words(found: rules.Transfers) -> str:
    moved, waits = found.that(rules.TRANSFERRED), found.that(rules.WAITLISTED)
    said = []
    names = {"batch": found.batch.code, "count": len(moved)}
    if len(moved) == 1:
        said.append(_("%(name)s moved to %(batch)s.") % {**names, "name": moved[0].seat.student.full_name})
    elif moved:
        said.append(ngettext("%(count)d moved to %(batch)s.", "%(count)d moved to %(batch)s.", len(moved)) % names)
    if waits:
        words = ngettext(
            "%(count)d is on the waitlist of %(batch)s and keeps their seat until then.",
            "%(count)d are on the waitlist of %(batch)s and keep their seats until then.",
            len(waits),
        )
        said.append(words % {**names, "count": len(waits)})
    said += [one.message for one in found.that(rules.REFUSED)[:5]]
    return " ".join([*said, *(one.message for one in found.warnings)])


def _undo(found: rules.Transfers) -> Undo | None:
    moved = found.that(rules.TRANSFERRED)
    return Undo(picked_url(reverse("enrollments:return"), [one.seat for one in moved])) if moved else None


@page(enrollments["change"])
def return_page(request: ActorRequest) -> HttpResponse:
    """Take the transfer of the selected students back."""
    actor = request.actor
    among = Enrollment.objects.select_related("student", "batch__institution", "transferred_to__batch")
    rows = picked_rows(request, enrollments.rows(actor, "change", among=among))
    form, source = ConfirmForm(posted_data(request)), rows[0].batch
    back = tab_url(source, "students") if source else student_url(rows[0].student_id)
    number = {"count": len(rows), "batch": source.code if source else ""}
    if submit_form(form, lambda: rules.return_students(by=actor, enrollments=rows)):
        words = ngettext(
            "%(count)d student is back in %(batch)s.", "%(count)d students are back in %(batch)s.", len(rows)
        )
        return redirect_with_message(request, back, words % number)
    title = ngettext("Undo the transfer of %(count)d student?", "Undo the transfer of %(count)d students?", len(rows))
    return render_dialog(
        request,
        form,
        title=title % number,
        button=_("Undo transfer"),
        back=back,
        text=[
            _("They get their seats in %(batch)s back, if these are still free.") % number,
            names_in_words(rows, lambda row: row.student.full_name),
        ],
        context={"nav": "batches"},
    )


# --- what students ask for ------------------------------------------------------------------------------------------
class TransferAskForm(Form):
    """Where a student would like to be, and why."""

    to_batch = forms.ChoiceField(label=gettext_lazy("New batch"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=MOST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Read by the people who decide."),
    )

    def __init__(self, *args: Any, targets: Sequence[Target], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["to_batch"].choices = [("", _("Any batch of this course")), *((one.key, str(one)) for one in targets)]


@page(transfers["ask"])
def ask_page(request: ActorRequest, enrollment_id: UUID) -> HttpResponse:
    """A student asks for another batch of the course."""
    actor = request.actor
    own = Enrollment.objects.filter(student=actor.user).select_related("batch__course", "student")
    enrollment = enrollments.get(actor, enrollment_id, among=own)
    batch, back = enrollment.batch, student_url(enrollment.student_id)
    found: list[Any] = list(batches_to_ask_for(actor, batch)[:MOST_TARGETS]) if batch and batch.course_id else []
    clashes = clashes_of_many([enrollment], [one.pk for one in found])
    targets = [
        Target(one, [(one.code, clash) for clash in clashes.get((enrollment.student_id, one.pk), ())]) for one in found
    ]
    form = TransferAskForm(posted_data(request), targets=targets)

    def ask() -> TransferRequest:
        chosen = as_id(form.cleaned_data["to_batch"])
        wanted = next((one.batch for one in targets if one.batch.pk == chosen), None)
        reason = form.cleaned_data["reason"]
        return rules.ask_for_transfer(by=actor.as_student(), enrollment=enrollment, wanted=wanted, reason=reason)

    if done := submit_form(form, ask):
        undo = Undo(reverse("enrollments:withdraw-transfer", args=[done.result.pk]))
        return redirect_with_message(request, back, _("Asked. You'll be notified of the answer."), undo)
    code = batch.code if batch else ""
    return render_dialog(
        request,
        form,
        title=_("Ask to leave %(batch)s for another batch") % {"batch": code},
        button=_("Send request"),
        back=back,
        text=[
            _("You keep your seat until your institution decides."),
            *(said for one in targets for said in one.said),
        ],
        crumbs=[_("My record"), back],
        context={"nav": "students"},
    )


@page(transfers["withdraw"])
def withdraw_page(request: ActorRequest, transfer_request_id: UUID) -> HttpResponse:
    """A student takes the request back."""
    actor = request.actor
    among = transfers_in_full(TransferRequest.objects.all())
    asked = transfers.get(actor, transfer_request_id, "withdraw", among=among)
    form, back = ConfirmForm(posted_data(request)), student_url(asked.enrollment.student_id)
    if submit_form(form, lambda: rules.withdraw_transfer(by=actor, request=asked)):
        return redirect_with_message(
            request, back, _("Request withdrawn. You stay in %(batch)s.") % {"batch": asked.batch.code}
        )
    return render_dialog(
        request,
        form,
        title=_("Withdraw your request?"),
        button=_("Withdraw request"),
        keep=_("Keep request"),
        back=back,
        text=[_("You stay in %(batch)s.") % {"batch": asked.batch.name}],
        crumbs=[_("My record"), back],
        context={"nav": "students"},
    )


class TransferDecisionForm(Form):
    """Approve or reject, where to, and what the student is told."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=[("approve", gettext_lazy("Approve and transfer")), ("reject", gettext_lazy("Reject"))],
        widget=forms.RadioSelect,
        initial="approve",
    )
    to_batch = forms.ChoiceField(label=gettext_lazy("New batch"), required=False)
    accept_clash = forms.BooleanField(
        label=gettext_lazy("Transfer even if another batch meets at the same time"), required=False
    )
    join_waitlist = forms.BooleanField(
        label=gettext_lazy("Put the student on the waitlist when no seat is left"), required=False
    )
    note = forms.CharField(
        label=gettext_lazy("Note to the student"),
        required=False,
        max_length=MOST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Required if you reject."),
    )

    def __init__(self, *args: Any, targets: Sequence[Target], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["to_batch"].choices = [("", _("Choose a batch")), *((one.key, str(one)) for one in targets)]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if found.get("decision") == "approve" and not found.get("to_batch") and "to_batch" not in self.errors:
            self.add_error("to_batch", _("Choose the batch that the student moves to."))
        return found


@page(transfers["decide"])
def decide_page(request: ActorRequest, transfer_request_id: UUID) -> HttpResponse:
    """Move the student who asked, or tell them why not."""
    actor, back = request.actor, reverse("requests")
    among = TransferRequest.objects.select_related("enrollment__student", "batch__course", "wanted", "decided_by")
    asked = transfers.get(actor, transfer_request_id, "decide", among=among)
    targets = _targets(actor, asked.batch, [asked.enrollment])
    form = TransferDecisionForm(posted_data(request), targets=targets, initial={"to_batch": asked.wanted_id})
    words = {"name": asked.enrollment.student.full_name, "batch": asked.batch.code}

    def decide() -> tuple[str, Undo | None]:
        fields = form.cleaned_data
        if fields["decision"] == "reject":
            rules.reject_transfer(by=actor, request=asked, note=fields["note"])
            return _("%(name)s's request to leave %(batch)s rejected.") % words, None
        to = batches.get_named(actor, fields["to_batch"], "to_batch", action="change")
        how = {name: fields[name] for name in ("note", "accept_clash", "join_waitlist")}
        found = rules.approve_transfer(by=actor, request=asked, to=to, **how)
        return _moved_in_words(found), _undo(found)

    if done := submit_form(form, decide):
        said, undo = done.result
        return redirect_with_message(request, back, said, undo)
    text = [f"“{asked.reason}”"]
    if not asked.is_pending:
        text.append(_("This request has been answered: %(status)s.") % {"status": asked.get_status_display().lower()})
    return render_dialog(
        request,
        form,
        title=asked_in_words(asked),
        button=_("Decide") if asked.is_pending else "",
        back=back,
        text=[*text, *(f"{one.batch.code}: {said}" for one in targets for said in one.said)],
        crumbs=[_("Requests"), back],
        body="" if asked.is_pending else "enrollments/nothing.html",
        context={"nav": "requests"},
    )


def asked_in_words(asked: TransferRequest) -> str:
    """Who asks for what."""
    wanted = asked.wanted
    words = {
        "name": asked.enrollment.student.full_name,
        "batch": asked.batch.code,
        "wanted": wanted.code if wanted else "",
    }
    if wanted is None:
        return _("%(name)s asks to leave %(batch)s for any other batch") % words
    return _("%(name)s asks to move from %(batch)s to %(wanted)s") % {**words, "wanted": asked.wanted.code}
