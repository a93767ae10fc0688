"""Fields of the batch form: ids, clock times, and selects that are drawn quickly."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from functools import cached_property
from html import escape
from typing import Any
from uuid import UUID

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.core.permissions import as_id

UNKNOWN = gettext_lazy("Nothing has this id.")


@dataclass(frozen=True)
class SelectEntry:
    """One choice of a select; `data` become its `data-` attributes."""

    value: str
    label: str
    group: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def markup(self) -> tuple[str, str]:
        """The option before and after the place of its `selected`; the same entry stands in several selects."""
        data = "".join(f' data-{key}="{escape(str(value))}"' for key, value in self.data.items())
        return f'<option value="{escape(self.value)}"{data}', f">{escape(str(self.label))}</option>"


class QuickSelect(forms.Select):
    """A select over entries that are read when it is drawn.

    Drawn in one go: a template for each option takes longer than everything else on the page.
    """

    def __init__(self, entries: Callable[[], Sequence[SelectEntry]], empty: Any = None, **attrs: Any) -> None:
        super().__init__(attrs={"class": "form-select", **attrs})
        self.entries, self.empty = entries, empty

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        chosen = "" if value is None else str(value)
        final = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        return format_html("<select{}>{}</select>", flatatt(final), SafeString("".join(self._options(chosen))))

    def _options(self, chosen: str) -> Iterator[str]:
        entries, group = self.entries(), ""
        known = any(entry.value == chosen for entry in entries)
        if self.empty is not None or not known:
            yield f'<option value="">{escape(str(self.empty or ""))}</option>'
        for entry in entries:
            if entry.group != group:
                yield "</optgroup>" if group else ""
                yield f'<optgroup label="{escape(entry.group)}">'
                group = entry.group
            before, after = entry.markup
            yield f"{before} selected{after}" if entry.value == chosen else before + after
        yield "</optgroup>" if group else ""


class IdField(forms.Field):
    """The id of a row. Which row it is, the form asks for all its fields together."""

    def to_python(self, value: Any) -> UUID | None:
        if value in self.empty_values:
            return None
        if (key := as_id(value)) is None:
            raise forms.ValidationError(UNKNOWN, code="unknown")
        return key


CLOCK = re.compile(r"^(\d{1,2})(?:[:.h](\d{2})?|(\d{2}))?\Z")


class ClockField(forms.Field):
    """A clock time, typed as people type it: 9, 930, 9:30, 09.30, 9h30."""

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip().lower()
        if not text:
            return None
        match = CLOCK.match(text)
        hours, minutes = (int(match[1]), int(match[2] or match[3] or 0)) if match else (24, 0)
        if hours > 23 or minutes > 59:
            raise forms.ValidationError(_("Enter a time as HH:MM, from 00:00 to 23:59."), code="clock")
        return time(hours, minutes)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%H:%M}" if isinstance(value, time) else value


def clock_field(label: Any) -> ClockField:
    attrs = {"class": "form-control", "inputmode": "numeric", "autocomplete": "off", "maxlength": "5"}
    widget = forms.TextInput(attrs=attrs)
    return ClockField(label=label, widget=widget)


class MadeField(forms.CharField):
    """A text that is made when it is left empty, and so is there in the end: nobody needs to be told it is optional."""

    def validate(self, value: Any) -> None:
        """Empty is fine."""
