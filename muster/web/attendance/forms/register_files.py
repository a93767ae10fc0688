"""Which days a sheet is to hold."""

from __future__ import annotations

import calendar
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from muster.web.ui.forms import Form, Grid, wide

WEEK, MONTH = "week", "month"


def day_field(label: Any) -> forms.DateField:
    """A day, picked natively."""
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class SheetDaysForm(Form):
    """From one day to another, as the API calls them."""

    layout = (Grid(wide("from", "half"), wide("to", "half")),)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from"] = day_field(_("From"))
        self.fields["to"] = day_field(_("To"))

    def days(self) -> tuple[date, date]:
        """What was chosen."""
        return self.cleaned_data["from"], self.cleaned_data["to"]


class SignInDaysForm(Form):
    """The week or the month that holds a day."""

    day = day_field(_("Day"))
    span = forms.ChoiceField(
        label=_("Period"), choices=[(WEEK, _("Week of this day")), (MONTH, _("Month of this day"))]
    )

    def days(self) -> tuple[date, date]:
        """The first and the last day of the week or month."""
        day: date = self.cleaned_data["day"]
        if self.cleaned_data["span"] == MONTH:
            return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])
        first = day.toordinal() - day.weekday()
        return date.fromordinal(max(first, 1)), date.fromordinal(min(first + 6, date.max.toordinal()))
