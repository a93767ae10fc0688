"""What a batch is taught, semester by semester."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.allocation.queries import active_instructors
from muster.batches.errors import ScheduleConflict, SomethingSpeaksAgainst
from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.batches.rules.locks import MOST_REASON
from muster.core.errors import DomainError, FieldError
from muster.core.search import plain
from muster.institutions.access import Actor
from muster.progression.models import SubjectMapping
from muster.progression.permissions import batch_subjects, mappings, results
from muster.progression.queries import (
    asks_for,
    groups_of,
    missing_from,
    printable_semesters,
    sources_of,
    subjects_left,
    subjects_of,
)
from muster.progression.rules import copy_subjects, map_subject, remap_subject, unmap_subject
from muster.web.batches.dialogs import batch_dialog, batches_for_rules, tab_url
from muster.web.batches.frame import Frame, batch_for, tab_page
from muster.web.batches.tabs import BatchTab, register_tab
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import ConfirmForm, redirect_with_message, submit_form
from muster.web.ui.forms import Form, posted_data
from muster.web.ui.pages import page
from muster.web.ui.undo import Undo

# Its readers are those who may know who teaches the batch.
register_tab(BatchTab("subjects", gettext_lazy("Subjects"), "progression:subjects", 45, "see_staff"))


class TeachingForm(Form):
    """A form whose instructor something may speak against."""

    # Asked only where something does: empty is refused once, with what does.
    override_reason = forms.CharField(
        label=gettext_lazy("Reason for assigning them anyway"),
        required=False,
        max_length=MOST_REASON,
        help_text=gettext_lazy("Kept in the history."),
    )

    def show_refusal(self, error: DomainError) -> None:
        if isinstance(error, SomethingSpeaksAgainst):
            error.errors = [FieldError("override_reason", _("Give a reason, or choose someone else."))]
        super().show_refusal(error)

    @property
    def shown(self) -> dict[str, Any]:
        """What the template of the dialog draws of a refusal."""
        refused = self.refusal
        against = refused.warnings if isinstance(refused, SomethingSpeaksAgainst) else ()
        self.fields["override_reason"].required = bool(against)
        return {
            "clash": refused if isinstance(refused, ScheduleConflict) else None,
            "against": against,
            "asks_reason": bool(against) or bool(self.data.get("override_reason")),
        }


class SubjectOfBatchForm(TeachingForm):
    """A subject, when it is taught, and by whom."""

    subject_id = forms.ChoiceField(label=gettext_lazy("Subject"))
    semester = forms.IntegerField(
        label=gettext_lazy("Semester"),
        required=False,
        min_value=1,
        max_value=100,
        help_text=gettext_lazy("Leave blank for the subject's own."),
    )
    faculty_id = forms.ChoiceField(
        label=gettext_lazy("Instructor"),
        required=False,
        help_text=gettext_lazy("Joins the batch as an assistant if they don't teach it yet."),
    )
    elective = forms.BooleanField(
        label=gettext_lazy("Elective"), required=False, help_text=gettext_lazy("Students choose it.")
    )
    seats = forms.IntegerField(
        label=gettext_lazy("Seats"),
        required=False,
        min_value=1,
        help_text=gettext_lazy("Of an elective. Leave blank for no limit."),
    )

    def __init__(
        self, *args: Any, actor: Actor, batch: Batch, mapping: SubjectMapping | None = None, **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        left = [*([mapping.subject] if mapping else []), *subjects_left(batch)]
        self.subjects = {str(one.pk): one for one in left}
        people = sorted(active_instructors(actor.institution), key=lambda one: plain(one.full_name))
        if mapping and mapping.instructor and mapping.instructor not in people:
            people.append(mapping.instructor)
        self.people = {str(one.pk): one for one in people}
        semesters = batch.course.semesters if batch.course else 0
        self._offer("subject_id", [(key, _label(one, semesters)) for key, one in self.subjects.items()])
        self._offer("faculty_id", [("", _("No one yet")), *((key, one.full_name) for key, one in self.people.items())])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    @property
    def chosen(self) -> dict[str, Any]:
        """What was filled in, as the rules take it."""
        found, subject = self.cleaned_data, self.subjects[self.cleaned_data["subject_id"]]
        return {
            "subject": subject,
            "semester": found["semester"] or subject.semester,
            "instructor": self.people.get(found["faculty_id"]),
            "is_elective": found["elective"],
            "seats": found["seats"],
            "override_reason": found["override_reason"],
        }


class CopySubjectsForm(TeachingForm):
    """Where subjects are copied from."""

    from_batch = forms.ChoiceField(
        label=gettext_lazy("From"),
        required=False,
        help_text=gettext_lazy("From another batch, semesters, electives and instructors are copied too."),
    )

    def __init__(self, *args: Any, batch: Batch, sources: dict[str, Batch], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        title = batch.course.title if batch.course else ""
        offered = [("", _("The course, %(course)s") % {"course": title})]
        offered += [(key, str(one)) for key, one in sources.items()]
        self.fields["from_batch"].choices = offered  # type: ignore[attr-defined]


def _label(subject: Any, semesters: int) -> str:
    words = f"{subject.title} ({subject.code})"
    return (
        _("%(subject)s, semester %(number)d") % {"subject": words, "number": subject.semester} if semesters else words
    )


@page(batch_subjects["list"])
def subject_list(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """The subjects of the batch, the current semester first to be seen."""
    actor = request.actor
    frame = Frame(actor, batch_for(actor, batch_id, "see_staff"), "subjects")
    batch = frame.batch
    may_map = not batch.is_archived and batch_subjects.allows(actor, "map", batch)
    rows = list(subjects_of(batch))
    semesters = [(number, list(those)) for number, those in groupby(rows, key=lambda one: one.semester)]
    left = subjects_left(batch).count() if may_map else 0
    groups = list(groups_of(batch))
    sees_choices = batch_subjects.allows(actor, "choices", batch)
    printed = printable_semesters(batch) if batch_subjects.allows(actor, "sheets", batch) else []
    # The subjects whose results are the actor's to see lead to them.
    seen = results.rows(actor).filter(batch=batch).values_list("pk", flat=True) if results.may(actor, "see") else ()
    context = {
        "sheets": set(seen),
        "semesters": semesters,
        "may_map": may_map,
        "printed": printed,
        "left": left,
        "many": len(semesters) > 1,
        "groups": [(one, asks_for(one), missing_from(one).count() if sees_choices else None) for one in groups],
        "sees_choices": sees_choices,
        "chooses": bool(groups) and frame.own is not None and frame.own.holds_a_seat and not sees_choices,
    }
    return tab_page(request, frame, "progression/subjects.html", context)


@page(batch_subjects["map"])
def add_page(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """Add a subject of the course."""
    actor = request.actor
    batch = batch_subjects.get(actor, batch_id, "map", among=batches_for_rules())
    form = SubjectOfBatchForm(posted_data(request), actor=actor, batch=batch)
    if done := submit_form(form, lambda: map_subject(by=actor, batch=batch, **form.chosen)):
        undo = Undo(reverse("progression:remove-subject", args=[batch.pk, done.result.pk]))
        sentence = _("%(subject)s added to %(batch)s.") % {"subject": done.result, "batch": batch.code}
        return redirect_with_message(request, tab_url(batch, "subjects"), sentence, undo)
    return _dialog(request, form, batch, title=_("Add subject"), button=_("Add"))


@page(mappings["change"])
def edit_page(request: ActorRequest, batch_id: UUID, mapping_id: UUID) -> HttpResponse:
    """Change who teaches a subject, and when."""
    actor = request.actor
    mapping = _mapping(actor, batch_id, mapping_id)
    batch, before = mapping.batch, _fields_of(mapping)
    form = SubjectOfBatchForm(posted_data(request), actor=actor, batch=batch, mapping=mapping, initial=before)

    def remap() -> SubjectMapping:
        changes = form.chosen
        reason = changes.pop("override_reason")
        return remap_subject(by=actor, mapping=mapping, changes=changes, override_reason=reason)

    if done := submit_form(form, remap):
        undo = Undo(request.path, {**before, "override_reason": _("Undone")})
        return redirect_with_message(
            request, tab_url(batch, "subjects"), _("%(subject)s saved.") % {"subject": done.result}, undo
        )
    return _dialog(request, form, batch, title=_("Edit %(subject)s") % {"subject": mapping.subject}, button=_("Save"))


@page(mappings["change"])
def remove_page(request: ActorRequest, batch_id: UUID, mapping_id: UUID) -> HttpResponse:
    """Take a subject from the batch."""
    actor = request.actor
    mapping = _mapping(actor, batch_id, mapping_id)
    batch, names = mapping.batch, {"subject": mapping.subject, "batch": mapping.batch.code}
    form = ConfirmForm(posted_data(request))
    if submit_form(form, lambda: unmap_subject(by=actor, mapping=mapping)):
        undo = Undo(
            reverse("progression:add-subject", args=[batch.pk]),
            {**_fields_of(mapping), "override_reason": _("Undone")},
        )
        sentence = _("%(subject)s removed from %(batch)s.") % names
        return redirect_with_message(request, tab_url(batch, "subjects"), sentence, undo)
    text = [_("%(batch)s is no longer taught it. Its instructor stays in the batch.") % names]
    title = _("Remove %(subject)s?") % names
    return batch_dialog(request, form, batch, "subjects", title=title, button=_("Remove"), text=text)


@page(batch_subjects["map"])
def copy_page(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """Copy what the batch is not taught yet from its course, or from another batch."""
    actor = request.actor
    batch = batch_subjects.get(actor, batch_id, "map", among=batches_for_rules())
    seen = sources_of(batch).filter(pk__in=batches.rows(actor).values("pk"))
    sources = {str(one.pk): one for one in seen}
    form = CopySubjectsForm(posted_data(request), batch=batch, sources=sources)

    def copy() -> list[SubjectMapping]:
        source, reason = sources.get(form.cleaned_data["from_batch"]), form.cleaned_data["override_reason"]
        return copy_subjects(by=actor, batch=batch, source=source, override_reason=reason)

    if done := submit_form(form, copy):
        number = len(done.result)
        words = ngettext("%(count)d subject copied.", "%(count)d subjects copied.", number) % {"count": number}
        return redirect_with_message(request, tab_url(batch, "subjects"), words)
    text = [_("Subjects that %(batch)s already has stay as they are.") % {"batch": batch.code}]
    return _dialog(request, form, batch, title=_("Copy subjects"), button=_("Copy"), text=text)


def _mapping(actor: Actor, batch_id: UUID, mapping_id: UUID) -> SubjectMapping:
    rows = SubjectMapping.objects.filter(batch=batch_id).select_related(
        "subject", "instructor", "batch__institution", "batch__branch", "batch__course", "batch__department"
    )
    return mappings.get(actor, mapping_id, "change", among=rows)


def _fields_of(mapping: SubjectMapping) -> dict[str, str]:
    """What a form would send of the mapping as it is."""
    return {
        "subject_id": str(mapping.subject_id),
        "semester": str(mapping.semester),
        "faculty_id": str(mapping.instructor_id or ""),
        **({"elective": "on"} if mapping.is_elective else {}),
        "seats": str(mapping.seats or ""),
    }


def _dialog(request: ActorRequest, form: TeachingForm, batch: Batch, **shown: Any) -> HttpResponse:
    context = {**form.shown, "batch": batch, "edit_url": reverse("batches:edit", args=[batch.pk])}
    return batch_dialog(
        request, form, batch, "subjects", body="progression/subject_form.html", context=context, **shown
    )
