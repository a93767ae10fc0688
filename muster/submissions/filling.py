"""Filling an export template: the rows of some batches over some days, as text of fixed widths, CSV or XLSX.

All rows or none: what cannot be written as the template wants it is named, row by row and column by column.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.attendance.models import CountedMark, Mark
from muster.batches.models import Batch
from muster.core.errors import Invalid
from muster.core.files.downloads import XLSX_TYPE
from muster.core.spreadsheets import csv_lines, write_xlsx
from muster.enrollments.models import Enrollment, SeatPeriod
from muster.enrollments.queries import with_students
from muster.submissions.codes import CodeList, read_codes
from muster.submissions.errors import CellProblem, RowsRefused
from muster.submissions.models import ExportTemplate, TemplateColumn
from muster.submissions.sources import FIXED_TEXT, SOURCES, MonthFigures, TemplateRow

CSV_TYPE, TEXT_TYPE = "text/csv; charset=utf-8", "text/plain; charset=utf-8"
MOST_MONTHS, MOST_BATCHES = 24, 500
CAME = {Mark.PRESENT.value, Mark.LATE.value}


@dataclass(frozen=True)
class MadeFile:
    """A file as it is handed in, with the number of its lines below the headings."""

    name: str
    media_type: str
    content: bytes
    row_count: int


@dataclass(frozen=True)
class FilledTemplate:
    """The lines of a template, one cell a column, and what keeps them from being a file."""

    template: ExportTemplate
    columns: Sequence[TemplateColumn]
    lines: Sequence[Sequence[Any]]
    problems: Sequence[CellProblem]

    @property
    def headings(self) -> list[str]:
        return [column.heading for column in self.columns]

    def as_file(self, name: str) -> MadeFile:
        """The file, of this name without an ending. Raises RowsRefused, naming every problem."""
        if self.problems:
            raise RowsRefused(self.template.name, self.problems)
        rows: list[Sequence[Any]] = [self.headings] if self.template.has_headings else []
        if self.template.is_fixed:
            rows = [[_fitted(column, column.heading) for column in self.columns] for _each in rows]
            text = "".join("".join(row) + "\r\n" for row in [*rows, *self.lines])
            return MadeFile(f"{name}.txt", TEXT_TYPE, text.encode(), len(self.lines))
        if self.template.format == ExportTemplate.Format.CSV:
            content = "".join(csv_lines([*rows, *self.lines])).encode()
            return MadeFile(f"{name}.csv", CSV_TYPE, content, len(self.lines))
        book = io.BytesIO()
        write_xlsx([*rows, *self.lines], book, name=self.template.name)
        return MadeFile(f"{name}.xlsx", XLSX_TYPE, book.getvalue(), len(self.lines))


def file_stem(*parts: object) -> str:
    """Such as "registers-da-aug-2030-2030-01-01-2030-01-31": a name that every system takes, without its ending."""
    return "-".join(filter(None, (slugify(str(part)) for part in parts)))[:90].strip("-") or "file"


def fill_template(template: ExportTemplate, batches: Sequence[Batch], first: date, last: date) -> FilledTemplate:
    """The rows of the batches over the days, by batch and name, in a number of statements that grows with nothing.

    Raises Invalid for a template without columns and for days that are the wrong way round or too many.
    """
    columns = list(template.columns.all())
    if not columns:
        raise Invalid(_("This template has no columns yet. Add at least one."), code="no_columns")
    months = months_of(first, last)
    problems: list[CellProblem] = []
    lines: list[list[Any]] = []
    lists = {column.pk: read_codes(column.codes) for column in columns}
    for column in columns:
        if template.is_fixed and (
            column.width is None or (template.has_headings and len(column.heading) > column.width)
        ):
            words = (
                _("The column needs a width.") if column.width is None else _("The heading is longer than the column.")
            )
            problems.append(CellProblem(0, _("headings"), column.heading, words))
    for row in _rows(template, batches, first, last, months):
        who = row.enrollment.student.full_name
        line = []
        for column in columns:
            cell, wrong = _cell(template, column, lists[column.pk], row)
            if wrong:
                problems.append(CellProblem(row.line, who, column.heading, wrong))
            line.append(cell)
        lines.append(line)
    return FilledTemplate(template, columns, lines, problems)


def students_of_batches(batches: Iterable[Batch], first: date, last: date) -> QuerySet[Enrollment]:
    """Who was on the register of the batches on any of the days, with all that columns tell of them."""
    until = Q(until_date__isnull=True) | Q(until_date__gte=first) & Q(until_date__gte=F("from_date"))
    periods = SeatPeriod.objects.filter(until, from_date__lte=last)
    own = SeatPeriod.objects.filter(enrollment=OuterRef("pk"))
    rows: Any = with_students(Enrollment.objects.filter(batch__in=[one.pk for one in batches]))
    there: QuerySet[Enrollment] = (
        rows.filter(pk__in=periods.filter(batch__in=[one.pk for one in batches]).values("enrollment"))
        .annotate(
            seat_from=Subquery(own.order_by("from_date", "pk").values("from_date")[:1]),
            seat_until=Subquery(own.order_by("-from_date", "-pk").values("until_date")[:1]),
        )
        .select_related("institution", "student", "batch__course", "batch__branch", "batch__department")
        .order_by("batch__code", *rows.query.order_by)
    )
    return there


def month_after(month: date) -> date:
    """The first day of the month after the one of this day."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def months_of(first: date, last: date) -> list[date]:
    """The first days of the months that the days touch. Raises Invalid at `to` for too many."""
    if last < first:
        raise Invalid(_("The last day must not be before the first day."), field="to")
    months = [first.replace(day=1)]
    while (following := month_after(months[-1])) <= last:
        months.append(following)
        if len(months) > MOST_MONTHS:
            words = _("Choose %(most)d months or fewer.") % {"most": MOST_MONTHS}
            raise Invalid(words, field="to", code="too_many_months")
    return months


def _rows(
    template: ExportTemplate, batches: Sequence[Batch], first: date, last: date, months: Sequence[date]
) -> Iterator[TemplateRow]:
    students = students_of_batches(batches, first, last)
    if template.row_kind == ExportTemplate.RowKind.STUDENTS:
        yield from (TemplateRow(one, line) for line, one in enumerate(students, 1))
        return
    figures = month_figures(batches, first, last)
    line = 0
    for one in students.prefetch_related("seat_periods"):
        for month in months:
            begin, end = max(first, month), min(last, month_after(month) - timedelta(days=1))
            if any(
                period.from_date <= end
                and (period.until_date is None or period.until_date >= max(begin, period.from_date))
                for period in one.seat_periods.all()
            ):
                line += 1
                yield TemplateRow(one, line, figures.get((one.pk, month), MonthFigures(month)))


def month_figures(batches: Sequence[Batch], first: date, last: date) -> Mapping[tuple[UUID, date], MonthFigures]:
    """What became of the days of each enrollment and month. A day counts once: attended where any session was, absent
    only where every mark of the day says so. One statement."""
    marks = CountedMark.objects.filter(batch__in=[one.pk for one in batches], record_date__range=(first, last))
    days: dict[tuple[UUID, date], set[str]] = defaultdict(set)
    for enrollment, day, status in marks.values_list("enrollment_id", "record_date", "status").iterator():
        days[enrollment, day].add(status)
    counted: dict[tuple[UUID, date], list[int]] = defaultdict(lambda: [0, 0, 0])
    for (enrollment, day), marked in days.items():
        place = 0 if marked & CAME else 2 if Mark.EXCUSED in marked else 1
        counted[enrollment, day.replace(day=1)][place] += 1
    return {key: MonthFigures(key[1], *numbers) for key, numbers in counted.items()}


def _cell(template: ExportTemplate, column: TemplateColumn, codes: CodeList, row: TemplateRow) -> tuple[Any, str]:
    """A cell as it is written, and what is wrong with it."""
    value = column.fixed_text if column.source == FIXED_TEXT else SOURCES[column.source].value(row)
    text = value.strftime(column.date_style) if isinstance(value, date) else "" if value is None else str(value)
    if not text and column.is_required:
        return "", _("This is required, and it's missing.")
    if text and codes:
        code = codes.code_of(text)
        if code is None:
            return text, _("“%(value)s” isn't in the code list.") % {"value": text}
        text = code
    if column.width is not None and len(text) > column.width:
        words = ngettext(
            "“%(value)s” is longer than %(count)d character.",
            "“%(value)s” is longer than %(count)d characters.",
            column.width,
        )
        return text, words % {"value": text, "count": column.width}
    if template.is_fixed:
        return _fitted(column, text), ""
    if template.format == ExportTemplate.Format.XLSX and isinstance(value, int) and not codes:
        return value, ""
    return text, ""


def _fitted(column: TemplateColumn, text: str) -> str:
    """The text in the width of its column."""
    width, sign = column.width or len(text), column.padding or " "
    return text.rjust(width, sign) if column.align == TemplateColumn.Align.RIGHT else text.ljust(width, sign)
