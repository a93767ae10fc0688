"""Which days a sheet is to hold."""

from __future__ import annotations

import calendar
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from muster.core.forms import Form

WEEK, MONTH = "week", "month"


def day_field(label: Any, help_text: Any = "") -> forms.DateField:
    """A day, picked natively."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, help_text=help_text, required=False, widget=widget)


class SheetDaysForm(Form):
    """From one day to another, as the API calls them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from"] = day_field(_("From"))
        self.fields["to"] = day_field(_("To"))

    def days(self) -> tuple[date | None, date | None]:
        """What was chosen."""
        return self.cleaned_data["from"], self.cleaned_data["to"]


class SignInDaysForm(Form):
    """The week or the month that holds a day."""

    span = forms.ChoiceField(label=_("For"), choices=[(WEEK, _("the week")), (MONTH, _("the month"))], required=False)
    day = day_field(_("with the day"))

    def days(self, today: date) -> tuple[date, date]:
        """The first and the last day of the week or month."""
        day = self.cleaned_data["day"] or today
        if self.cleaned_data["span"] == MONTH:
            return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])
        first = day.toordinal() - day.weekday()
        return date.fromordinal(max(first, 1)), date.fromordinal(min(first + 6, date.max.toordinal()))
