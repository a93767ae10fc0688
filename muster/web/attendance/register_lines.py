"""The rows of a register: what they say, and how they are drawn."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from django.template.loader import get_template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from muster.accounts.models import initials_of
from muster.attendance.models import Mark
from muster.attendance.queries import RegisterRow
from muster.attendance.queries.absences import AbsenceEvidence
from muster.web.people.photos import draw_face
from muster.web.ui.widgets import last_five, percent

LETTERS = {mark.value: mark.value[0] for mark in Mark}


@dataclass(frozen=True)
class RegisterLine:
    """One learner as the page shows them."""

    no: int
    row: RegisterRow
    minimum: int
    proof: AbsenceEvidence | None = None
    evidence_url: str = ""

    @property
    def face(self) -> SafeString:
        row = self.row
        return draw_face(row.student_id, initials_of(row.given_name, row.family_name, row.full_name), row.photo)

    @property
    def letter(self) -> str:
        return LETTERS.get(self.row.status or "", "")

    @property
    def word(self) -> str:
        return str(Mark(self.row.status).label) if self.row.status else _("Not marked")

    @property
    def at(self) -> str:
        """When the mark was made."""
        return self.row.marked_at.isoformat() if self.row.marked_at else ""

    @property
    def last(self) -> SafeString:
        """The last sessions, drawn."""
        return last_five(self.row.last) if self.row.last else SafeString("")

    @property
    def rate(self) -> str:
        return "" if self.row.percent is None else f"{self.row.percent:g}"

    @property
    def rate_words(self) -> str:
        return "" if self.row.percent is None else percent(self.row.percent)

    @property
    def is_low(self) -> bool:
        """Below what is asked for."""
        return self.row.percent is not None and self.row.percent < self.minimum

    @property
    def about(self) -> str:
        """What stands below the name in the sheet."""
        said = [_("Attendance %(rate)s") % {"rate": self.rate_words}] if self.rate else []
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
# A class has forty rows and hardly five shapes of them. The template is drawn once in a process for each shape and
# language, with gaps where the learners differ, which is several times quicker than once for each learner.
GAP = re.compile("\ue000(\\w+)\ue001")
LINE_GAPS = ("no", "face", "rate", "rate_words", "about", "at", "evidence_url", "last")
ROW_GAPS = ("enrollment_id", "full_name", "student_number", "record_id", "minutes_late", "notes")


# By the template, so that one that was edited is drawn anew.
MOULDS: WeakKeyDictionary[Any, dict[object, str]] = WeakKeyDictionary()


def drawn_lines(lines: Sequence[RegisterLine], *, is_open: bool) -> list[SafeString]:
    """Each row as HTML."""
    template = get_template("attendance/register_line.html")
    around = {
        "is_open": is_open,
        "marks": [(mark.value, LETTERS[mark.value], mark.label) for mark in Mark],
        "icons": static("icons.svg"),
    }
    moulds = MOULDS.setdefault(template.template, {})  # type: ignore[attr-defined]  # only Jinja has none
    drawn: list[SafeString] = []
    for line in lines:
        row = line.row
        if line.proof is not None:
            drawn.append(SafeString(template.render({"line": line, "row": row, **around})))
            continue
        of_row = (row.status, row.minutes_late is None, not row.notes, row.frozen)
        shape = (*of_row, line.is_low, is_open, get_language())
        if shape not in moulds:
            mould = {"line": _Mould(line, LINE_GAPS), "row": _Mould(row, ROW_GAPS)}
            moulds[shape] = template.render({**mould, **around})
        drawn.append(_fill_mould(moulds[shape], line))
    return drawn


class _Mould:
    """A line, or its row, that says gaps instead of what it says of its learner."""

    def __init__(self, of: Any, gaps: Sequence[str]) -> None:
        self._of, self._gaps = of, gaps

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._of, name)
        # Without minutes, or without a note, a row has another shape.
        is_gap = name in self._gaps and (name not in ("minutes_late", "notes") or value not in (None, ""))
        return SafeString(f"\ue000{name}\ue001") if is_gap else value


def _fill_mould(mould: str, line: RegisterLine) -> SafeString:
    said = {name: getattr(line, name) for name in LINE_GAPS} | {name: getattr(line.row, name) for name in ROW_GAPS}
    words = {name: "" if value is None else str(conditional_escape(value)) for name, value in said.items()}
    return SafeString(GAP.sub(lambda gap: words[gap[1]], mould))
