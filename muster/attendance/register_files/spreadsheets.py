"""Sheets as CSV and XLSX: data first, one line of headings, nothing above it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from django.utils.translation import gettext as _

from muster.attendance.models import Mark
from muster.attendance.queries import RegisterRow, signature_of
from muster.attendance.register_files.model import (
    LETTERS,
    OFF_REGISTER,
    BatchSheet,
    Column,
    Heading,
    RegisterSheet,
    Tally,
)
from muster.attendance.register_files.reading import meeting_signs
from muster.core.errors import Invalid
from muster.core.spreadsheets import new_workbook, sheet_name

# What a worksheet holds beside names and totals.
MOST_COLUMNS = 16_000
DASH = "–"
IN_MEMORY = 2_000_000


def csv_rows(sheet: RegisterSheet | BatchSheet) -> Iterator[list[Any]]:
    """The headings, then a row for each learner. Marks of a register are words, those of a batch's sheet letters."""
    yield from _register_rows(sheet) if isinstance(sheet, RegisterSheet) else _batch_rows(sheet)


def _register_rows(sheet: RegisterSheet) -> Iterator[list[Any]]:
    session = sheet.register.session
    yield register_headings()
    for row in sheet.register.rows:
        yield [
            row.batch_code,
            session.date,
            f"{session.start_time:%H:%M}" if session.start_time else None,
            f"{session.end_time:%H:%M}" if session.end_time else None,
            row.student_number,
            row.full_name,
            row.email,
            *_mark_cells(row, sheet.heading),
            *_signed_cells(sheet),
        ]


def register_headings() -> list[str]:
    """What the columns of a register are called."""
    session = [_("Batch"), _("Date"), _("From"), _("To")]
    said = [_("Mark"), _("Minutes late"), _("Note"), _("Marked by"), _("Marked at")]
    return [*session, *learner_headings(), *said, _("Signed by"), _("Signed at")]


def learner_headings() -> list[str]:
    """What the columns that say who are called."""
    return [_("Student number"), _("Learner"), _("Email")]


def _mark_cells(row: RegisterRow, heading: Heading) -> list[Any]:
    """What the mark says. Spreadsheets know no zones: moments are those of the clock where the class is."""
    if not row.status:
        return [None, None, row.notes, None, None]
    at = row.marked_at.astimezone(heading.zone).replace(tzinfo=None, microsecond=0) if row.marked_at else None
    return [str(Mark(row.status).label), row.minutes_late, row.notes, row.marked_by_name, at]


def _signed_cells(sheet: RegisterSheet) -> list[Any]:
    """Who signed the register, and when."""
    signature = signature_of(sheet.register.session)
    if signature is None or not signature.stands:
        return [None, None]
    return [signature.name, signature.at.astimezone(sheet.heading.zone).replace(tzinfo=None, microsecond=0)]


def _batch_rows(sheet: BatchSheet) -> Iterator[list[Any]]:
    yield [*learner_headings(), *map(_column_heading, sheet.columns), *totals_headings()]
    for learner in sheet.learners():
        tally = learner.tally
        marks = [letter if letter in LETTERS else DASH if letter == OFF_REGISTER else None for letter in learner.marks]
        yield [learner.number, learner.name, learner.email, *marks, *(tally[mark] for mark in Mark), tally.percent]


def _column_heading(column: Column) -> str:
    what = _("daily") if column.is_daily else f"{column.start_time:%H:%M}" if column.start_time else ""
    return " ".join(part for part in (column.date.isoformat(), what, column.meeting) if part)


def totals_headings() -> list[str]:
    """What the totals beside a learner are called."""
    return [*(str(mark.label) for mark in Mark), _("Percent")]


# --- XLSX ----------------------------------------------------------------------------------------------------------
def workbook(sheet: RegisterSheet | BatchSheet) -> IO[bytes]:
    """The sheet as a workbook, ready to read; it holds one row at a time in memory. Raises Invalid at `format`."""
    target = cast("IO[bytes]", SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115 - the response closes it
    book = new_workbook(target)
    writer = _Writer(book, sheet.heading)
    writer.register(sheet) if isinstance(sheet, RegisterSheet) else writer.batch(sheet)
    book.close()
    target.seek(0)
    return target


class _Writer:
    """One worksheet, written from the top."""

    def __init__(self, book: Any, heading: Heading) -> None:
        self.page = book.add_worksheet(sheet_name(heading.title))
        look = {"valign": "vcenter", "border": 1, "border_color": "#c9cdd4"}
        centred = {**look, "align": "center"}
        head = {**look, "bold": True, "bg_color": "#eff1f4"}
        self.text = book.add_format(look)
        self.day = book.add_format({**look, "num_format": "yyyy-mm-dd", "align": "left"})
        self.clock = book.add_format({**look, "num_format": "hh:mm", "align": "left"})
        self.moment = book.add_format({**look, "num_format": "yyyy-mm-dd hh:mm", "align": "left"})
        self.number = book.add_format({**look, "num_format": "0"})
        self.percent = book.add_format({**look, "num_format": "0.0%"})
        self.head = book.add_format({**head, "text_wrap": True})
        self.head_day = book.add_format({**head, "num_format": "ddd d mmm yyyy", "rotation": 90, "align": "center"})
        self.head_moment = book.add_format(
            {**head, "num_format": "ddd d mmm yyyy, hh:mm", "rotation": 90, "align": "center"}
        )
        self.head_sign = book.add_format({**head, "align": "center", "font_size": 8})
        self.sum = book.add_format({**head, "num_format": "0", "align": "center"})
        self.sum_percent = book.add_format({**head, "num_format": "0.0%", "align": "center"})
        self.whole = book.add_format({**head, "num_format": "0"})
        self.whole_percent = book.add_format({**head, "num_format": "0.0%"})
        self.marks = {
            Mark.PRESENT.letter: book.add_format(centred),
            Mark.ABSENT.letter: book.add_format({**centred, "bold": True, "bg_color": "#f6d5d2"}),
            Mark.LATE.letter: book.add_format({**centred, "underline": 1, "bg_color": "#fbeac4"}),
            Mark.EXCUSED.letter: book.add_format({**centred, "italic": True, "bg_color": "#dbe7f8"}),
            DASH: book.add_format({**centred, "font_color": "#4d535e", "bg_color": "#eff1f4"}),
        }
        self.blank = book.add_format(centred)
        self._prepare(heading)

    def _prepare(self, heading: Heading) -> None:
        """A4 across, with who and what above each printed page and its number below."""
        self.page.set_landscape()
        self.page.set_paper(9)
        self.page.set_margins(left=0.4, right=0.4, top=0.8, bottom=0.6)
        name, subject = (part.replace("&", "&&")[:110] for part in (heading.institution.name, heading.subject))
        self.page.set_header(f"&L&8{name}&C&10{subject}")
        self.page.set_footer(f"&L&8{heading.title}&R&8&P / &N")

    def register(self, sheet: RegisterSheet) -> None:
        """One register: a row a learner."""
        self.page.freeze_panes(1, 0)
        self.page.repeat_rows(0)
        self.page.fit_to_pages(1, 0)
        for place, width in enumerate((16, 11, 7, 7, 15, 32, 30, 10, 9, 40, 24, 17)):
            self.page.set_column(place, place, width)
        session = sheet.register.session
        for place, word in enumerate(register_headings()):
            self.page.write_string(0, place, word, self.head)
        for line, row in enumerate(sheet.register.rows, 1):
            said, signed = _mark_cells(row, sheet.heading), _signed_cells(sheet)
            at = (session.date, session.start_time, session.end_time)
            self._row(line, [row.batch_code, *at, row.student_number, row.full_name, row.email, *said, *signed])
        self.page.autofilter(0, 0, max(len(sheet.register.rows), 1), len(register_headings()) - 1)

    def batch(self, sheet: BatchSheet) -> None:
        """Learners by sessions, two lines of headings: when, and which of the meetings is shared."""
        columns, first = sheet.columns, 3
        if len(columns) > MOST_COLUMNS:
            raise Invalid(
                _("A worksheet holds up to %(most)s sessions. Choose a shorter period, or use csv.")
                % {"most": MOST_COLUMNS},
                field="format",
                code="too_large",
            )
        after = first + len(columns)
        self.page.freeze_panes(2, 2)
        self.page.repeat_rows(0, 1)
        self.page.repeat_columns(0, 1)
        for place, width in enumerate((15, 32, 26)):
            self.page.set_column(place, place, width)
        if columns:
            self.page.set_column(first, after - 1, 4.5)
        self.page.set_column(after, after + 4, 10)
        self.page.set_row(0, 118)
        self._heads(sheet, first)
        tallies = sheet.column_tallies()
        line = 1
        for line, learner in enumerate(sheet.learners(), 2):
            tallies.add(learner)
            self._row(line, [learner.number, learner.name, learner.email])
            for place, letter in enumerate(learner.marks, first):
                self._mark(line, place, letter)
            self._totals(line, after, learner.tally, self.number, self.percent)
        self._sums(line + 1, first, tallies.columns, tallies.whole)
        self._legend(line + 7, sheet)

    def _heads(self, sheet: BatchSheet, first: int) -> None:
        signs = meeting_signs(column.meeting for column in sheet.columns if column.meeting)
        for place, word in enumerate(learner_headings()):
            self.page.write_string(0, place, word, self.head)
        for place, column in enumerate(sheet.columns, first):
            if column.start_time:
                at = datetime.combine(column.date, column.start_time)
                self.page.write_datetime(0, place, at, self.head_moment)
            else:
                self.page.write_datetime(0, place, column.date, self.head_day)
        after = first + len(sheet.columns)
        for place, word in enumerate(totals_headings(), after):
            self.page.write_string(0, place, word, self.head)
        for place in (*range(first), *range(after, after + 5)):
            self.page.write_blank(1, place, None, self.head)
        for place, column in enumerate(sheet.columns, first):
            sign = _("daily") if column.is_daily else signs.get(column.meeting, "")
            self.page.write_string(1, place, sign, self.head_sign)

    def _mark(self, line: int, place: int, letter: str) -> None:
        sign = DASH if letter == OFF_REGISTER else letter
        if sign in self.marks:
            self.page.write_string(line, place, sign, self.marks[sign])
        else:
            self.page.write_blank(line, place, None, self.blank)

    def _totals(self, line: int, place: int, tally: Tally, number: Any, percent: Any) -> None:
        for offset, mark in enumerate(Mark):
            self.page.write_number(line, place + offset, tally[mark], number)
        self._share(line, place + len(Mark), tally.percent, percent)

    def _sums(self, line: int, first: int, columns: Sequence[Tally], whole: Tally) -> None:
        """The sums below, each also for the whole sheet in its own column of the totals."""
        after = first + len(columns)
        for offset, mark in enumerate(Mark):
            self._sum_head(line + offset, str(mark.label))
            for place, tally in enumerate(columns, first):
                self.page.write_number(line + offset, place, tally[mark], self.sum)
            self.page.write_number(line + offset, after + offset, whole[mark], self.whole)
        last = line + len(Mark)
        self._sum_head(last, _("Percent"))
        for place, tally in enumerate(columns, first):
            self._share(last, place, tally.percent, self.sum_percent)
        self._share(last, after + len(Mark), whole.percent, self.whole_percent)

    def _sum_head(self, line: int, word: str) -> None:
        self.page.write_blank(line, 0, None, self.head)
        self.page.write_string(line, 1, word, self.head)
        self.page.write_blank(line, 2, None, self.head)

    def _legend(self, line: int, sheet: BatchSheet) -> None:
        marks = [f"{mark.letter}: {mark.label}" for mark in Mark]
        legend = ", ".join([*marks, f"{DASH}: {_('not on the register')}"])
        for offset, words in enumerate((legend, *sheet.heading.notes)):
            self.page.write_string(line + offset, 1, words)

    def _share(self, line: int, place: int, percent: float | None, look: Any) -> None:
        self.page.write(line, place, None if percent is None else round(percent / 100, 3), look)

    def _row(self, line: int, cells: Sequence[Any]) -> None:
        looks = {int: self.number, datetime: self.moment, date: self.day, time: self.clock}
        for place, cell in enumerate(cells):
            if cell and isinstance(cell, str):
                # Never by `write`, which takes some texts for formulas.
                self.page.write_string(line, place, cell[:32767], self.text)
            else:
                self.page.write(line, place, cell, looks.get(type(cell), self.text))
