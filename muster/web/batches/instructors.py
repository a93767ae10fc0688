"""Who teaches a batch: now, later, before; assigning and ending."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.accounts.models import User
from muster.allocation.queries import active_instructors, waiting_cover
from muster.allocation.scoring import Suggestion, load_of, suggestions_for_batch
from muster.batches.errors import ScheduleConflict, SomethingSpeaksAgainst
from muster.batches.models import Batch, InstructorAssignment
from muster.batches.permissions import batches
from muster.batches.rules import assign_instructor, assign_lead, end_assignment
from muster.batches.rules.locks import MOST_REASON
from muster.batches.warnings import SoftWarning
from muster.core.errors import DomainError, Missing
from muster.institutions.access import Actor
from muster.web.batches.frame import Frame, batch_for, tab_page
from muster.web.batches.suggestions import suggested_for
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import redirect_with_message, render_dialog
from muster.web.ui.forms import Form, FormSection, wide
from muster.web.ui.pages import form_refused, page
from muster.web.ui.shell import url_or_empty
from muster.web.ui.templatetags.muster import date_range

LEAD = InstructorAssignment.Role.LEAD
ROLES = (
    (LEAD.value, gettext_lazy("Lead")),
    (InstructorAssignment.Role.ASSISTANT.value, gettext_lazy("Assistant")),
    (
        InstructorAssignment.Role.SUBSTITUTE.value,
        gettext_lazy("Substitute, who takes the lead's sessions on these days"),
    ),
)


class AssignInstructorForm(Form):
    """Somebody, in a role, for some days."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=ROLES, widget=forms.RadioSelect, initial=LEAD)
    instructor_id = forms.ChoiceField(
        label=gettext_lazy("Instructor"),
        help_text=gettext_lazy("Instructors who are free at all of its times come first."),
    )
    from_date = forms.DateField(
        label=gettext_lazy("From"), required=False, help_text=gettext_lazy("Leave blank to start today.")
    )
    until_date = forms.DateField(
        label=gettext_lazy("Last day"), required=False, help_text=gettext_lazy("Leave blank for the whole batch.")
    )
    notes = forms.CharField(
        label=gettext_lazy("Notes"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    # Asked only where something speaks against the person: empty is refused once, with what does.
    override_reason = forms.CharField(
        label=gettext_lazy("Reason for assigning them anyway"),
        required=False,
        max_length=MOST_REASON,
        help_text=gettext_lazy("Kept in the history."),
    )

    def __init__(self, *args: Any, choices: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["instructor_id"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """What the rule for a lead from today on does not know: a last day or a first day asks for the planned way."""
        cleaned = super().clean() or {}
        if "\x00" in str(cleaned.get("notes", "")):
            self.add_error("notes", _("The text contains an unsupported character. Remove it and try again."))
        return cleaned


class EndAssignmentForm(Form):
    """The end of an assignment."""

    until_date = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        help_text=gettext_lazy("Leave blank to end it yesterday, so that someone else can start today."),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=300)
    layout = (FormSection(gettext_lazy("End"), wide("until_date", "w3"), wide("reason", "")),)


@page(batches["roster"])
def instructor_list(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """Everybody who teaches, will teach or taught the batch."""
    actor = request.actor
    frame = Frame(actor, batch_for(actor, batch_id, "roster"), "instructors")
    today = frame.now.date()
    now = [one for one in frame.assignments if one.from_date <= today and not _has_ended(one, today)]
    opened = frame.may_change and frame.batch.takes_enrollments
    context = {
        # Where nobody leads it the best stand here at once; else they are one click away.
        **(suggested_for(frame) if opened and not frame.lead else {}),
        "cover": list(waiting_cover(actor).filter(batch=frame.batch)),
        "suggested_url": frame.url("batches:suggested") if opened else "",
        "groups": [
            (_("Current"), _with_days(now, _("since %(first)s")), frame.may_change),
            (
                _("Planned"),
                _with_days([one for one in frame.assignments if one.from_date > today], _("from %(first)s")),
                frame.may_change,
            ),
            (_("Past"), _with_days([one for one in reversed(frame.assignments) if _has_ended(one, today)], ""), False),
        ],
        "teaching": _by_slot(frame),
    }
    return tab_page(request, frame, "batches/instructors.html", context)


def _with_days(assignments: Sequence[InstructorAssignment], without_end: str) -> list[tuple[InstructorAssignment, str]]:
    """Each assignment with its days in words."""
    return [
        (
            one,
            date_range(one.from_date, one.until_date)
            if one.until_date
            else without_end % {"first": date_format(one.from_date, "j M Y")},
        )
        for one in assignments
    ]


def _has_ended(one: InstructorAssignment, today: Any) -> bool:
    return one.until_date is not None and one.until_date < today


def _by_slot(frame: Frame) -> list[str]:
    """Those who teach a weekly time without being assigned."""
    assigned = {str(one.instructor_id) for one in frame.assignments}
    return sorted(
        {slot["instructor"] for slot in frame.week if slot["instructor_id"] and slot["instructor_id"] not in assigned}
    )


# --- assigning ------------------------------------------------------------------------------------------------------
@page(batches["staff"])
def assign_page(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """Assign somebody. A double booking is answered with what is free instead, one click each."""
    actor = request.actor
    batch = batches.get(actor, batch_id, "staff", among=_for_rules())
    posted = request.POST.copy() if request.method == "POST" else None
    if posted is not None and posted.get("instead"):
        posted["instructor_id"] = str(posted["instead"])
    people, choices, suggested = _choices(actor, batch)
    form = AssignInstructorForm(posted, choices=choices, initial={"role": _role_to_offer(request, actor, batch)})
    clash: ScheduleConflict | None = None
    against: Sequence[SoftWarning] = ()
    if form.is_bound and form.is_valid():
        person = people[form.cleaned_data["instructor_id"]]
        try:
            sentence = _assign(actor, batch, person, form.cleaned_data)
        except ScheduleConflict as error:
            clash = error
            form.add_error("instructor_id", error.message)
        except SomethingSpeaksAgainst as error:
            against = error.warnings
            form.fields["override_reason"].required = True
            form.add_error("override_reason", _("Give a reason, or choose someone else."))
        except DomainError as error:
            form_refused(form, _rename_field(error))
        else:
            return redirect_with_message(request, _back(batch), sentence)
    edit_url = url_or_empty("batches:edit", batch.pk)
    return render_dialog(
        request,
        form,
        title=_("Assign instructor"),
        button=_("Assign"),
        back=_back(batch),
        crumbs=_crumbs(batch),
        body="batches/assign.html",
        context={
            "clash": clash,
            "against": against,
            "asks_reason": bool(against)
            or bool(form.errors.get("override_reason"))
            or "override_reason" in (posted or ()),
            "suggested": suggested,
            "edit_url": edit_url,
            "batch": batch,
            "nav": "batches",
        },
    )


def _assign(actor: Actor, batch: Batch, person: User, asked: dict[str, Any]) -> str:
    role, first, last = asked["role"], asked["from_date"], asked["until_date"]
    names = {"name": person.full_name, "batch": batch.code}
    if role == LEAD and last is None and (first is None or first == actor.today()) and not asked["notes"]:
        assign_lead(by=actor, batch=batch, instructor=person, override_reason=asked["override_reason"])
        return _("%(name)s leads %(batch)s from today.") % names
    made = assign_instructor(
        by=actor,
        batch=batch,
        instructor=person,
        role=role,
        from_date=first,
        until_date=last,
        notes=asked["notes"],
        override_reason=asked["override_reason"],
    )
    names |= {"role": made.get_role_display().lower(), "day": date_format(made.from_date, "j F Y")}
    return _("%(name)s assigned to %(batch)s as %(role)s from %(day)s.") % names


def _rename_field(error: DomainError) -> DomainError:
    """The rule for leads names its field otherwise."""
    for wrong in error.errors:
        if wrong.field == "assigned_instructor":
            object.__setattr__(wrong, "field", "instructor_id")
    return error


def _for_rules() -> Any:
    return Batch.objects.select_related("institution", "branch", "course", "department")


def _role_to_offer(request: HttpRequest, actor: Actor, batch: Batch) -> str:
    if request.GET.get("role") in InstructorAssignment.Role.values:
        return request.GET["role"]
    led = batch.instructor_assignments.leads().exclude(until_date__lt=actor.today()).exists()
    return InstructorAssignment.Role.ASSISTANT if led else LEAD


@dataclass(frozen=True)
class InstructorOffer:
    """An instructor to choose, and in few words how well they suit."""

    id: UUID
    name: str
    reason: str


def _choices(actor: Actor, batch: Batch) -> tuple[dict[str, User], list[Any], Sequence[InstructorOffer]]:
    """The active instructors in groups, who suits best first and then those who are left out; and the best three."""
    people = {str(person.pk): person for person in active_instructors(actor.institution)}
    found = suggestions_for_batch(actor, batch)
    offers = [_offer(one) for one in found.ranked]
    choices: list[Any] = [("", _("Choose an instructor"))]
    if offers:
        first = _("Free at all of its times, best match first") if found.need.hours else _("Best match first")
        choices.append((first, [(str(one.id), f"{one.name} ({one.reason})") for one in offers]))
    for kind, title in (
        ("full", _("At their limit")),
        ("teaches_it", _("Already teaching this batch")),
        ("busy", _("Busy at some of its times")),
    ):
        if those := [(str(one.who.id), one.who.name) for one in found.left_out if one.kind == kind]:
            choices.append((title, those))
    return people, choices, offers[:3]


def _offer(one: Suggestion) -> InstructorOffer:
    words = [_("%(score)d of 100") % {"score": one.score}, load_of(one.need, one.who), *one.against]
    return InstructorOffer(one.who.id, one.who.name, ", ".join(words))


# --- ending ---------------------------------------------------------------------------------------------------------
@page(batches["staff"])
def end_page(request: ActorRequest, batch_id: UUID, assignment_id: UUID) -> HttpResponse:
    """End an assignment; it stays in the history."""
    actor = request.actor
    batch = batches.get(actor, batch_id, "staff", among=_for_rules())
    assignment = (
        InstructorAssignment.objects.select_related("instructor", "batch").filter(batch=batch, pk=assignment_id).first()
    )
    if assignment is None:
        raise Missing
    form = EndAssignmentForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            ended = end_assignment(
                by=actor,
                assignment=assignment,
                reason=form.cleaned_data["reason"],
                until_date=form.cleaned_data["until_date"],
            )
        except DomainError as error:
            form_refused(form, error)
        else:
            assert ended.until_date is not None  # noqa: S101
            if ended.until_date < ended.from_date:
                sentence = _("Planned assignment of %(name)s removed.") % {"name": assignment.instructor.full_name}
            else:
                sentence = _("%(name)s stays in %(batch)s until %(day)s.") % {
                    "name": assignment.instructor.full_name,
                    "batch": batch.code,
                    "day": date_format(ended.until_date, "j F Y"),
                }
            return redirect_with_message(request, _back(batch), sentence)
    return render_dialog(
        request,
        form,
        title=_("End %(name)s's assignment?") % {"name": assignment.instructor.full_name},
        button=_("End assignment"),
        back=_back(batch),
        crumbs=_crumbs(batch),
        text=[_end_in_words(actor, batch, assignment)],
        body="batches/end.html",
        context={"nav": "batches"},
    )


def _end_in_words(actor: Actor, batch: Batch, one: InstructorAssignment) -> str:
    names = {
        "name": one.instructor.full_name,
        "role": one.get_role_display().lower(),
        "batch": batch.code,
        "day": date_format(one.from_date, "j F Y"),
    }
    if one.from_date > actor.today():
        return _("%(name)s was planned as %(role)s of %(batch)s from %(day)s.") % names
    if one.role == LEAD:
        return (
            _(
                "%(name)s has been %(role)s of %(batch)s since %(day)s. Without a lead, no instructor is booked "
                "for its sessions."
            )
            % names
        )
    return _("%(name)s has been %(role)s of %(batch)s since %(day)s.") % names


def _back(batch: Batch) -> str:
    return url_or_empty("batches:instructors", batch.pk)


def _crumbs(batch: Batch) -> list[str]:
    return [
        _("Batches"),
        url_or_empty("batches:list"),
        batch.code,
        url_or_empty("batches:batch", batch.pk),
        _("Instructors"),
        _back(batch),
    ]
