"""Forms of individual assignments. The names of fields are those of the API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.allocation.models import IndividualAssignment
from muster.allocation.queries import Candidate
from muster.allocation.rules import MOST_NOTES, MOST_REASON
from muster.core.forms import Form


class AssignForm(Form):
    """An instructor, as what, and what for."""

    instructor_id = forms.ChoiceField(
        label=gettext_lazy("Instructor"), help_text=gettext_lazy("Who suits best comes first.")
    )
    assignment_type = forms.ChoiceField(label=gettext_lazy("As"), choices=IndividualAssignment.Type.choices)
    notes = forms.CharField(
        label=gettext_lazy("Notes"),
        required=False,
        max_length=MOST_NOTES,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Goals, or why this instructor. The instructor reads them."),
    )

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["instructor_id"].choices = choices  # type: ignore[attr-defined]


class AssignManyForm(AssignForm):
    """The same for many students."""

    replace = forms.BooleanField(
        label=gettext_lazy("Replace the instructors they have now"),
        required=False,
        help_text=gettext_lazy("Else students who have an instructor are left as they are."),
    )

    def __init__(self, *args: Any, offered: Sequence[Candidate], **kwargs: Any) -> None:
        super().__init__(*args, choices=[(str(one.person.pk), in_words(one)) for one in offered], **kwargs)
        self.fields["instructor_id"].help_text = _(
            "First those who have room and teach one of the students already, then those with most room."
        )


class EndForm(Form):
    """Why an assignment ends."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=MOST_REASON,
        help_text=gettext_lazy("Kept in the history of the student."),
    )


def in_words(one: Candidate) -> str:
    """Name, what speaks for them, and what they carry: "Ann Smith, teaches DA-1, 3 of 10 students"."""
    parts = [one.person.full_name]
    if one.teaches:
        parts.append(_("teaches %(batch)s") % {"batch": one.teaches})
    parts.append(
        ngettext("%(count)d of %(most)d student", "%(count)d of %(most)d students", one.limit)
        % {"count": one.mentees, "most": one.limit}
    )
    if one.is_full:
        parts.append(_("at the limit"))
    return ", ".join(parts)
