"""The form that starts an import."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from muster.exchange.models import ImportRun
from muster.web.ui.forms import Form


class ImportForm(Form):
    """A file and what is in it."""

    kind = forms.ChoiceField(
        label=_("What is in the file"),
        choices=ImportRun.Kind.choices,
        help_text=_(
            "An old register has a line for each student (batch, student_number or email) and a column for each "
            "date, headed as 2025-01-31; in the cells P, A, L (L 10: ten minutes late) or E."
        ),
    )
    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        help_text=_("CSV (UTF-8) or XLSX, up to 10 MB. It is tried first: you see what would happen, then decide."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx,text/csv"}),
    )
