"""Who teaches a batch: now, later, before; assigning and ending."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.accounts.models import User
from muster.allocation.queries import active_instructors, waiting_cover
from muster.allocation.scoring import Suggestion, load_of, suggestions_for_batch
from muster.batches.errors import ScheduleConflict, SomethingSpeaksAgainst
from muster.batches.models import Batch, InstructorAssignment
from muster.batches.permissions import batches
from muster.batches.rules import advice_on_staff, assign_instructor, assign_lead, end_assignment, warnings_of_lead
from muster.batches.rules.locks import MOST_REASON
from muster.core.errors import DomainError, FieldError, Missing
from muster.core.permissions import any_id
from muster.core.search import plain
from muster.institutions.access import Actor
from muster.web.batches.dialogs import batch_dialog, batches_for_rules, tab_url
from muster.web.batches.frame import Frame, batch_for, tab_page
from muster.web.batches.suggestions import suggested_for
from muster.web.batches.tabs import BatchTab, register_tab
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import redirect_with_message, submit_form
from muster.web.ui.forms import Form, FormSection, posted_data, wide
from muster.web.ui.pages import page, wants_fragment
from muster.web.ui.undo import Undo
from muster.web.ui.widgets import date_range

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


class EndAssignmentForm(Form):
    """The end of an assignment."""

    until_date = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        help_text=gettext_lazy("Leave blank to end it yesterday, so that someone else can start today."),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=300)
    layout = (FormSection(gettext_lazy("End"), wide("until_date", "w3"), wide("reason", "")),)


def _teaching_people(frame: Frame) -> int:
    return len({one.instructor_id for one in frame.assignments if not one.ended_before(frame.now.date())})


register_tab(
    BatchTab("instructors", gettext_lazy("Instructors"), "batches:instructors", 40, "roster", count=_teaching_people)
)


@page(batches["roster"])
def instructor_list(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """Everybody who teaches, will teach or taught the batch."""
    actor = request.actor
    frame = Frame(actor, batch_for(actor, batch_id, "roster"), "instructors")
    today, every = frame.now.date(), frame.assignments
    now, later = [one for one in every if one.covers(today)], [one for one in every if one.from_date > today]
    before = [one for one in reversed(every) if one.ended_before(today)]
    opened = frame.may_change and frame.batch.takes_enrollments
    context = {
        # Where nobody leads it the best stand here at once; else they are one click away.
        **(suggested_for(frame) if opened and not frame.lead else {}),
        "cover": list(waiting_cover(actor).filter(batch=frame.batch)),
        "suggested_url": frame.url("batches:suggested") if opened else "",
        "groups": [
            (_("Current"), _with_days(now, _("since %(first)s")), frame.may_change),
            (_("Planned"), _with_days(later, _("from %(first)s")), frame.may_change),
            (_("Past"), _with_days(before, ""), False),
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


def _by_slot(frame: Frame) -> list[str]:
    """Those who teach a weekly time without being assigned."""
    assigned = {str(one.instructor_id) for one in frame.assignments}
    return sorted(
        {slot["instructor"] for slot in frame.week if slot["instructor_id"] and slot["instructor_id"] not in assigned},
        key=plain,
    )


# --- assigning ------------------------------------------------------------------------------------------------------
@page(batches["staff"])
def assign_page(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """Assign somebody. A double booking is answered with what is free instead, one click each."""
    actor = request.actor
    batch = batches.get(actor, batch_id, "staff", among=batches_for_rules())
    if wants_fragment(request, "advice"):
        person = active_instructors(actor.institution).filter(pk=any_id(request.GET.get("instructor_id"))).first()
        found = [*warnings_of_lead(batch, person, actor), *advice_on_staff(batch, [person], actor)] if person else []
        return render(request, "batches/advice.html", {"advice": found})
    posted = request.POST.copy() if request.method == "POST" else QueryDict()
    if posted.get("instead"):
        posted["instructor_id"] = str(posted["instead"])
    people, choices, suggested = _choices(actor, batch)
    initial = {"role": _role_to_offer(request, actor, batch)}
    form = AssignInstructorForm(posted if request.method == "POST" else None, choices=choices, initial=initial)
    before = lead_of(batch, batch.today())
    if done := submit_form(form, lambda: _assign(actor, batch, people, form.cleaned_data)):
        assigned, sentence = done.result
        return redirect_with_message(
            request, tab_url(batch, "instructors"), sentence, undo_assignment(batch, assigned, before)
        )
    clash = form.refusal if isinstance(form.refusal, ScheduleConflict) else None
    against = form.refusal.warnings if isinstance(form.refusal, SomethingSpeaksAgainst) else ()
    form.fields["override_reason"].required = bool(against)
    return batch_dialog(
        request,
        form,
        batch,
        "instructors",
        title=_("Assign instructor"),
        button=_("Assign"),
        body="batches/assign.html",
        context={
            "clash": clash,
            "against": against,
            "asks_reason": "override_reason" in posted or "override_reason" in form.errors,
            "suggested": suggested,
            "edit_url": reverse("batches:edit", args=[batch.pk]),
            "batch": batch,
        },
    )


def lead_of(batch: Batch, day: date) -> InstructorAssignment | None:
    """The assignment of who leads the batch on a day."""
    return batch.instructor_assignments.leads().on(day).first()


def undo_assignment(
    batch: Batch, assigned: InstructorAssignment | None, before: InstructorAssignment | None
) -> Undo | None:
    """How an assignment is taken back: the lead before leads again, else it ends before it began."""
    if assigned is None or (before is not None and before.pk == assigned.pk):
        return None
    if before is not None and assigned.role == LEAD and assigned.until_date is None:
        fields = {"role": LEAD.value, "instructor_id": str(before.instructor_id), "override_reason": _("Undone")}
        return Undo(reverse("batches:assign", args=[batch.pk]), fields)
    return Undo(reverse("batches:end-assignment", args=[batch.pk, assigned.pk]), {"reason": _("Undone")})


def _assign(
    actor: Actor, batch: Batch, people: Mapping[str, User], asked: dict[str, Any]
) -> tuple[InstructorAssignment | None, str]:
    """Assign whom the form names, and the sentence that says so. Raises at the form's fields."""
    person, first = people[asked["instructor_id"]], asked["from_date"]
    names = {"name": person.full_name, "batch": batch.code}
    leads_from_now = asked["role"] == LEAD and asked["until_date"] is None and first in (None, batch.today())
    try:
        if leads_from_now and not asked["notes"]:
            assign_lead(by=actor, batch=batch, instructor=person, override_reason=asked["override_reason"])
            return lead_of(batch, batch.today()), _("%(name)s leads %(batch)s from today.") % names
        fields = {name: value for name, value in asked.items() if name != "instructor_id"}
        made = assign_instructor(by=actor, batch=batch, instructor=person, **fields)
    except SomethingSpeaksAgainst as error:
        error.errors = [FieldError("override_reason", _("Give a reason, or choose someone else."))]
        raise
    except DomainError as error:
        # A double booking, and the rule for leads, name their fields otherwise.
        theirs = ("assigned_instructor", "schedule")
        error.errors = [replace(one, field="instructor_id") if one.field in theirs else one for one in error.errors]
        raise
    names |= {"role": made.get_role_display().lower(), "day": date_format(made.from_date, "j F Y")}
    return made, _("%(name)s assigned to %(batch)s as %(role)s from %(day)s.") % names


def _role_to_offer(request: HttpRequest, actor: Actor, batch: Batch) -> str:
    if request.GET.get("role") in InstructorAssignment.Role.values:
        return request.GET["role"]
    led = batch.instructor_assignments.leads().exclude(until_date__lt=batch.today()).exists()
    return InstructorAssignment.Role.ASSISTANT if led else LEAD


def _choices(actor: Actor, batch: Batch) -> tuple[dict[str, User], list[Any], list[dict[str, Any]]]:
    """The active instructors in groups, who suits best first and then those who are left out; and the best three, each
    with few words on how well they suit."""
    people = {str(person.pk): person for person in active_instructors(actor.institution)}
    found = suggestions_for_batch(actor, batch)
    offers = [{"id": one.who.id, "name": one.who.name, "reason": _reason(one)} for one in found.ranked]
    choices: list[Any] = [("", _("Choose an instructor"))]
    if offers:
        first = _("Free at all of its times, best match first") if found.need.hours else _("Best match first")
        choices.append((first, [(str(one["id"]), f"{one['name']} ({one['reason']})") for one in offers]))
    for kind, title in (
        ("full", _("At their limit")),
        ("teaches_it", _("Already teaching this batch")),
        ("busy", _("Busy at some of its times")),
    ):
        if those := [(str(one.who.id), one.who.name) for one in found.left_out if one.kind == kind]:
            choices.append((title, those))
    return people, choices, offers[:3]


def _reason(one: Suggestion) -> str:
    return ", ".join([_("%(score)d of 100") % {"score": one.score}, load_of(one.need, one.who), *one.against])


def _undo_end(batch: Batch, ended: InstructorAssignment, until: date | None) -> Undo:
    """How an end is taken back: the person is assigned again for the days that it took from them."""
    first = max(ended.from_date, (ended.until_date or ended.from_date) + timedelta(days=1))
    fields = {
        "role": ended.role,
        "instructor_id": str(ended.instructor_id),
        "from_date": first.isoformat(),
        "until_date": until.isoformat() if until else "",
        "notes": ended.notes,
        "override_reason": _("Undone"),
    }
    return Undo(reverse("batches:assign", args=[batch.pk]), fields)


# --- ending ---------------------------------------------------------------------------------------------------------
@page(batches["staff"])
def end_page(request: ActorRequest, batch_id: UUID, assignment_id: UUID) -> HttpResponse:
    """End an assignment; it stays in the history."""
    actor = request.actor
    batch = batches.get(actor, batch_id, "staff", among=batches_for_rules())
    rows = InstructorAssignment.objects.select_related("instructor", "batch")
    if (assignment := rows.filter(batch=batch, pk=assignment_id).first()) is None:
        raise Missing
    names = {
        "name": assignment.instructor.full_name,
        "role": assignment.get_role_display().lower(),
        "batch": batch.code,
        "day": date_format(assignment.from_date, "j F Y"),
    }
    form = EndAssignmentForm(posted_data(request))
    if done := submit_form(form, lambda: end_assignment(by=actor, assignment=assignment, **form.cleaned_data)):
        ended = done.result
        said = _("%(name)s stays in %(batch)s until %(day)s.")
        if ended.ended_before(ended.from_date):
            said = _("Planned assignment of %(name)s removed.")
        names["day"] = date_format(ended.until_date or ended.from_date, "j F Y")
        return redirect_with_message(
            request, tab_url(batch, "instructors"), said % names, _undo_end(batch, ended, assignment.until_date)
        )
    if assignment.from_date > assignment.batch.today():
        text = _("%(name)s was planned as %(role)s of %(batch)s from %(day)s.")
    elif assignment.role == LEAD:
        text = _(
            "%(name)s has been %(role)s of %(batch)s since %(day)s. Without a lead, no instructor is booked "
            "for its sessions."
        )
    else:
        text = _("%(name)s has been %(role)s of %(batch)s since %(day)s.")
    return batch_dialog(
        request,
        form,
        batch,
        "instructors",
        title=_("End %(name)s's assignment?") % names,
        button=_("End assignment"),
        text=[text % names],
        body="batches/end.html",
    )
