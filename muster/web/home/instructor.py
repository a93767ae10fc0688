"""Home of an instructor: where to be next, today, this week, own batches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.allocation.queries import mentees_of
from muster.assessment.queries import due_soon, marks_missing
from muster.attendance.queries.missing import register_states
from muster.batches.models import Batch
from muster.batches.occurrences import Occurrence, occurrences_ahead
from muster.batches.queries import batches_taught_by, taught_by
from muster.core.numbers import group_digits
from muster.institutions.access import Actor
from muster.mentoring.queries import questions_waiting_for, sessions_ahead
from muster.privacy.queries import consents_waiting
from muster.progression.permissions import results
from muster.progression.queries import sheets_with_gaps
from muster.web.feedback.words import home_rounds
from muster.web.home.due import MOST_DUE, marks_due, soonest, work_due
from muster.web.home.mentor import mentoring_occurrence
from muster.web.home.needs import missing_registers_item
from muster.web.home.today import links_to, next_session, today_of
from muster.web.home.waiting import waiting_card
from muster.web.home.words import day_name
from muster.web.insights.trend import attendance_trend
from muster.web.risk.widgets import risk_card
from muster.web.ui.components import Tab

HORIZON, DAYS_AHEAD = 120, 6
MOST_QUESTIONS, MOST_MENTORING, MOST_TALKS = 5, 8, 50


def instructor_home(request: HttpRequest, actor: Actor, tabs: Sequence[Tab]) -> HttpResponse:
    """The page, in a number of statements that does not grow with the batches."""
    assert actor.user is not None  # noqa: S101
    now = actor.now()
    mine = Batch.objects.filter(taught_by(actor.user.pk), institution=actor.institution)
    ahead = [meeting for meeting in occurrences_ahead(actor, mine, HORIZON) if meeting.has(actor.user.pk)]
    todays = [meeting for meeting in ahead if meeting.days_away == 0]
    to_come = [meeting for meeting in ahead if not meeting.is_over(now)]
    week = sorted(
        (one for one in to_come if 0 < one.days_away <= DAYS_AHEAD), key=lambda one: (one.days_away, one.starts_at)
    )
    batches, mentees = list(batches_taught_by(actor)), list(mentees_of(actor, actor.user))
    standing = register_states(actor, [meeting.session_id for meeting in (*todays, *to_come[:1])])
    registers = links_to(standing.of)
    meets = sessions_ahead(actor, HORIZON, MOST_TALKS) if mentees else []
    talks = [mentoring_occurrence(actor, row) for row in meets]
    # Whichever is first, of a batch or with somebody they mentor.
    first = sorted([*to_come[:2], *talks[:2]], key=lambda one: one.starts_at)
    talks_today = sum(one.days_away == 0 for one in talks)
    talks_of_week = [row for row, one in zip(meets, talks, strict=True) if one.days_away <= DAYS_AHEAD]
    next_of: dict[object, object] = {}
    for meeting in to_come:
        for batch in meeting.batches:
            next_of.setdefault(batch.id, meeting)
    return render(
        request,
        "home/instructor.html",
        {
            "tabs": tabs,
            "consents_waiting": consents_waiting(actor),
            "title": _title(
                sum(not one.is_over(now) for one in todays) + talks_today,
                len(todays) + talks_today,
                len(week) + len(talks_of_week) - talks_today,
            ),
            "now": now,
            **next_session(first, now),
            "register": registers.get(first[0].session_id) if first else None,
            "talk_url": _talk_url(first[0]) if first and first[0] in talks else "",
            "today": today_of(todays, now, whole=True, registers=registers),
            "week": [(day, list(those)) for day, those in groupby(week, key=_day_of)],
            "missing": missing_registers_item(actor, standing),
            "waiting": waiting_card(request, actor),
            "sheets": _sheets_in_words(actor),
            "due": soonest(marks_due(marks_missing(actor)[:MOST_DUE]), work_due(due_soon(actor)[:MOST_DUE])),
            "trend": attendance_trend(actor) if batches else None,
            "risk": risk_card(actor),
            "mentees": mentees,
            "questions": list(questions_waiting_for(actor)[:MOST_QUESTIONS]) if mentees else [],
            "mentoring": talks_of_week[:MOST_MENTORING],
            "feedback": home_rounds(actor),
            "batches": [(batch, next_of.get(batch.pk)) for batch in batches],
        },
    )


def _sheets_in_words(actor: Actor) -> str:
    """How many results sheets of this semester lack scores; empty where none does."""
    number = sheets_with_gaps(results.rows(actor)).count()
    words = ngettext(
        "%(count)s results sheet has scores missing", "%(count)s results sheets have scores missing", number
    )
    return words % {"count": group_digits(number)} if number else ""


def _talk_url(meeting: Occurrence) -> str:
    """The page of the student whom a mentoring session is with."""
    return reverse("mentoring-sessions:session", args=[meeting.session_id])


def _day_of(meeting: Occurrence) -> str:
    return day_name(meeting.day, meeting.day - timedelta(days=meeting.days_away))


def _title(left: int, today: int, week: int) -> str:
    if left:
        first = ngettext("%(count)d session left today", "%(count)d sessions left today", left) % {"count": left}
    elif today:
        first = _("Done for today")
    else:
        first = _("No sessions today")
    if not week:
        return first
    then = ngettext("%(count)d more this week", "%(count)d more this week", week) % {"count": week}
    return f"{first}, {then}"
