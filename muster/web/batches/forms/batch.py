"""The form that opens and edits a batch. Its fields have the names of the API, `schedule.0.day` for a slot's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.accounts.models import User
from muster.batches.models import Batch, InstructorAssignment
from muster.batches.queries import Named, named_rows
from muster.batches.rules import BatchInput, SlotInput
from muster.batches.rules.changing import MOVES
from muster.batches.rules.inputs import FIELD_NAMES
from muster.core.permissions import as_id
from muster.courses.models import Course
from muster.courses.permissions import courses
from muster.institutions.models import Branch, Department
from muster.web.batches.forms.choices import Choices
from muster.web.batches.forms.fields import UNKNOWN, IdField, MadeField, QuickSelect, SelectEntry
from muster.web.batches.forms.slot import SLOT_FIELDS, SlotForm, slot_places
from muster.web.ui.forms import Form

MOST_SLOTS = 100
# The order in which the page shows them, and names what was refused.
ON_PAGE = (
    *("dept_id", "year", "current_semester", "course_id", "branch_id", "batch_name", "batch_code"),
    *("start_date", "end_date", "status", "assigned_instructor", "assistants", "capacity", "waitlist_capacity"),
)


class BatchForm(Form):
    """A batch of either kind, with its week, its lead and its seats. Stored by a rule; `batch` is the one to edit."""

    kind = forms.ChoiceField(choices=Batch.Kind.choices, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    batch_name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=150,
        error_messages={
            "required": gettext_lazy("Batch name is required"),
            "max_length": gettext_lazy("Keep the batch name to 150 characters or fewer."),
        },
    )
    batch_code = MadeField(
        label=gettext_lazy("Code"),
        max_length=40,
        error_messages={
            "max_length": gettext_lazy("Keep the batch code to 40 characters or fewer."),
        },
    )
    start_date = forms.DateField(
        label=gettext_lazy("First day"),
        widget=forms.DateInput,
        error_messages={"required": gettext_lazy("Batch start date is required")},
    )
    end_date = forms.DateField(
        label=gettext_lazy("Last day"),
        widget=forms.DateInput,
        error_messages={"required": gettext_lazy("Batch end date is required")},
    )
    capacity = forms.IntegerField(
        label=gettext_lazy("Seats"),
        widget=forms.NumberInput(attrs={"min": 1}),
        error_messages={"required": gettext_lazy("Batch capacity is required")},
    )
    waitlist_capacity = forms.IntegerField(
        label=gettext_lazy("Waitlist"), required=False, widget=forms.NumberInput(attrs={"min": 0})
    )
    batch_notes = forms.CharField(
        label=gettext_lazy("Notes"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(
        self, *args: Any, choices: Choices, kind: str = Batch.Kind.COURSE, batch: Batch | None = None, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.choices, self.batch, self.actor = choices, batch, choices.actor
        self.is_course = kind == Batch.Kind.COURSE
        self.initial.setdefault("kind", kind)
        self.course: Course | None = None
        self.branch: Branch | None = None
        self.department: Department | None = None
        self.named = Named()
        self._add_picks()
        self._fit_to_kind()
        if batch is not None:
            self._fit_to_batch(batch)
        self.order_fields(ON_PAGE)
        self.slots = self._slot_forms()

    def _add_picks(self) -> None:
        choices, narrowed = self.choices, self.choices.own_branches is not None
        self.fields["course_id"] = IdField(
            label=_("Course"),
            required=self.is_course,
            widget=QuickSelect(lambda: choices.courses, _("Choose a course") if self.is_course else _("No course")),
            error_messages={"required": _("Course reference is required for a batch")},
        )
        self.fields["branch_id"] = IdField(
            label=_("Branch"),
            required=narrowed,
            widget=QuickSelect(lambda: choices.branches, None if narrowed else _("No branch")),
            error_messages={"required": _("Choose your own branch. You can only manage its batches.")},
        )
        own = choices.own_departments is not None
        self.fields["dept_id"] = IdField(
            label=_("Department"),
            required=own or not self.is_course,
            widget=QuickSelect(
                lambda: choices.departments,
                None if own else _("The course's") if self.is_course else _("Choose a department"),
            ),
            error_messages={"required": _("Choose a department for the batch year.")},
        )
        self.fields["assigned_instructor"] = IdField(
            label=_("Lead"), required=False, widget=QuickSelect(lambda: choices.loaded_teachers, _("No one yet"))
        )
        if self.batch is None:
            self.fields["assistants"] = IdField(
                label=_("Assistant"), required=False, widget=QuickSelect(lambda: choices.loaded_teachers, _("None"))
            )

    def _fit_to_kind(self) -> None:
        if self.is_course:
            return
        self.fields["year"] = forms.IntegerField(
            label=_("Year"), error_messages={"required": _("Enter the year of the batch year.")}
        )
        self.fields["auto_rollover"] = forms.BooleanField(
            label=_("Request rollover automatically at the end of each semester"), required=False
        )
        if self.batch is None:
            self.fields["current_semester"] = forms.IntegerField(
                label=_("Current semester"), widget=forms.NumberInput(attrs={"min": 1})
            )
        for name in ("batch_name", "start_date", "end_date", "capacity"):
            self.fields[name].required = False
            self.fields[name].widget.is_required = False
        self.fields["capacity"].help_text = _("Leave blank for no limit.")

    def _fit_to_batch(self, batch: Batch) -> None:
        moves = [Batch.Status(batch.status), *(one for one in Batch.Status if one in MOVES[Batch.Status(batch.status)])]
        self.fields["status"] = forms.ChoiceField(
            label=_("Status"),
            choices=[(one.value, one.label) for one in moves],
            widget=QuickSelect(lambda: [SelectEntry(one.value, str(one.label)) for one in moves]),
            error_messages={
                "invalid_choice": _(
                    "A batch moves from Upcoming to Active to Completed, and can be cancelled before it's completed."
                )
            },
        )
        self.fields["confirm_status"] = forms.BooleanField(label=_("Yes, end them"), required=False)
        if self.initial.get("assigned_instructor"):
            lead = self.fields["assigned_instructor"]
            lead.required, lead.widget.empty = True, None
            lead.error_messages["required"] = _(
                "Choose a lead. To leave the batch without one, end the assignment on its Instructors page."
            )

    # --- the week ---------------------------------------------------------------------------------------------------
    def _slot_forms(self) -> list[SlotForm]:
        if self.is_bound:
            rows: list[Any] = [{} for _place in range(len(slot_places(self.data)))]
        else:
            rows = list(self.initial.get("slots") or [])
        data = self.data if self.is_bound else None
        return [
            SlotForm(place, self.choices, lambda: self.subjects, data=data, initial=dict(row))
            for place, row in enumerate(rows[:MOST_SLOTS])
        ]

    @property
    def slot_template(self) -> SlotForm:
        """An empty row, for the page to copy."""
        return SlotForm(0, self.choices, lambda: self.subjects)

    @cached_property
    def subjects(self) -> list[SelectEntry]:
        """The subjects to choose from: those of the chosen course."""
        return self.choices.subjects_of(as_id(self["course_id"].value()))

    @property
    def filled(self) -> list[SlotForm]:
        """The rows that say something; the rules count these."""
        return [slot for slot in self.slots if not slot.is_blank]

    @cached_property
    def assignments(self) -> list[InstructorAssignment]:
        """Who teaches the stored batch from today on."""
        if self.batch is None:
            return []
        now = self.batch.instructor_assignments.exclude(until_date__lt=self.batch.today())
        return list(now.select_related("instructor"))

    # --- cleaning ---------------------------------------------------------------------------------------------------
    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if len(slot_places(self.data)) > MOST_SLOTS:
            self.add_error(None, _("A week can have up to %(most)d slots.") % {"most": MOST_SLOTS})
        self.slots_refused = bool([slot for slot in self.filled if not slot.is_valid()])
        self._name_rows(given)
        if self.batch is not None:
            self._must_be_confirmed(given, self.batch)
        return given

    slots_refused = False
    # What is stored otherwise, where somebody else was quicker: label and value.
    differences: Sequence[tuple[str, str]] = ()

    def _name_rows(self, given: dict[str, Any]) -> None:
        """Find the rows for all ids, each table in one statement, and refuse those that the actor may not name."""
        institution, slots = self.actor.institution, [slot.cleaned_data for slot in self.filled]
        if key := given.get("course_id"):
            self.course = courses.rows(self.actor).select_related("department").filter(pk=key).first()
            self._must_be_known("course_id", self.course)
        if key := given.get("branch_id"):
            self.branch = self.choices.all_branches.get(key)
            self._must_be_known("branch_id", self.branch, self.choices.own_branches)
        if key := given.get("dept_id"):
            self.department = Department.objects.filter(institution=institution, pk=key).first()
            self._must_be_known("dept_id", self.department, self.choices.own_departments)
        self.named = named = named_rows(
            institution,
            people=[
                given.get("assigned_instructor"),
                given.get("assistants"),
                *(one.get("instructor") for one in slots),
            ],
            rooms=[one.get("room") for one in slots],
            subjects=[one.get("subject") for one in slots],
        )
        for name in ("assigned_instructor", "assistants"):
            if (key := given.get(name)) and key not in named.people:
                self.add_error(name, UNKNOWN)
        for slot in self.filled:
            for name, table in (("room", named.rooms), ("subject", named.subjects), ("instructor", named.people)):
                if (key := slot.cleaned_data.get(name)) and key not in table:
                    slot.add_error(name, UNKNOWN)
                    self.slots_refused = True

    def _must_be_known(self, name: str, row: Any, reach: frozenset[UUID] | None = None) -> None:
        if row is None:
            self.add_error(name, UNKNOWN)
        elif reach is not None and row.pk not in reach:
            self.add_error(name, _("You don't have access to this one. Choose your own."))

    def _must_be_confirmed(self, given: dict[str, Any], batch: Batch) -> None:
        """Ask once before a status ends enrollments."""
        held = batch.enrolled_students
        if not held or given.get("confirm_status") or given.get("status") == batch.status:
            return
        if given.get("status") == Batch.Status.COMPLETED:
            words = ngettext(
                "This completes the enrollment of %(count)d student and can't be undone. Select to confirm.",
                "This completes the enrollments of %(count)d students and can't be undone. Select to confirm.",
                held,
            )
        elif given.get("status") == Batch.Status.CANCELLED:
            words = ngettext(
                "This cancels the enrollment of %(count)d student and can't be undone. Select to confirm.",
                "This cancels the enrollments of %(count)d students and can't be undone. Select to confirm.",
                held,
            )
        else:
            return
        self.add_error("status", words % {"count": held})

    def is_valid(self) -> bool:
        """Whether the batch and all its slots can be handed to a rule."""
        return super().is_valid() and not self.slots_refused

    # --- for the rules ----------------------------------------------------------------------------------------------
    def week(self) -> list[SlotInput]:
        """The slots that are complete."""
        return [slot.to_input(self.named) for slot in self.filled if slot.is_valid()]

    @property
    def lead(self) -> User | None:
        return self.named.people.get(self.cleaned_data.get("assigned_instructor"))

    @property
    def assistant(self) -> User | None:
        return self.named.people.get(self.cleaned_data.get("assistants"))

    def to_input(self) -> BatchInput:
        """The batch to open; of a form that is not valid, what of it is complete."""
        given = self._typed()
        return BatchInput(
            **{**given, "code": given["code"] or None},
            kind=Batch.Kind.COURSE if self.is_course else Batch.Kind.ACADEMIC,
            course=self.course,
            branch=self.branch,
            department=self.department,
            current_semester=self.cleaned_data.get("current_semester"),
            lead=self.lead,
            assistants=[self.assistant] if self.assistant else [],
            slots=self.week(),
        )

    def changes(self, current_lead: UUID | None) -> dict[str, Any]:
        """What to change, as far as it is complete; a lead who stays is not named again."""
        changes = self._typed() | {"course": self.course, "branch": self.branch, "department": self.department}
        changes["slots"] = self.week()
        if self.lead is not None and self.lead.pk != current_lead:
            changes["lead"] = self.lead
        return changes

    def _typed(self) -> dict[str, Any]:
        """The plain fields, empty where they are not right; a status only where it is."""
        given = self.cleaned_data
        shown = {own: given.get(name) for own, name in FIELD_NAMES.items() if name in self.fields}
        if "status" not in given:
            shown.pop("status", None)
        return shown | {name: shown[name] or "" for name in ("name", "code", "notes")}

    # --- refusals ---------------------------------------------------------------------------------------------------
    def refuse(self, name: str, message: str) -> None:
        """Put a rule's refusal beside the field it names, in the words and the names of the API."""
        match = re.match(r"^schedule\.(\d+)\.(\w+)$", name)
        if match and int(match[1]) < len(self.filled) and match[2] in SLOT_FIELDS:
            self.filled[int(match[1])].add_error(match[2], message)
            self.slots_refused = True
            return
        self.add_error(name if name in self.fields else None, message)

    @property
    def everything(self) -> FormSummary:
        """The fields of the batch and of its slots, for the list of what was refused."""
        return FormSummary(self)


class FormSummary:
    """A form and its slots as one, as `{% error_summary %}` reads it."""

    def __init__(self, form: BatchForm) -> None:
        self.form, self.is_bound = form, form.is_bound

    def __iter__(self) -> Iterator[Any]:
        for bound in self.form:
            if not bound.is_hidden:
                yield bound
        for number, slot in enumerate(self.form.filled, 1):
            for bound in slot:
                bound.label = _("Slot %(number)d, %(field)s") % {"number": number, "field": str(bound.label).lower()}
                yield bound

    def non_field_errors(self) -> Any:
        return self.form.non_field_errors()
