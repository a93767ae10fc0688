"""Sheets as PDF: what `print/sheet.typ` is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from math import ceil, floor
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.attendance.models import Mark
from muster.attendance.queries import RegisterRow
from muster.attendance.register_files.model import (
    LETTERS,
    OFF_REGISTER,
    UNMARKED,
    BatchSheet,
    Column,
    Heading,
    Learner,
    RegisterSheet,
    Tally,
)
from muster.attendance.register_files.reading import meeting_signs
from muster.core.errors import Invalid
from muster.core.printing import breakable, print_pdf
from muster.institutions.queries import logo_of

TEMPLATE = Path(__file__).with_name("print") / "sheet.typ"
# What the printer does in about a second and 300 MB.
MOST_CELLS = 20_000

# Millimetres. A4 across within its margins; then the number of the line, the least for a name, the student number.
WIDTH = 277.0
NAMES = 8 + 46 + 20
TOTALS = 4 * 7.5 + 12
NARROWEST, WIDEST = 6.2, 9.0
# Of a column in which somebody signs.
NARROWEST_BLANK, WIDEST_BLANK = 15.0, 40.0
LOW_ROW, HIGH_ROW = 4.6, 8.5
DASH = "–"
# Of an empty box for a mark.
BOX = 11


def on_paper(sheet: RegisterSheet | BatchSheet) -> bytes:
    """The sheet as a PDF. Raises Invalid at `format` where it is too large, and NotPrinted."""
    body = _register(sheet) if isinstance(sheet, RegisterSheet) else _batch(sheet)
    return print_pdf(TEMPLATE, {**_frame(sheet.heading), **body}, logo=logo_of(sheet.heading.institution))


def _frame(heading: Heading) -> dict[str, Any]:
    now = timezone.localtime(timezone=heading.zone)
    return {
        "title": heading.title,
        "subject": breakable(heading.subject),
        "institution": breakable(heading.institution.name),
        "accreditation": _accreditation(heading),
        "printed": _("Printed %(when)s") % {"when": date_format(now, "j M Y, H:i")},
        "foot": _("All times are in %(zone)s.") % {"zone": str(heading.zone).replace("_", " ")},
        "facts": _facts(heading.facts),
        "notes": [breakable(note) for note in heading.notes],
        "legend": [],
        "empty": "",
        "watermark": breakable(heading.watermark),
        "words": {
            "page": _("Page {page} of {pages}"),
            "number_sign": _("No."),
            "learner": _("Learner"),
            "student_number": _("Number"),
            "totals": _("Totals"),
        },
        "signatures": [_("Instructor (print name)"), _("Signature"), _("Date")],
    }


def _accreditation(heading: Heading) -> str:
    number = heading.institution.accreditation_number
    return _("Accreditation %(number)s") % {"number": breakable(number)} if number else ""


def _facts(facts: Sequence[tuple[str, str]]) -> list[list[str]]:
    return [[word, breakable(value)] for word, value in facts]


def _must_fit(learners: int, columns: int) -> None:
    if learners * columns <= MOST_CELLS:
        return
    raise Invalid(
        _(
            "This is too large for a PDF: %(learners)s students by %(columns)s sessions, and a PDF holds up to "
            "%(most)s marks. Choose a shorter period, or use xlsx."
        )
        % {"learners": learners, "columns": columns, "most": number_format(MOST_CELLS, force_grouping=True)},
        field="format",
        code="too_large",
    )


def _legend(*more: tuple[str, str]) -> list[list[str]]:
    return [[mark.letter, str(mark.label)] for mark in Mark] + [[sign, word] for sign, word in more]


def _number(percent: float | None) -> str:
    return DASH if percent is None else number_format(percent, 1)


# --- one register --------------------------------------------------------------------------------------------------
def _register(sheet: RegisterSheet) -> dict[str, Any]:
    rows = sheet.register.rows
    _must_fit(len(rows), 8)
    columns = [(_("No."), 9), (_("Learner"), "2"), (_("Number"), 24)]
    if sheet.is_blank:
        columns += [(_("Signature"), "3"), (_("Time in"), 22), (_("Time out"), 22)]
    elif sheet.is_paper:
        columns += [*((letter, BOX) for letter in LETTERS), (_("Minutes late"), 22), (_("Note"), "3")]
    else:
        columns += [(_("Mark"), 26), (_("Minutes late"), 22), (_("Note"), "3"), (_("Marked"), 64)]
    return {
        "body": {
            "kind": "list",
            "row_height": HIGH_ROW if sheet.is_blank or sheet.is_paper else LOW_ROW,
            "columns": [{"label": label, "width": width} for label, width in columns],
            "groups": list(_groups(sheet, len(columns))),
        },
        "empty": "" if rows or sheet.is_blank or sheet.is_paper else _("No one was on the register on this day."),
        "legend": [] if sheet.is_blank else _legend() if sheet.is_paper else _legend((UNMARKED, _("Not marked"))),
        "notes": [breakable(note) for note in (_counts_line(sheet), *sheet.heading.notes) if note],
    }


def _groups(sheet: RegisterSheet, columns: int) -> Iterator[dict[str, Any]]:
    place = 0
    for batch, rows in groupby(sheet.register.rows, key=lambda row: (row.batch_code, row.batch_name)):
        lines = []
        for row in rows:
            place += 1
            lines.append(_line(sheet, place, row))
        code, name = batch
        yield {"label": breakable(f"{name} ({code})") if sheet.is_shared else "", "rows": lines}
    if sheet.spare:
        empty = [[""] * columns for _row in range(sheet.spare)]
        yield {"label": "", "rows": empty}


def _line(sheet: RegisterSheet, place: int, row: RegisterRow) -> list[Any]:
    who = [str(place), breakable(row.full_name), breakable(row.student_number)]
    if sheet.is_blank:
        return [*who, "", "", ""]
    if sheet.is_paper:
        return [*who, "", "", "", "", "", ""]
    if not row.status:
        return [*who, "", "", breakable(row.notes), ""]
    mark = Mark(row.status)
    at = date_format(row.marked_at.astimezone(sheet.heading.zone), "j M, H:i") if row.marked_at else ""
    return [
        *who,
        {"mark": mark.letter, "word": str(mark.label)},
        "" if row.minutes_late is None else str(row.minutes_late),
        breakable(row.notes),
        breakable(", ".join(part for part in (at, row.marked_by_name) if part)),
    ]


def _counts_line(sheet: RegisterSheet) -> str:
    """The register in one line of numbers."""
    if sheet.is_blank:
        return ""
    if sheet.is_paper:
        return _("Mark each learner with one cross: present, absent, late or excused.")
    summary = sheet.register.summary
    tally = Tally()
    for row in sheet.register.rows:
        tally.letters[row.status[0] if row.status else UNMARKED] += 1
    parts = [f"{mark.label} {tally[mark]}" for mark in Mark]
    if summary.unmarked:
        parts.append(_("Not marked %(count)s") % {"count": summary.unmarked})
    learners = ngettext("%(count)s learner", "%(count)s learners", summary.total) % {"count": summary.total}
    counted = f"{learners}: {', '.join(parts)}."
    if tally.percent is None:
        return counted
    return f"{counted} " + _("Attendance %(percent)s%%.") % {"percent": _number(tally.percent)}


# --- a batch's sheet -----------------------------------------------------------------------------------------------
def _batch(sheet: BatchSheet) -> dict[str, Any]:
    learners = list(sheet.learners())
    _must_fit(len(learners), len(sheet.columns))
    tallies = sheet.column_tallies()
    for learner in learners:
        tallies.add(learner)
    legend = [] if sheet.is_blank else _legend((UNMARKED, _("Not marked")))
    if any(OFF_REGISTER in learner.marks for learner in learners):
        legend.append([OFF_REGISTER, _("Not on the register that day")])
    empty = ""
    if not sheet.columns:
        empty = _("There were no sessions on these days.")
    elif not learners and not sheet.is_blank:
        empty = _("No one was on the register on these days.")
    return {
        "body": {
            "kind": "grid",
            "row_height": HIGH_ROW if sheet.is_blank else LOW_ROW,
            "spare": sheet.spare,
            "totals": [] if sheet.is_blank else [*LETTERS, "%"],
            "learners": [_learner(learner) for learner in learners],
            "pages": pages_of(sheet.columns, is_blank=sheet.is_blank),
            "sums": [] if sheet.is_blank or not learners else list(_sums(tallies.columns, tallies.whole)),
        },
        "facts": _facts([*sheet.heading.facts, (_("Learners"), str(len(learners)))]),
        "empty": empty,
        "legend": legend,
    }


def _learner(learner: Learner) -> dict[str, Any]:
    tally = learner.tally
    return {
        "name": breakable(learner.name),
        "number": breakable(learner.number),
        "marks": learner.marks,
        "totals": [*(str(tally[mark]) for mark in Mark), _number(tally.percent)],
    }


def _sums(columns: Sequence[Tally], whole: Tally) -> Iterator[dict[str, Any]]:
    for place, mark in enumerate(Mark):
        yield {
            "label": str(mark.label),
            "place": place,
            "values": [str(tally[mark]) for tally in columns],
            "whole": str(whole[mark]),
        }
    yield {
        "label": _("Attendance, percent"),
        "place": len(Mark),
        "values": [DASH if tally.percent is None else f"{tally.percent:.0f}" for tally in columns],
        "whole": _number(whole.percent),
    }


def pages_of(columns: Sequence[Column], *, is_blank: bool) -> list[dict[str, Any]]:
    """Which columns stand side by side: as evenly as may be, all of one width, the last beside the totals."""
    narrowest, widest = (NARROWEST_BLANK, WIDEST_BLANK) if is_blank else (NARROWEST, WIDEST)
    room = WIDTH - NAMES
    room_beside_totals = room if is_blank else room - TOTALS
    most, most_beside_totals = floor(room / narrowest), floor(room_beside_totals / narrowest)
    count = 1 + max(0, ceil((len(columns) - most_beside_totals) / most))
    last = min(most_beside_totals, ceil(len(columns) / count))
    each = ceil((len(columns) - last) / (count - 1)) if count > 1 else 0
    width = min(widest, room_beside_totals / max(last, 1), room / max(each, 1))
    signs = meeting_signs(column.meeting for column in columns if column.meeting)
    # The pages before the last are filled from the left; what is left over is the last one's.
    cuts = [*(min(each * place, len(columns) - last) for place in range(count)), len(columns)]
    return [
        {
            "first": begin,
            "width": round(width, 2),
            "totals": not is_blank and place == count - 1,
            "months": list(_months(columns[begin:end])),
            "columns": [_head(column, signs) for column in columns[begin:end]],
        }
        for place, (begin, end) in enumerate(pairwise(cuts))
    ]


def _months(columns: Sequence[Column]) -> Iterator[dict[str, Any]]:
    for _month, days in groupby(columns, key=lambda column: (column.date.year, column.date.month)):
        span = list(days)
        day = span[0].date
        yield {"label": date_format(day, "F Y"), "short": date_format(day, "M"), "span": len(span)}


def _head(column: Column, signs: dict[str, str]) -> dict[str, str]:
    return {
        "weekday": date_format(column.date, "D"),
        "day": str(column.date.day),
        "time": _("daily") if column.is_daily else f"{column.start_time:%H:%M}" if column.start_time else "",
        "note": signs.get(column.meeting, ""),
    }
