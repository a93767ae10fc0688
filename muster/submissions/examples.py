"""Export templates that Muster brings along: a place to begin, to be changed as the authority asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


@dataclass(frozen=True)
class ExampleTemplate:
    """A template as it is added: its own fields, then its columns in their order."""

    title: Any
    text: Any
    row_kind: str
    format: str
    has_headings: bool
    made_of: Callable[[], Sequence[Mapping[str, Any]]]

    def fields(self) -> dict[str, Any]:
        return {
            "name": str(self.title),
            "row_kind": self.row_kind,
            "format": self.format,
            "has_headings": self.has_headings,
        }

    def columns(self) -> list[dict[str, Any]]:
        return [{"place": place, **column} for place, column in enumerate(self.made_of(), 1)]


def _enrollment_columns() -> Sequence[Mapping[str, Any]]:
    statuses = "active = 01\non_hold = 02\ncompleted = 03\ncancelled = 04\nexpired = 05"
    return [
        {"heading": _("Record"), "source": "fixed_text", "fixed_text": "E", "width": 1},
        {"heading": _("Line"), "source": "line", "width": 6, "align": "right", "padding": "0"},
        {"heading": _("Student number"), "source": "student_number", "width": 20, "is_required": True},
        {"heading": _("Family name"), "source": "family_name", "width": 30},
        {"heading": _("Given name"), "source": "given_name", "width": 30, "is_required": True},
        {"heading": _("Course code"), "source": "course_code", "width": 20},
        {"heading": _("Batch code"), "source": "batch_code", "width": 40, "is_required": True},
        {"heading": _("Enrolled on"), "source": "enrollment_date", "width": 8, "date_style": "%Y%m%d"},
        {"heading": _("First day"), "source": "batch_start", "width": 8, "date_style": "%Y%m%d"},
        {"heading": _("Last day"), "source": "batch_end", "width": 8, "date_style": "%Y%m%d"},
        {"heading": _("Status"), "source": "enrollment_status", "width": 2, "codes": statuses, "is_required": True},
    ]


def _month_columns() -> Sequence[Mapping[str, Any]]:
    return [
        {"heading": _("Month"), "source": "month", "is_required": True},
        {"heading": _("Batch"), "source": "batch_code", "is_required": True},
        {"heading": _("Student number"), "source": "student_number", "is_required": True},
        {"heading": _("Student"), "source": "full_name", "is_required": True},
        {"heading": _("Days with a register"), "source": "days_held"},
        {"heading": _("Days attended"), "source": "days_attended"},
        {"heading": _("Days absent"), "source": "days_absent"},
        {"heading": _("Days excused"), "source": "days_excused"},
    ]


EXAMPLES = {
    "enrollment": ExampleTemplate(
        gettext_lazy("Enrollment file"),
        gettext_lazy("Text with fixed widths, one line per student, with a code for the status."),
        "students",
        "fixed",
        False,
        _enrollment_columns,
    ),
    "attended-days": ExampleTemplate(
        gettext_lazy("Attended days per month"),
        gettext_lazy("A spreadsheet, one row per student and month, with the days attended and missed."),
        "months",
        "xlsx",
        True,
        _month_columns,
    ),
}
