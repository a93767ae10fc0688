"""What a column of an export template can hold: facts of the person, the enrollment, the batch, and the month."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

STUDENT, ENROLLMENT, BATCH, MONTH, OTHER = (
    _("Student"),
    _("Enrollment"),
    _("Batch"),
    _("Month"),
    _("Other"),
)


@dataclass(frozen=True)
class MonthFigures:
    """What a student did in a month: the days on which they had a register, by what became of them."""

    month: date
    attended: int = 0
    absent: int = 0
    excused: int = 0


@dataclass(frozen=True)
class TemplateRow:
    """What columns are filled from: an enrollment of `students_of_batches`, the line, and the month if it has one."""

    enrollment: Any
    line: int
    figures: MonthFigures | None = None


@dataclass(frozen=True)
class Source:
    """Something that a column can hold. Those of a month stand in templates whose rows are months."""

    key: str
    group: Any
    label: Any
    value: Callable[[TemplateRow], Any]

    @property
    def is_of_month(self) -> bool:
        return self.group is MONTH


def _batch(name: str) -> Callable[[TemplateRow], Any]:
    return lambda row: getattr(row.enrollment.batch, name)


def _within_batch(relation: str, name: str) -> Callable[[TemplateRow], Any]:
    return lambda row: getattr(getattr(row.enrollment.batch, relation), name, None)


def _student(name: str) -> Callable[[TemplateRow], Any]:
    return lambda row: getattr(row.enrollment.student, name)


def _enrollment(name: str) -> Callable[[TemplateRow], Any]:
    return lambda row: getattr(row.enrollment, name)


def _figures(value: Callable[[MonthFigures], Any]) -> Callable[[TemplateRow], Any]:
    return lambda row: value(row.figures) if row.figures else None


_all = (
    Source("student_number", STUDENT, _("Student number"), _enrollment("student_number")),
    Source("given_name", STUDENT, _("Given name"), _student("given_name")),
    Source("family_name", STUDENT, _("Family name"), _student("family_name")),
    Source("full_name", STUDENT, _("Full name"), _student("full_name")),
    Source("email", STUDENT, _("Email"), _student("email")),
    Source("phone", STUDENT, _("Phone"), _student("phone")),
    Source("enrollment_date", ENROLLMENT, _("Enrolled on"), _enrollment("enrollment_date")),
    Source("enrollment_type", ENROLLMENT, _("Enrollment type"), _enrollment("enrollment_type")),
    Source("enrollment_status", ENROLLMENT, _("Enrollment status"), _enrollment("status")),
    Source("seat_from", ENROLLMENT, _("On the register from"), _enrollment("seat_from")),
    Source("seat_until", ENROLLMENT, _("On the register until"), _enrollment("seat_until")),
    Source("access_expiry_date", ENROLLMENT, _("Access until"), _enrollment("access_expiry_date")),
    Source("batch_code", BATCH, _("Batch code"), _batch("code")),
    Source("batch_name", BATCH, _("Batch name"), _batch("name")),
    Source("batch_start", BATCH, _("First day of the batch"), _batch("start_date")),
    Source("batch_end", BATCH, _("Last day of the batch"), _batch("end_date")),
    Source("course_code", BATCH, _("Course code"), _within_batch("course", "code")),
    Source("course_title", BATCH, _("Course"), _within_batch("course", "title")),
    Source("branch_code", BATCH, _("Branch code"), _within_batch("branch", "code")),
    Source("branch_name", BATCH, _("Branch"), _within_batch("branch", "name")),
    Source("department_code", BATCH, _("Department code"), _within_batch("department", "short_code")),
    Source("month", MONTH, _("Month, such as 2030-01"), _figures(lambda one: f"{one.month:%Y-%m}")),
    Source("month_number", MONTH, _("Month as a number"), _figures(lambda one: f"{one.month:%m}")),
    Source("year", MONTH, _("Year"), _figures(lambda one: one.month.year)),
    Source(
        "days_held",
        MONTH,
        _("Days with a register"),
        _figures(lambda one: one.attended + one.absent + one.excused),
    ),
    Source("days_attended", MONTH, _("Days attended"), _figures(lambda one: one.attended)),
    Source("days_absent", MONTH, _("Days absent"), _figures(lambda one: one.absent)),
    Source("days_excused", MONTH, _("Days excused"), _figures(lambda one: one.excused)),
    Source("institution_name", OTHER, _("Institution"), lambda row: row.enrollment.institution.name),
    Source("line", OTHER, _("Line number"), lambda row: row.line),
    Source("fixed_text", OTHER, _("Fixed text"), lambda row: None),
)
SOURCES = {source.key: source for source in _all}
FIXED_TEXT = "fixed_text"
SOURCE_CHOICES = [(source.key, source.label) for source in _all]
