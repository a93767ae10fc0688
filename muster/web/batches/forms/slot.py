"""One row of the week in the batch form."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from muster.batches.clashes import DAY_NAMES
from muster.batches.queries import Named
from muster.batches.rules import SlotInput
from muster.core.weekdays import Weekday
from muster.web.batches.forms.choices import Choices
from muster.web.batches.forms.fields import IdField, QuickSelect, SelectEntry, clock_field

SLOT_FIELDS = ("day", "start_time", "end_time", "room", "subject", "instructor")
SLOT_NAME = re.compile(rf"^schedule\.(\d{{1,4}})\.({'|'.join(SLOT_FIELDS)})$")
DAY_NUMBERS = {name: number for number, name in DAY_NAMES.items()}


class SlotForm(forms.Form):
    """One weekly slot, at its place in the week. A row without times, room, subject and instructor is blank."""

    use_required_attribute = False
    # What stands below the row.
    notes: Sequence[str] = ()

    def __init__(self, place: int, choices: Choices, subjects: Callable[[], list[SelectEntry]], **options: Any) -> None:
        self.place = place
        super().__init__(prefix=f"schedule.{place}", empty_permitted=False, **options)
        self.fields["day"] = forms.ChoiceField(
            label=_("Day"),
            choices=[(name, Weekday(number).label) for number, name in DAY_NAMES.items()],
            widget=QuickSelect(
                lambda: [SelectEntry(name, str(Weekday(number).label)) for number, name in DAY_NAMES.items()]
            ),
            error_messages={"invalid_choice": _("Choose a day from Monday to Sunday.")},
        )
        self.fields["start_time"] = clock_field(_("Start"))
        self.fields["end_time"] = clock_field(_("End"))
        self.fields["room"] = IdField(
            label=_("Room"), required=False, widget=QuickSelect(lambda: choices.rooms, _("No room"))
        )
        self.fields["subject"] = IdField(
            label=_("Subject"), required=False, widget=QuickSelect(subjects, _("No subject"))
        )
        self.fields["instructor"] = IdField(
            label=_("Instructor"), required=False, widget=QuickSelect(lambda: choices.teachers, _("The lead"))
        )

        for each in self.fields.values():
            each.widget.attrs["aria-describedby"] = f"slot-{place}-why"

    def add_prefix(self, field_name: str) -> str:
        return f"{self.prefix}.{field_name}"

    @property
    def is_blank(self) -> bool:
        """Whether nothing was chosen but the day, which always has a value."""
        return not any(str(self.data.get(self.add_prefix(name)) or "").strip() for name in SLOT_FIELDS[1:])

    @property
    def has_more(self) -> bool:
        """Whether subject or instructor are given, or refused."""
        return any(self[name].value() or self[name].errors for name in SLOT_FIELDS[4:])

    @property
    def complaints(self) -> list[str]:
        """What was refused, in the order of the fields."""
        return [str(message) for name in SLOT_FIELDS for message in self[name].errors]

    def to_input(self, named: Named) -> SlotInput:
        """The slot as the rules take it; only of a valid row."""
        given = self.cleaned_data
        return SlotInput(
            DAY_NUMBERS[given["day"]],
            given["start_time"],
            given["end_time"],
            named.rooms.get(given.get("room")),
            named.subjects.get(given.get("subject")),
            named.people.get(given.get("instructor")),
        )


def renumber_rows(data: QueryDict) -> QueryDict:
    """The same data, with the rows of the week at the places 0, 1, 2 and so on."""
    places = {place: number for number, place in enumerate(slot_places(data))}
    tidy = QueryDict(mutable=True)
    for name, values in data.lists():
        if match := SLOT_NAME.match(name):
            name = f"schedule.{places[int(match[1])]}.{match[2]}"
        tidy.setlist(name, values)
    return tidy


def slot_places(data: Mapping[str, Any]) -> list[int]:
    """The places of the week that posted data has rows for, in order."""
    return sorted({int(match[1]) for name in data if (match := SLOT_NAME.match(name))})
