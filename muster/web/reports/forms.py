"""What a report is ordered with: the part of the institution, the days, the format, and on which mornings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from muster.accounts.models import User
from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.core.errors import DomainError, FieldError
from muster.core.mailing_days import Mailed
from muster.core.search import in_order
from muster.courses.models import Course
from muster.courses.permissions import courses
from muster.institutions.access import MANAGER_ROLES, Actor
from muster.institutions.models import Branch, Department
from muster.institutions.permissions import branches, departments
from muster.institutions.queries import colleagues
from muster.reports.filters import ReportTime
from muster.reports.kinds import ReportDefinition
from muster.reports.models import ReportFormat
from muster.web.ui.forms import Form, FormSection, PeopleChoice, wide

# What the rules call a field, and the form.
NAMES = {"filters.from": "first", "filters.to": "last", "schedule.often": "often", "schedule.recipients": "recipients"}


class ReportForm(Form):
    """A report to order; which of the fields are there, its kind says."""

    batch = forms.ModelChoiceField(
        Batch.objects.none(), label=gettext_lazy("Batch"), empty_label=gettext_lazy("Choose a batch")
    )
    branch = forms.ModelChoiceField(
        Branch.objects.none(), label=gettext_lazy("Branch"), required=False, empty_label=gettext_lazy("All")
    )
    department = forms.ModelChoiceField(
        Department.objects.none(), label=gettext_lazy("Department"), required=False, empty_label=gettext_lazy("All")
    )
    course = forms.ModelChoiceField(
        Course.objects.none(), label=gettext_lazy("Course"), required=False, empty_label=gettext_lazy("All")
    )
    time = forms.ChoiceField(
        label=gettext_lazy("Time"),
        choices=[("", gettext_lazy("The usual days")), *ReportTime.choices],
        required=False,
        help_text=gettext_lazy("Counted back from the day on which the report is made."),
    )
    first = forms.DateField(label=gettext_lazy("From"), required=False)
    last = forms.DateField(label=gettext_lazy("To"), required=False)
    format = forms.ChoiceField(label=gettext_lazy("Format"), choices=ReportFormat.choices, initial=ReportFormat.PDF)
    often = forms.ChoiceField(
        label=gettext_lazy("How often"), choices=Mailed.choices, initial=Mailed.NEVER, required=False
    )
    recipients = PeopleChoice(
        User.objects.none(),
        label=gettext_lazy("Recipients"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("They must be able to see everything in the report. Without any it is sent to you."),
    )

    def __init__(self, *args: Any, actor: Actor, definition: ReportDefinition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        known = {NAMES.get(f"filters.{name}", name) for name in definition.filters}
        for name in ("batch", "branch", "department", "course", "time", "first", "last"):
            if name not in known:
                del fields[name]
        if "batch" in fields:
            fields["batch"].queryset = batches.rows(actor, "roster").order_by("-start_date", "code")
            fields["batch"].required = definition.needs == "batch"
            if not fields["batch"].required:
                fields["batch"].empty_label = gettext_lazy("All")
        if "branch" in fields:
            fields["branch"].queryset = in_order(branches.rows(actor), "name")
        if "department" in fields:
            fields["department"].queryset = in_order(departments.rows(actor), "name")
            fields["department"].required = definition.needs == "department"
            if fields["department"].required:
                fields["department"].empty_label = gettext_lazy("Choose a department")
        if "course" in fields:
            fields["course"].queryset = in_order(courses.rows(actor), "title")
        people: QuerySet[User] = in_order(colleagues(actor, *map(str, MANAGER_ROLES)), "full_name")
        fields["recipients"].queryset = people
        for field in fields.values():
            if isinstance(field.widget, forms.Select):
                field.widget.attrs["class"] = "form-select"
        parts = [wide(name, "w2") for name in ("batch", "branch", "department", "course") if name in fields]
        days = [wide(name, "w2") for name in ("time", "first", "last") if name in fields]
        self.layout = (
            FormSection(gettext_lazy("What it tells"), *parts, *days, wide("format", "w2")),
            FormSection(gettext_lazy("By email"), wide("often", "w2"), wide("recipients", "picks")),
        )

    def show_refusal(self, error: DomainError) -> None:
        """Each field by the name that it has here."""
        renamed = [FieldError(self._here(one.field), one.message) for one in error.errors]
        super().show_refusal(type(error)(error.message, errors=renamed) if renamed else error)

    def _here(self, name: str) -> str:
        found = NAMES.get(name, name.removeprefix("filters."))
        return found if found in self.fields else ""

    @property
    def filters(self) -> dict[str, Any]:
        """What the rules are told."""
        given = self.cleaned_data
        parts = {name: str(given[name].pk) for name in ("batch", "branch", "department", "course") if given.get(name)}
        days = {"time": given.get("time"), "from": given.get("first"), "to": given.get("last")}
        return {**parts, **{name: str(value) for name, value in days.items() if value}}

    @property
    def is_scheduled(self) -> bool:
        return self.cleaned_data.get("often") not in ("", None, Mailed.NEVER)
