"""One assessment: how it went, who is missing, and each student's mark."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from muster.assessment.models import Assessment
from muster.assessment.permissions import assessments
from muster.assessment.queries import MarksRow, MarkStatistics, marks_sheet_of, statistics_of_marks
from muster.people.links import student_url
from muster.progression.grading.typed import plain_number
from muster.web.assessment.actions import assessment_url, number_to_publish
from muster.web.assessment.assessments import assessment_for
from muster.web.assessment.own import mark_words
from muster.web.batches.frame import Frame, batch_for, tab_page
from muster.web.requests import ActorRequest
from muster.web.ui.pages import page


class SpanBar(NamedTuple):
    """How many scores lie in a span; `width` is of the largest, in percent."""

    label: str
    number: int
    share: int
    width: int


class MarkLine(NamedTuple):
    """A student with their mark in words."""

    name: str
    url: str
    mark: str
    comment: str
    is_published: bool
    is_expected: bool
    comment_url: str


@page(assessments["marks"])
def statistics_page(request: ActorRequest, batch_id: UUID, assessment_id: UUID) -> HttpResponse:
    """How the assessment went, and everybody's mark."""
    actor = request.actor
    row = assessment_for(actor, batch_id, assessment_id)
    frame = Frame(actor, batch_for(actor, batch_id, "see_staff"), "marks")
    sheet = marks_sheet_of(row.batch, [row.pk])
    found = statistics_of_marks(sheet, row)
    may_change = not row.batch.is_archived and assessments.allows(actor, "change", row)
    lines = [_line(row, one, may_change=may_change) for one in sheet.rows]
    published = sum(one.is_published for one in lines)
    context = {
        "row": row,
        "statistics": found,
        "figures": [
            (_("Mean"), _figure(found.mean)),
            (_("Lower quartile"), _figure(found.lower_quartile)),
            (_("Median"), _figure(found.median)),
            (_("Upper quartile"), _figure(found.upper_quartile)),
        ],
        "bars": _bars(found),
        "missing": [one for one in lines if one.is_expected and not one.mark],
        "lines": lines,
        "published": published,
        "due": number_to_publish(sheet.rows, row),
        "may_change": may_change,
        "maximum": plain_number(row.maximum),
        "extra": plain_number(row.extra_credit) if row.extra_credit else "",
        "url": assessment_url(row),
    }
    return tab_page(request, frame, "assessment/assessment.html", context)


def _figure(value: Any) -> str:
    return "–" if value is None else plain_number(value)


def _bars(found: MarkStatistics) -> list[SpanBar]:
    most, every = max((one.number for one in found.spans), default=0) or 1, len(found.scores) or 1
    made = []
    for one in found.spans:
        least = plain_number(one.least)
        label = (
            _("over %(least)s") % {"least": least}
            if one.below is None
            else _("%(least)s to %(below)s") % {"least": least, "below": plain_number(one.below)}
        )
        made.append(SpanBar(label, one.number, round(100 * one.number / every), round(100 * one.number / most)))
    return made


def _line(row: Assessment, one: MarksRow, *, may_change: bool) -> MarkLine:
    mark, is_published = one.marks.get(row.pk), one.is_locked(row)
    comment_url = reverse("assessment:comment", args=[row.batch_id, row.pk, one.enrollment.pk])
    return MarkLine(
        str(one.enrollment.student.full_name),
        student_url(one.enrollment.student_id),
        mark_words(mark),
        mark.comment if mark else "",
        is_published,
        one.learns,
        comment_url if may_change and not is_published else "",
    )
