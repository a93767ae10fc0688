"""What is due soon, or late, as the home pages count it down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.assessment.models import Assessment
from muster.progression.queries.rollover import next_semester
from muster.submissions.deadlines import Deadline
from muster.web.submissions.words import due_title, due_words, prepare_url, tone_of, unit_words
from muster.web.ui.components import Tone

MOST_DUE = 5


@dataclass(frozen=True)
class DueItem:
    """Something with the days that are left, or that it is late by; `opens` is its way out, as a dialog or a page."""

    on: date
    count: int
    unit: str
    title: str
    text: str
    url: str
    go: str
    tone: Tone = ""
    is_dialog: bool = False


def soonest(*items: Iterable[DueItem]) -> list[DueItem]:
    """The most urgent of all of them."""
    return sorted((one for some in items for one in some), key=lambda one: (one.on, one.title))[:MOST_DUE]


def submissions_due(deadlines: Sequence[Deadline]) -> Iterator[DueItem]:
    """What an authority waits for: out of `deadlines_of`, the most urgent first."""
    for one in deadlines[:MOST_DUE]:
        yield DueItem(
            on=one.due_on,
            count=abs(one.days_left),
            unit=unit_words(one),
            title=due_title(one),
            text=f"{one.batch.code} · {due_words(one)}",
            url=prepare_url(one),
            go=_("Prepare"),
            tone=tone_of(one),
        )


def rollovers_due(years: Sequence[Any]) -> Iterator[DueItem]:
    """The batch years whose semester is over: out of `semesters_over`, the longest over first."""
    for batch in years[:MOST_DUE]:
        days, following = (batch.today() - batch.ended_on).days, next_semester(batch)
        words = {"batch": batch.code, "next": following, "now": batch.current_semester}
        ended = {"now": batch.current_semester, "day": date_format(batch.ended_on, "j F")}
        yield DueItem(
            on=batch.ended_on,
            count=days,
            unit=ngettext("day late", "days late", days),
            title=(_("Promote %(batch)s to semester %(next)d") if following else _("Complete %(batch)s")) % words,
            text=_("Semester %(now)d ended on %(day)s.") % ended,
            url=f"{reverse('progression:roll-over', args=[batch.pk])}?{urlencode({'next': reverse('home')})}",
            go=_("Roll over") if following else _("Complete"),
            tone="bad",
            is_dialog=True,
        )


def marks_due(assessments: Iterable[Any]) -> Iterator[DueItem]:
    """Marks that an instructor has not entered: out of `marks_missing`."""
    for one in assessments:
        days = (one.batch.today() - one.due_on).days
        words = {"marked": one.marked, "expected": one.expected}
        yield DueItem(
            on=one.due_on,
            count=days,
            unit=ngettext("day ago", "days ago", days),
            title=_("Marks of %(title)s") % {"title": one.title},
            text=f"{one.batch.code} · {_('%(marked)d of %(expected)d marked') % words}",
            url=reverse("assessment:sheet", args=[one.batch_id]),
            go=_("Enter marks"),
            tone="warn",
        )


def work_due(assessments: Iterable[Assessment]) -> Iterator[DueItem]:
    """What students hand in, or sit: out of `due_soon`."""
    for one in assessments:
        days = (one.due_on - one.batch.today()).days
        yield DueItem(
            on=one.due_on,
            count=days,
            unit=ngettext("day left", "days left", days),
            title=one.title,
            text=f"{one.batch.name} · {_('Due %(day)s.') % {'day': date_format(one.due_on, 'D j F')}}",
            url=reverse("assessment:marks", args=[one.batch_id]),
            go=_("View"),
            tone="warn" if days <= 3 else "",
        )
