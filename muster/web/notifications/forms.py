"""The form in which people choose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from muster.notifications.queries import KindChoice
from muster.web.ui.forms import Form


class ChoicesForm(Form):
    """Two boxes for each kind: in Muster, by e-mail."""

    def __init__(self, *args: Any, chosen: Sequence[KindChoice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.chosen = chosen
        for row in chosen:
            for way, label, initial in (("in_app", _("In Muster"), row.in_app), ("mail", _("By email"), row.mail)):
                self.fields[f"{row.kind.key}-{way}"] = forms.BooleanField(
                    label=label, initial=initial, required=False, widget=_box(row)
                )

    @property
    def rows(self) -> list[tuple[Any, Any, Any]]:
        """Each kind with its two boxes."""
        return [(row.kind, self[f"{row.kind.key}-in_app"], self[f"{row.kind.key}-mail"]) for row in self.chosen]

    def choices(self) -> dict[str, tuple[bool, bool]]:
        """What was chosen, as the rule takes it."""
        return {
            row.kind.key: (self.cleaned_data[f"{row.kind.key}-in_app"], self.cleaned_data[f"{row.kind.key}-mail"])
            for row in self.chosen
        }


def _box(row: KindChoice) -> forms.CheckboxInput:
    # The kind's own words stand once, above both boxes, and are read with each.
    return forms.CheckboxInput(attrs={"class": "form-check-input", "aria-describedby": f"kind-{row.kind.key}"})
