"""An old register: a line for each student, a column for each date, a mark in each cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from muster.attendance.models import MOST_MINUTES, Mark
from muster.exchange.errors import ImportFileRefused
from muster.exchange.files import FileLine
from muster.exchange.sections import SkippedLine

REQUIRED = ("batch",)
# Whom a line is about: by number or by e-mail. The name is for people who read the file.
OPTIONAL = ("student_number", "email", "name")

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

    @property
    def who(self) -> str:
        """The learner as the file names them."""
        return self.name or self.student_number or self.email


def marks_in(headings: Sequence[str], lines: Iterable[FileLine]) -> tuple[list[OldMark], list[SkippedLine]]:
    """The marks of a grid, and what cannot be read of it. Raises FileRefused where a heading is no date."""
    days = {heading: _day(heading) for heading in headings}
    if not days:
        raise ImportFileRefused(
            _("The file has no date columns. Use a date such as 2025-01-31 as each column's header.")
        )
    if len(set(days.values())) < len(days):
        raise ImportFileRefused(_("Two columns have the same date. Remove one."))
    marks: list[OldMark] = []
    problems: list[SkippedLine] = []
    for line in lines:
        cells = line.cells
        number, email = cells.get("student_number", ""), cells.get("email", "").lower()
        who = cells.get("name", "") or number or email
        wrong = line.problem
        if not wrong and not (cells["batch"] and (number or email)):
            wrong = _("A line needs a batch, and a student number or an email.")
        if wrong:
            problems.append(SkippedLine(line.number, who[:60], wrong))
            continue
        for heading, day in days.items():
            text = cells[heading].lower()
            if text in NOTHING:
                continue
            found = _mark(text)
            if found is None:
                wrong = _("%(day)s: “%(text)s” isn't a mark. Use P, A, L (with minutes: L 10) or E.")
                wrong %= {"day": day.isoformat(), "text": cells[heading][:30]}
                problems.append(SkippedLine(line.number, who[:60], wrong))
                continue
            marks.append(OldMark(line.number, cells["batch"], number, email, cells.get("name", ""), day, *found))
        if len(marks) > MOST_MARKS:
            raise ImportFileRefused(
                _("The file has more than %(most)d marks. Split it into smaller files.") % {"most": MOST_MARKS}
            )
    return marks, problems


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
