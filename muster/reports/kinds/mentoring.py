"""How mentoring goes: its figures, and every student with their mentor."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from muster.assessment.queries import mentoring_report
from muster.exchange.exports import MENTORING
from muster.insights.mentoring import MentoringScope, mentoring_figures
from muster.reports.content import Cells, ReportContent, ReportFigure, figures_table
from muster.reports.kinds.batches import exported_table
from muster.reports.kinds.work import AT_ONCE, ReportWork, file_stem_of, words_of_days

OF_PAIRS: Mapping[str, Cells] = {
    "student_name": Cells.TEXT,
    "student_number": Cells.TEXT,
    "instructor_name": Cells.TEXT,
    "assigned_on": Cells.DAY,
    "sessions_held": Cells.NUMBER,
    "sessions_missed": Cells.NUMBER,
    "last_contact": Cells.DAY,
    "next_session": Cells.DAY,
    "goals_reached": Cells.NUMBER,
    "goals_agreed": Cells.NUMBER,
    "progress": Cells.TEXT,
}


def mentoring(work: ReportWork) -> ReportContent:
    """The figures of mentoring between two days, and how each pair goes until now."""
    period = work.period()
    figures = mentoring_figures(MentoringScope(work.actor), period).figures
    pairs = mentoring_report(work.actor).iterator(AT_ONCE)
    empty = _("No student has a mentor yet.")
    return ReportContent(
        _("Mentoring report"),
        words_of_days(period),
        file_stem_of(_("mentoring"), period.first, period.last),
        figures=[ReportFigure(one) for one in figures.values()],
        tables=[
            exported_table("pairs", _("Students and mentors"), MENTORING, OF_PAIRS, pairs, empty),
            figures_table(figures),
        ],
    )
