"""The form that starts an import."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from muster.exchange.models import ImportRun
from muster.web.ui.forms import Form


class ImportForm(Form):
    """A file and what is in it."""

    kind = forms.ChoiceField(
        label=_("File contents"),
        choices=ImportRun.Kind.choices,
    )
    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        help_text=_("CSV (UTF-8) or XLSX, up to 10 MB. You'll see a preview before anything is imported."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx,text/csv"}),
    )
