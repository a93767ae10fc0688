"""An old register: a line for each student, a column for each date, a mark in each cell; or a line for each mark, as
the export of registers has it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from django.utils.translation import gettext as _

from muster.attendance.models import MOST_MINUTES, MOST_NOTES, Mark
from muster.exchange.errors import ImportFileRefused
from muster.exchange.files import read_grid, without_columns
from muster.exchange.sections import SkippedLine

# Whom a line is about: by number or by e-mail. The name is for people who read the file.
WHO = ("batch", "batch_code", "student_number", "email", "name", "learner")
# What a file has besides that says one mark in each line; `minutes_late` and `note` it may have.
ONE_MARK = ("date", "status")

# The year comes first: 03/04/2025 is another day here than there.
ISO = re.compile(r"^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[T ]00:00(?::00)?)?$")
# "p" and "present", and so on.
WORDS = {word.lower(): mark for mark in Mark for word in (mark.letter, mark.value)}
# "L 10" and "late 10": the minutes.
LATE = re.compile(r"^(?:l|late)\s*[:(]?\s*(\d{1,4})\s*(?:min)?\)?$")
NOTHING = {"", "-", "–"}
MOST_MARKS = 500_000


@dataclass(frozen=True)
class OldMark:
    """One cell: who, when, and what it says."""

    line: int
    batch: str
    student_number: str
    email: str
    name: str
    day: date
    mark: Mark
    minutes_late: int | None = None
    notes: str = ""

    @property
    def who(self) -> str:
        """The learner as the file names them."""
        return self.name or self.student_number or self.email


def marks_in(content: bytes) -> tuple[list[OldMark], list[SkippedLine]]:
    """The marks of a file, and what cannot be read of it. Raises FileRefused where a heading is no date."""
    headings, lines = read_grid(content, required=(), optional=WHO)
    if lines and not lines[0].cells.keys() & {"batch", "batch_code"}:
        raise without_columns(["batch"])
    columns = {"_".join(heading.lower().split()): heading for heading in headings}
    is_list = set(ONE_MARK) <= columns.keys()
    cells_of = partial(_one_mark, columns) if is_list else partial(_row_of_marks, _days(headings))
    marks: list[OldMark] = []
    problems: list[SkippedLine] = []
    for line in lines:
        cells = line.cells
        batch, name = (cells.get(one) or cells.get(other, "") for one, other in (WHO[:2], WHO[-2:]))
        number, email = cells.get("student_number", ""), cells.get("email", "").lower()
        who = name or number or email
        wrong = line.problem
        if not wrong and not (batch and (number or email)):
            wrong = _("A line needs a batch, and a student number or an email.")
        if wrong:
            problems.append(SkippedLine(line.number, who[:60], wrong))
            continue
        for found in cells_of(cells):
            if isinstance(found, str):
                problems.append(SkippedLine(line.number, who[:60], found))
            else:
                marks.append(OldMark(line.number, batch, number, email, name, *found))
        if len(marks) > MOST_MARKS:
            raise ImportFileRefused(
                _("The file has more than %(most)d marks. Split it into smaller files.") % {"most": MOST_MARKS}
            )
    return marks, problems


# A day, its mark, minutes and note; or why a cell is none.
Found = tuple[date, Mark, int | None, str] | str


def _row_of_marks(days: Mapping[str, date], cells: Mapping[str, str]) -> Iterator[Found]:
    for heading, day in days.items():
        text = cells[heading].lower()
        if text in NOTHING:
            continue
        found = _mark(text)
        yield (day, *found, "") if found else _no_mark(day, cells[heading])


def _one_mark(columns: Mapping[str, str], cells: Mapping[str, str]) -> Iterator[Found]:
    names = (*ONE_MARK, "minutes_late", "note")
    date_text, text, minutes, note = (cells.get(columns.get(name, ""), "") for name in names)
    try:
        day = _day(date_text)
    except ImportFileRefused:
        yield _("“%(text)s” isn't a date. Write dates as 2025-01-31.") % {"text": date_text[:30]}
        return
    if len(note) > MOST_NOTES:
        yield _("%(day)s: keep the note to %(most)d characters.") % {"day": day.isoformat(), "most": MOST_NOTES}
        return
    found = _mark(f"{text} {minutes}".strip().lower())
    yield (day, *found, note) if found else _no_mark(day, f"{text} {minutes}".strip())


def _no_mark(day: date, text: str) -> str:
    words = _("%(day)s: “%(text)s” isn't a mark. Use P, A, L (with minutes: L 10) or E.")
    return words % {"day": day.isoformat(), "text": text[:30]}


def _days(headings: Sequence[str]) -> dict[str, date]:
    days = {heading: _day(heading) for heading in headings}
    if not days:
        raise ImportFileRefused(
            _("The file has no date columns. Use a date such as 2025-01-31 as each column's header.")
        )
    if len(set(days.values())) < len(days):
        raise ImportFileRefused(_("Two columns have the same date. Remove one."))
    return days


def _day(heading: str) -> date:
    match = ISO.match(heading)
    try:
        if match:
            return date(int(match[1]), int(match[3]), int(match[4]))
    except ValueError:
        # Such as the 30th of February.
        pass
    raise ImportFileRefused(
        _("The column “%(name)s” isn't a date or one of batch, student_number, email, name.") % {"name": heading[:40]}
        + " "
        + _("Write dates as 2025-01-31.")
    )


def _mark(text: str) -> tuple[Mark, int | None] | None:
    if mark := WORDS.get(text):
        return mark, None
    if (late := LATE.match(text)) and int(late[1]) <= MOST_MINUTES:
        return Mark.LATE, int(late[1])
    return None
