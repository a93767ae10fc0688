"""Lines of a catalogue as sections: every line is taken whole, or listed with what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from django.utils.translation import gettext as _

from muster.exchange.files import FileLine
from muster.exchange.sections.terms import TERMS

COLUMNS = (
    "year",
    "term",
    "subject",
    "number",
    "title",
    "crn",
    "section",
    "part_of_term",
    "days",
    "start_time",
    "end_time",
    "building",
    "room",
    "instructors",
)

# Codes are the same in whatever case they are written.
CODES = ("term", "subject", "number", "crn", "section", "days")

# As the catalogue writes the days of the week.
DAY_LETTERS = {"M": 1, "T": 2, "W": 3, "R": 4, "F": 5, "S": 6, "U": 7}
CLOCK = re.compile(r"^(\d{1,2}):(\d{2})(?::00)?\s*([AP])\.?M\.?$|^(\d{1,2}):(\d{2})(?::00)?$", re.IGNORECASE)
MOST_INSTRUCTORS = 20


@dataclass(frozen=True)
class SkippedLine:
    """A line that is not imported, and why."""

    line: int
    crn: str
    message: str


@dataclass(frozen=True)
class WeeklyTime:
    """A weekly pattern of a section: on these days, from then to then, in this room if one is known."""

    days: tuple[int, ...]
    start: time
    end: time
    room: str = ""

    def overlaps(self, other: WeeklyTime) -> bool:
        """Whether both take place at one time of the week; touching is not overlapping."""
        return self.start < other.end and other.start < self.end and not set(self.days).isdisjoint(other.days)


@dataclass
class Section:
    """One section, of one or more lines with the same CRN."""

    year: str
    term: str
    crn: str
    subject: str
    number: str
    label: str
    title: str
    part_of_term: str
    line: int
    meetings: list[WeeklyTime] = field(default_factory=list)
    # Codes of people; the first leads, the others assist.
    instructors: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        """What the section is known by at its university: CRNs are given anew each term."""
        return f"{self.year}-{self.term}-{self.crn}"

    @property
    def course_code(self) -> str:
        return f"{self.subject}-{self.number}"

    @property
    def code(self) -> str:
        """The batch's code: readable by its beginning, unique by the CRN and the term."""
        return "-".join(filter(None, (self.subject, self.number, self.label, self.crn, TERMS[self.year, self.term][0])))

    @property
    def dates(self) -> tuple[date, date]:
        """First and last day."""
        return TERMS[self.year, self.term][1][self.part_of_term]

    @property
    def lead(self) -> str:
        return self.instructors[0] if self.instructors else ""

    def __str__(self) -> str:
        return self.code


def sections_in(lines: Iterable[FileLine]) -> tuple[list[Section], list[SkippedLine]]:
    """The sections in the order of their first lines, and the lines that are left out.

    A line is left out whole. A section none of whose lines is good is left out with them.
    """
    sections: dict[str, Section] = {}
    problems: list[SkippedLine] = []
    for line in lines:
        cells = {name: cell.upper() if name in CODES else cell for name, cell in line.cells.items()}
        crn = cells["crn"][:40]
        if wrong := line.problem or _wrong_with(cells):
            problems.append(SkippedLine(line.number, crn, wrong))
            continue
        read = _section(line.number, cells)
        known = sections.get(read.key)
        if wrong := _does_not_join(known, read):
            problems.append(SkippedLine(line.number, crn, wrong))
        elif known is None:
            sections[read.key] = read
        else:
            known.meetings += read.meetings
            known.instructors += [code for code in read.instructors if code not in known.instructors]
    return list(sections.values()), problems


def _wrong_with(cells: dict[str, str]) -> str:
    for name, most in (("subject", 10), ("number", 10), ("title", 200), ("crn", 10)):
        if not cells[name]:
            return _("The line has no %(column)s.") % {"column": name}
        if len(cells[name]) > most:
            return _("The %(column)s has more than %(most)d characters.") % {"column": name, "most": most}
    # What a code of a batch holds: these four, the term, and hyphens between them.
    if sum(len(cells[name]) for name in ("subject", "number", "section", "crn")) > 32:
        return _("Subject, number, section and CRN have more than %(most)d characters in total.") % {"most": 32}
    if len(_room_name(cells)) > 100:
        return _("The %(column)s has more than %(most)d characters.") % {"column": "room", "most": 100}
    term = TERMS.get((cells["year"], cells["term"]))
    if term is None:
        return _("There are no dates for %(term)s %(year)s.") % {
            "term": cells["term"].title()[:20] or "?",
            "year": cells["year"][:10] or "?",
        }
    if cells["part_of_term"] not in term[1]:
        return _("“%(name)s” isn't a known part of term.") % {"name": cells["part_of_term"][:20]}
    instructors = _instructors(cells)
    if len(instructors) > MOST_INSTRUCTORS or any(len(code) > 40 for code in instructors):
        return _("There are more than %(most)d instructors, or a name has more than 40 characters.") % {
            "most": MOST_INSTRUCTORS
        }
    return _wrong_with_times(cells["days"], cells["start_time"], cells["end_time"])


def _wrong_with_times(days: str, start: str, end: str) -> str:
    if not (days or start or end):
        return ""  # A section that meets at no fixed time.
    letters = days.replace(" ", "")
    unknown = [letter for letter in letters if letter not in DAY_LETTERS]
    if not letters or unknown or len(set(letters)) < len(letters):
        return _("“%(days)s” aren't valid days. Use the letters M T W R F S U, each once.") % {"days": days[:20]}
    begins, ends = clock(start), clock(end)
    if begins is None or ends is None:
        return _("“%(time)s” isn't a valid time. Use a format such as 09:30 AM.") % {
            "time": (start if begins is None else end)[:20]
        }
    if ends <= begins:
        return _("The session ends at %(end)s, before it starts at %(start)s.") % {
            "start": f"{begins:%H:%M}",
            "end": f"{ends:%H:%M}",
        }
    return ""


def _does_not_join(known: Section | None, read: Section) -> str:
    """Why the line cannot be one more meeting of the section known by its CRN, or nothing."""
    if known is None:
        return ""
    if (known.course_code, known.label, known.part_of_term) != (read.course_code, read.label, read.part_of_term):
        return _("CRN %(crn)s is already %(section)s, in line %(line)d.") % {
            "crn": read.crn,
            "section": f"{known.course_code} {known.label}".strip(),
            "line": known.line,
        }
    for new in read.meetings:
        for old in known.meetings:
            if new.overlaps(old):
                return _("The session overlaps another one of the same section.")
    return ""


def _section(line: int, cells: dict[str, str]) -> Section:
    said: dict[str, Any] = {
        name: cells[name] for name in ("year", "term", "crn", "subject", "number", "title", "part_of_term")
    }
    section = Section(**said, label=cells["section"], line=line, instructors=_instructors(cells))
    start, end = clock(cells["start_time"]), clock(cells["end_time"])
    if start is not None and end is not None:
        days = tuple(sorted(DAY_LETTERS[letter] for letter in cells["days"].replace(" ", "")))
        section.meetings.append(WeeklyTime(days, start, end, _room_name(cells)))
    return section


def _room_name(cells: dict[str, str]) -> str:
    """Building and room; a building alone is no room that could be taken."""
    return " ".join(f"{cells['building']} {cells['room']}".split()) if cells["room"] else ""


def _instructors(cells: dict[str, str]) -> list[str]:
    codes = (" ".join(code.split()) for code in cells["instructors"].split(";"))
    return list(dict.fromkeys(code for code in codes if code))


def clock(text: str) -> time | None:
    """A time of day such as `09:30 AM` or `13:30`; None for what is none."""
    match = CLOCK.match(text)
    if match is None:
        return None
    if match[3]:
        hour, minute = int(match[1]), int(match[2])
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match[3].upper() == "P" else 0)
    else:
        hour, minute = int(match[4]), int(match[5])
    return time(hour, minute) if hour < 24 and minute < 60 else None
