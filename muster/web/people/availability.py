"""The week in which an instructor can teach: painted on a grid of half hours, or typed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.core.clocks import MIDNIGHT, clock_words, minutes_of
from muster.core.errors import DomainError
from muster.core.weekdays import Weekday
from muster.people import rules
from muster.people.links import instructor_url, instructors_url
from muster.people.models import AvailabilityWindow
from muster.people.permissions import instructors as instructor_access
from muster.people.queries import windows_of
from muster.web.requests import ActorRequest
from muster.web.ui.forms import Form, posted_data
from muster.web.ui.pages import page
from muster.web.ui.week import CELL, Span, WeekPicture, hours_of

FIRST_HOUR, LAST_HOUR = 7, 21
SPARE = 3
ROW = re.compile(r"^windows\.(\d{1,2})\.day$")


class WindowForm(Form):
    """One typed window; a row without times is blank."""

    day = forms.TypedChoiceField(label=gettext_lazy("Day"), choices=Weekday.choices, coerce=int)
    start_time = forms.TimeField(label=gettext_lazy("From"), required=False)
    end_time = forms.TimeField(label=gettext_lazy("Until"), required=False)

    def __init__(self, *args: Any, place: int | str, **kwargs: Any) -> None:
        self.place = place
        super().__init__(*args, **kwargs)

    def add_prefix(self, field_name: str) -> str:
        """The names of the API."""
        return f"windows.{self.place}.{field_name}"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        start, end = cleaned.get("start_time"), cleaned.get("end_time")
        if not self.errors and (start is None) != (end is None):
            self.add_error("end_time" if start else "start_time", _("Enter both a start and an end."))
        return cleaned

    @property
    def is_blank(self) -> bool:
        return not self.errors and self.cleaned_data.get("start_time") is None

    @property
    def plan(self) -> rules.WindowInput:
        given = self.cleaned_data
        return rules.WindowInput(given["day"], given["start_time"], given["end_time"])


def grid_of(windows: Sequence[Span[None]]) -> list[tuple[str, bool, list[tuple[int, int, bool, str]]]]:
    """The half hours of a week, early and late ones only where there is something: the clock, whether a full hour
    begins, and for each day the day, the number of the half hour, whether it is chosen, and what is read out."""
    first, last = hours_of(windows, FIRST_HOUR, LAST_HOUR)
    return [
        (
            clock_words(at),
            at % 60 == 0,
            [
                (day, at // CELL, any(one.takes(day, at) for one in windows), f"{short} {clock_words(at)}")
                for day, short in enumerate(WEEKDAYS_ABBR.values(), start=1)
            ],
        )
        for at in range(first * 60, last * 60, CELL)
    ]


def spans_of(windows: Sequence[AvailabilityWindow | rules.WindowInput]) -> list[Span[None]]:
    """The windows to be drawn; one that ends at 23:59 lasts until midnight."""
    ends = {MIDNIGHT - 1: MIDNIGHT}
    return [
        Span(one.weekday, minutes_of(one.start_time), ends.get(end := minutes_of(one.end_time), end), None)
        for one in windows
    ]


@page(instructor_access["change"])
def availability_page(request: ActorRequest, instructor_id: str) -> HttpResponse:
    """Paint or type the week: one's own, or by an administrator."""
    actor = request.actor
    person = instructor_access.get(actor, instructor_id, "change")
    posted = posted_data(request)
    stored = list(windows_of(actor.institution.pk, person.pk))
    rows = _posted_windows(posted) if posted is not None else _stored_windows(stored)
    wrong: list[str] = []
    if posted is not None and "add" not in posted and all(row.is_valid() for row in rows):
        filled = [row for row in rows if not row.is_blank]
        try:
            rules.replace_availability(by=actor, instructor=person, windows=[row.plan for row in filled])
        except DomainError as error:
            wrong = _place_refusal(filled, error)
        else:
            messages.success(request, _("Week saved."))
            return redirect(instructor_url(person.pk))
    if posted is not None and "add" in posted:
        count = min(len(rows) + SPARE, rules.MOST_WINDOWS)
        rows = [WindowForm(posted if place < len(rows) else None, place=place) for place in range(count)]
    sound = [row.plan for row in rows if row.is_bound and row.is_valid() and not row.is_blank]
    shown = spans_of(sound if posted is not None else stored)
    context = {
        "nav": "instructors",
        "person": person,
        "back": instructor_url(person.pk),
        "list_url": instructors_url() if instructor_access.may(actor, "list") else "",
        "rows": rows,
        "fresh": WindowForm(place="new"),
        "wrong": wrong,
        "heads": zip(WEEKDAYS.values(), WEEKDAYS_ABBR.values(), strict=True),
        "grid": grid_of(shown),
        "words": _script_words(),
    }
    refused = posted is not None and "add" not in posted
    return render(request, "people/availability.html", context, status=400 if refused else 200)


def _posted_windows(data: QueryDict) -> list[WindowForm]:
    places = sorted({int(found[1]) for name in data if (found := ROW.match(name))})
    return [WindowForm(data, place=place) for place in places]


def _stored_windows(windows: Sequence[AvailabilityWindow]) -> list[WindowForm]:
    filled = [
        WindowForm(place=place, initial={"day": one.weekday, "start_time": one.start_time, "end_time": one.end_time})
        for place, one in enumerate(windows)
    ]
    blank = [WindowForm(place=len(filled) + place) for place in range(SPARE)]
    return (filled + blank)[: max(len(filled), rules.MOST_WINDOWS)]


def _place_refusal(filled: Sequence[WindowForm], error: DomainError) -> list[str]:
    """Put the refusal into its rows; what belongs to none is returned."""
    others = [] if error.errors else [error.message]
    for wrong in error.errors:
        parts = wrong.field.split(".")
        if len(parts) == 3 and int(parts[1]) < len(filled) and parts[2] in ("day", "start_time", "end_time"):
            filled[int(parts[1])].add_error(parts[2], wrong.message)
        else:
            others.append(wrong.message)
    return others


def _script_words() -> Mapping[str, Any]:
    return {
        "days": [str(day) for day in WEEKDAYS.values()],
        "short": [str(day) for day in WEEKDAYS_ABBR.values()],
        "can": _("available"),
        "cannot": _("not available"),
        "painted": _("{day} {start} to {end}: available"),
        "erased": _("{day} {start} to {end}: not available"),
        "always": _("No times marked: always available."),
        "row": _("Window {number}"),
        "remove": _("Remove window {number}"),
        "hours": _("{hours} hours a week"),
    }


# --- the picture --------------------------------------------------------------------------------------------------
def hours_picture(windows: Sequence[Span[None]]) -> dict[str, Any] | None:
    """The windows as a picture with its hours, and in words, as `people/hours.html` shows them; None without any."""
    if not windows:
        return None
    first, last = hours_of(windows, 8, 18)
    plot = WeekPicture(windows, (first, last), 7, gutter=15, head=12, gap=0.6)
    clocks: dict[str, list[str]] = {}
    for one in windows:
        clocks.setdefault(str(WEEKDAYS[one.weekday - 1]), []).append(f"{clock_words(one.start)}–{clock_words(one.end)}")
    drawn = range(first + first % 2, last, 4 if last - first > 12 else 2)
    return {
        "plot": plot,
        "lines": [(plot.y(hour * 60), f"{hour:02d}:00") for hour in drawn],
        "words": [(day, ", ".join(those)) for day, those in clocks.items()],
    }
