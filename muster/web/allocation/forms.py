"""Forms of individual assignments. The names of fields are those of the API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.accounts.models import User
from muster.allocation.models import IndividualAssignment, Plan
from muster.allocation.queries import instructor_named
from muster.allocation.rules import MOST_NOTES, MOST_REASON, Wish
from muster.institutions.access import Actor
from muster.institutions.models import Branch, Department
from muster.institutions.permissions import branches, departments
from muster.web.ui.forms import Form


class AssignMentorForm(Form):
    """An instructor, as what, and what for."""

    instructor_id = forms.ChoiceField(label=gettext_lazy("Instructor"), help_text=gettext_lazy("Best match first."))
    assignment_type = forms.ChoiceField(label=gettext_lazy("Role"), choices=IndividualAssignment.Type.choices)
    notes = forms.CharField(
        label=gettext_lazy("Notes"),
        required=False,
        max_length=MOST_NOTES,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Goals, or why you chose this instructor. The instructor can read this."),
    )

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["instructor_id"].choices = choices  # type: ignore[attr-defined]

    def wishes(self, actor: Actor, students: Iterable[User]) -> list[Wish]:
        """What was chosen, for each of the students."""
        given = self.cleaned_data
        instructor = instructor_named(actor, given["instructor_id"], "instructor_id")
        return [Wish(student, instructor, given["assignment_type"], given["notes"]) for student in students]


class AssignManyForm(AssignMentorForm):
    """The same for many students."""

    replace = forms.BooleanField(
        label=gettext_lazy("Replace their current instructors"),
        required=False,
        help_text=gettext_lazy("If not selected, students who already have an instructor keep them."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["instructor_id"].help_text = _(
            "Instructors who have capacity and already teach one of these students come first."
        )


class EndMentoringForm(Form):
    """Why an assignment ends."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=MOST_REASON,
        help_text=gettext_lazy("Kept in the student's history."),
    )


class ProposeForm(Form):
    """What is to be planned."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Plan for"), choices=Plan.Kind, widget=forms.RadioSelect, initial=Plan.Kind.BATCHES
    )
    branch_id = forms.ModelChoiceField(
        Branch.objects.none(), label=gettext_lazy("Branch"), required=False, empty_label=gettext_lazy("All")
    )
    department_id = forms.ModelChoiceField(
        Department.objects.none(), label=gettext_lazy("Department"), required=False, empty_label=gettext_lazy("All")
    )
    least_score = forms.IntegerField(
        label=gettext_lazy("Minimum match score"),
        min_value=0,
        max_value=100,
        initial=0,
        help_text=gettext_lazy("Instructors below this score aren't proposed. 0 includes everyone available."),
    )
    keep_to_limits = forms.BooleanField(
        label=gettext_lazy("Keep everyone within their limits"),
        required=False,
        initial=True,
        help_text=gettext_lazy("If not selected, limits may be exceeded where nothing else works."),
    )

    def __init__(self, *args: Any, actor: Actor, counts: Mapping[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["branch_id"].queryset = branches.rows(actor).filter(is_active=True).order_by("name__plain")
        fields["department_id"].queryset = departments.rows(actor).order_by("name__plain")
        words = {
            Plan.Kind.BATCHES.value: ngettext(
                "Lead for %(count)d batch", "Leads for %(count)d batches", counts[Plan.Kind.BATCHES]
            ),
            Plan.Kind.STUDENTS.value: ngettext(
                "Mentor for %(count)d student", "Mentors for %(count)d students", counts[Plan.Kind.STUDENTS]
            ),
        }
        fields["kind"].choices = [(kind, word % {"count": counts[kind]}) for kind, word in words.items()]

    def wanted(self) -> dict[str, Any]:
        """What the rule is told."""
        given = dict(self.cleaned_data)
        return {"branch": given.pop("branch_id"), "department": given.pop("department_id"), **given}


class ItemForm(Form):
    """Who is proposed for one batch or student."""

    instructor_id = forms.ChoiceField(label=gettext_lazy("Instructor"), required=False)

    def __init__(self, *args: Any, offered: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["instructor_id"].choices = [("", _("No one")), *offered]
