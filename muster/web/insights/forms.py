"""What is asked of the analytics page: which days, compared with which, and of which part."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy

from muster.batches.permissions import batches
from muster.core.errors import Invalid
from muster.core.search import in_order
from muster.courses.models import Course
from muster.insights.batch import BatchOffer
from muster.insights.periods import Comparison, Period
from muster.insights.siblings import SiblingChoice
from muster.institutions.access import Actor
from muster.institutions.models import Branch, Department
from muster.institutions.permissions import branches, departments
from muster.web.ui.forms import Form

PARTS = ("branch", "department", "course")


class PeriodForm(Form):
    """The days. Everything may be left out; what makes no sense is said at its field."""

    first = forms.DateField(label=gettext_lazy("From"), required=False)
    last = forms.DateField(label=gettext_lazy("To"), required=False)
    compare = forms.ChoiceField(
        label=gettext_lazy("Compare with"), choices=Comparison.choices, required=False, initial=Comparison.BEFORE
    )

    def __init__(self, usual: Period, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            kind = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
            field.widget.attrs["class"] = kind
        self.usual = self._period = usual

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        try:
            first, last = found.get("first"), found.get("last")
            if first or last:
                self._period = Period.of(first, last, self.usual.last)
        except Invalid as error:
            self.add_error("last" if error.errors[0].field == "to" else "first", error.message)
        return found

    @property
    def asked(self) -> dict[str, Any]:
        """What was given and makes sense."""
        return self.cleaned_data if self.is_bound and self.is_valid() else {}

    @property
    def period(self) -> Period:
        """The days that were asked for, else the usual ones."""
        # Judging what was asked finds them.
        self.is_valid()
        return self._period

    @property
    def comparison(self) -> str:
        """With which days the period is compared."""
        return str(self.asked.get("compare") or Comparison.BEFORE)

    @property
    def compared(self) -> Period | None:
        """The days compared with."""
        return self.period.compared(self.comparison)


class BatchPeriodForm(PeriodForm):
    """The days, the assessment whose scores are drawn, and the siblings compared with, where there are several."""

    siblings = forms.ChoiceField(label=gettext_lazy("Siblings"), required=False)
    assessment = forms.ChoiceField(label=gettext_lazy("Scores of"), required=False)

    def __init__(self, usual: Period, offer: BatchOffer, *args: Any, **kwargs: Any) -> None:
        super().__init__(usual, *args, **kwargs)
        fields: Any = self.fields
        fields["assessment"].choices = [(str(one.pk), one.title) for one in offer.scored]
        fields["siblings"].choices = [
            *SiblingChoice.choices,
            *((str(one.pk), f"{one.code}, {one.name}") for one in offer.siblings),
        ]
        if len(offer.scored) <= 1:
            del fields["assessment"]
        if not offer.siblings:
            del fields["siblings"]

    def chosen(self, name: str) -> str:
        """What was asked for of a choice; nothing for the usual."""
        return str(self.asked.get(name) or "")


class AnalyticsForm(PeriodForm):
    """The days, and the part of the institution."""

    branch = forms.ModelChoiceField(
        Branch.objects.none(), label=gettext_lazy("Branch"), required=False, empty_label=gettext_lazy("All")
    )
    department = forms.ModelChoiceField(
        Department.objects.none(), label=gettext_lazy("Department"), required=False, empty_label=gettext_lazy("All")
    )
    course = forms.ModelChoiceField(
        Course.objects.none(), label=gettext_lazy("Course"), required=False, empty_label=gettext_lazy("All")
    )

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(Period.of(None, None, actor.today()), *args, **kwargs)
        fields: Any = self.fields
        fields["branch"].queryset = in_order(branches.rows(actor), "name")
        fields["department"].queryset = in_order(departments.rows(actor), "name")
        fields["course"].queryset = in_order(Course.objects.filter(institution=actor.institution), "title")

        if not batches.may(actor, "roster"):
            # To whom registers are granted, those are all there is.
            for name in PARTS:
                del fields[name]

    @property
    def _chosen(self) -> dict[str, Any]:
        return {name: one for name in PARTS if (one := self.asked.get(name))}

    @property
    def part(self) -> Q:
        """Which batches are counted."""
        return Q(**self._chosen)

    @property
    def part_asked(self) -> dict[str, Any]:
        """The same, as an address says it."""
        return {name: one.pk for name, one in self._chosen.items()}

    @property
    def part_words(self) -> str:
        """The same in words; nothing where it is everything."""
        return ", ".join(map(str, self._chosen.values()))
