"""Forms around students at risk. The names of fields are those of the API."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from muster.accounts.models import User
from muster.core.search import in_order
from muster.institutions.access import Actor
from muster.risk.models import MOST_LETTER, MOST_NOTE, Intervention, RiskFlag
from muster.risk.permissions import owners
from muster.web.ui.forms import Form

STAFF_ONLY = gettext_lazy("Only staff can read this.")


class InterventionForm(Form):
    """What was said, how and when."""

    kind = forms.ChoiceField(
        label=gettext_lazy("How"),
        choices=[(one.value, one.label) for one in Intervention.Kind if one != Intervention.Kind.LETTER],
        widget=forms.RadioSelect,
        initial=Intervention.Kind.CALL,
    )
    happened_at = forms.DateTimeField(
        label=gettext_lazy("When"), required=False, help_text=gettext_lazy("Leave blank if it was just now.")
    )
    note = forms.CharField(
        label=gettext_lazy("What was said or agreed"),
        max_length=MOST_NOTE,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=STAFF_ONLY,
    )


class LetterForm(Form):
    """What the letter says."""

    letter = forms.CharField(
        label=gettext_lazy("Letter"), max_length=MOST_LETTER, widget=forms.Textarea(attrs={"rows": 14})
    )


class OwnerForm(Form):
    """Whose task it is."""

    owner_id = forms.ChoiceField(label=gettext_lazy("Owner"), required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(one.pk): one for one in in_order(owners.rows(actor).distinct(), "full_name", "pk")}
        field: Any = self.fields["owner_id"]
        field.choices = [("", gettext_lazy("No owner")), *((pk, one.full_name) for pk, one in self.people.items())]

    def owner(self) -> User | None:
        """Who was chosen."""
        return self.people.get(self.cleaned_data["owner_id"])


class CloseForm(Form):
    """How it ended."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome"),
        choices=[(one.value, one.label) for one in RiskFlag.Outcome if one not in RiskFlag.BY_ITSELF],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=MOST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=STAFF_ONLY,
    )
