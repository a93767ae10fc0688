"""The rows of a register: what they say, and how they are drawn."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from django.template.loader import get_template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from muster.attendance.models import Mark
from muster.attendance.queries import RegisterRow
from muster.attendance.queries.absences import AbsenceEvidence
from muster.web.ui.templatetags.muster import last_five

LETTERS = {mark.value: mark.value[0] for mark in Mark}


class Labels:
    """What each row says to screen readers, in words that are looked up once for the page."""

    def __init__(self) -> None:
        self.details = _("Details of %(name)s")
        self.minutes = _("Minutes late for %(name)s")
        self.note = _("Note for %(name)s")
        self.low = _("attendance %(rate)s %%")
        self.marks = {mark.value: str(mark.label) for mark in Mark}
        self.unmarked = _("Not marked")
        self._last = {"": SafeString("")}

    def last(self, letters: str) -> SafeString:
        """These marks, drawn; many learners have the same."""
        if letters not in self._last:
            self._last[letters] = last_five(letters)
        return self._last[letters]


@dataclass(frozen=True)
class RegisterLine:
    """One learner as the page shows them."""

    no: int
    row: RegisterRow
    minimum: int
    labels: Labels
    proof: AbsenceEvidence | None = None
    evidence_url: str = ""

    @property
    def initials(self) -> str:
        parts = [part for part in self.row.full_name.split() if part[0].isalpha()]
        return "".join(part[0] for part in (parts[:1] + parts[-1:] if len(parts) > 1 else parts)).upper()

    @property
    def letter(self) -> str:
        return LETTERS.get(self.row.status or "", "")

    @property
    def word(self) -> str:
        return self.labels.marks[self.row.status] if self.row.status else self.labels.unmarked

    @property
    def says_details(self) -> str:
        return self.labels.details % {"name": self.row.full_name}

    @property
    def says_minutes(self) -> str:
        return self.labels.minutes % {"name": self.row.full_name}

    @property
    def says_note(self) -> str:
        return self.labels.note % {"name": self.row.full_name}

    @property
    def says_low(self) -> str:
        return self.labels.low % {"rate": self.rate}

    @property
    def at(self) -> str:
        """When the mark was made."""
        return self.row.marked_at.isoformat() if self.row.marked_at else ""

    @property
    def last(self) -> SafeString:
        """The last sessions, drawn."""
        return self.labels.last(self.row.last)

    @property
    def rate(self) -> str:
        return "" if self.row.percent is None else f"{self.row.percent:g}"

    @property
    def is_low(self) -> bool:
        """Below what the institution asks for."""
        return self.row.percent is not None and self.row.percent < self.minimum

    @property
    def about(self) -> str:
        """What stands below the name in the sheet."""
        said = [_("Attendance %(rate)s %%") % {"rate": self.rate}] if self.rate else []
        return ", ".join(part for part in (*said, self.row.student_number) if part)

    @property
    def files(self) -> list[tuple[str, str]]:
        """Name and address of each file that shows why."""
        kept = self.proof.files if self.proof else []
        return [(one.file_name, reverse("attendance:evidence", args=(one.pk,))) for one in kept]

    @property
    def announced(self) -> str:
        """The reason of an absence that was announced."""
        notice = self.proof.notice if self.proof else None
        return _("Absence reported: %(reason)s") % {"reason": notice.reason} if notice else ""

    @property
    def correction(self) -> str:
        """That another mark is asked for, of a register that is locked."""
        return _("A correction to Excused has been requested.") if self.proof and self.proof.is_pending else ""

    @property
    def says(self) -> list[Any]:
        """What the form held when it was drawn, to tell what was changed in it."""
        return [self.row.status or "", self.row.minutes_late, self.row.notes]


# --- drawing -------------------------------------------------------------------------------------------------------
# A class has forty rows and hardly five shapes of them. The template is drawn once for each shape, with gaps where
# the learners differ, which is several times quicker than once for each learner.
GAP = re.compile("\ue000(\\w+)\ue001")


def drawn_lines(lines: Sequence[RegisterLine], *, is_open: bool) -> list[SafeString]:
    """Each row as HTML."""
    template = get_template("attendance/register_line.html")
    around = {
        "is_open": is_open,
        "marks": [(mark.value, LETTERS[mark.value], mark.label) for mark in Mark],
        "icons": static("icons.svg"),
    }
    moulds: dict[object, str] = {}
    drawn: list[SafeString] = []
    for line in lines:
        row = line.row
        if line.proof is not None:
            drawn.append(SafeString(template.render({"line": line, "row": row, **around})))
            continue
        shape = (row.status, row.minutes_late is None, not row.notes, line.is_low, row.frozen)
        if shape not in moulds:
            mould = _mould(line)
            moulds[shape] = template.render({"line": mould, "row": mould.row, **around})
        drawn.append(_fill_mould(moulds[shape], line))
    return drawn


GAPS: dict[str, Callable[[RegisterLine], Any]] = {
    "id": lambda line: line.row.enrollment_id,
    "no": lambda line: line.no,
    "name": lambda line: line.row.full_name,
    "number": lambda line: line.row.student_number,
    "record": lambda line: line.row.record_id or "",
    "minutes": lambda line: line.row.minutes_late,
    "notes": lambda line: line.row.notes,
    "rate": lambda line: line.rate,
    "about": lambda line: line.about,
    "at": lambda line: line.at,
    "evidence": lambda line: line.evidence_url,
    "initials": lambda line: line.initials,
    "details": lambda line: line.says_details,
    "late": lambda line: line.says_minutes,
    "note": lambda line: line.says_note,
    "low": lambda line: line.says_low,
    "last": lambda line: line.last,
}


def _gap(name: str) -> SafeString:
    return SafeString(f"\ue000{name}\ue001")


def _mould(line: RegisterLine) -> Any:
    """A line like this one that says gaps instead of what it says of its learner."""
    row = line.row
    return SimpleNamespace(
        row=SimpleNamespace(
            enrollment_id=_gap("id"),
            full_name=_gap("name"),
            student_number=_gap("number"),
            record_id=_gap("record"),
            status=row.status,
            minutes_late=None if row.minutes_late is None else _gap("minutes"),
            notes=_gap("notes") if row.notes else "",
            frozen=row.frozen,
        ),
        no=_gap("no"),
        rate=_gap("rate"),
        about=_gap("about"),
        at=_gap("at"),
        evidence_url=_gap("evidence"),
        initials=_gap("initials"),
        says_details=_gap("details"),
        says_minutes=_gap("late"),
        says_note=_gap("note"),
        says_low=_gap("low"),
        last=_gap("last"),
        is_low=line.is_low,
        letter=line.letter,
        word=line.word,
    )


def _fill_mould(mould: str, line: RegisterLine) -> SafeString:
    said = {name: str(conditional_escape(read(line))) for name, read in GAPS.items()}
    return SafeString(GAP.sub(lambda gap: said[gap[1]], mould))
