"""The forms that start an import and carry it on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from muster.exchange.models import ImportRun
from muster.web.ui.forms import Form


class ImportForm(Form):
    """What the rows are, and a file of them or the rows themselves."""

    kind = forms.ChoiceField(label=_("Contents"))
    file = forms.FileField(
        label=_("File"),
        required=False,
        allow_empty_file=True,
        help_text=_("CSV, XLSX or ODS, up to 10 MB and 20,000 lines."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.ods,text/csv"}),
    )
    pasted = forms.CharField(
        label=_("Rows"),
        required=False,
        help_text=_("The first row names the columns."),
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "class": "mono"}),
    )

    def __init__(self, *args: Any, kinds: list[ImportRun.Kind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("file") and not data.get("pasted") and "file" not in self.errors:
            self.add_error("file", _("Choose a file, or paste rows."))
        return data


class ApplyForm(Form):
    """How a preview is imported. The page draws the fields itself, so what is wrong with them is said above it."""

    rows = forms.ChoiceField(
        choices=[("valid", _("Valid rows only")), ("all", _("All or none"))],
        required=False,
        label=_("Rows"),
        widget=forms.HiddenInput,
    )
    confirm = forms.IntegerField(required=False, widget=forms.HiddenInput)


class TryAgainForm(Form):
    """Whose word counts where somebody edited what is here."""

    take_file = forms.BooleanField(required=False, label=_("Use the file's values where someone edited them here"))
