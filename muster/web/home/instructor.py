"""Home of an instructor: where to be next, today, this week, own batches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.allocation.queries import mentees_of, waiting_cover
from muster.attendance.queries.missing import register_states
from muster.batches.models import Batch
from muster.batches.occurrences import Occurrence, occurrences_ahead
from muster.batches.queries import batches_taught_by, taught_by
from muster.institutions.access import Actor
from muster.web.home.needs import missing_registers_item
from muster.web.home.today import links_to, next_session, today_of
from muster.web.home.words import day_name
from muster.web.ui.components import Tab

HORIZON = 120


def instructor_home(request: HttpRequest, actor: Actor, tabs: Sequence[Tab]) -> HttpResponse:
    """The page, in a number of statements that does not grow with the batches."""
    assert actor.user is not None  # noqa: S101
    now = actor.now()
    mine = Batch.objects.filter(taught_by(actor.user.pk), institution=actor.institution)
    ahead = [meeting for meeting in occurrences_ahead(actor, mine, HORIZON) if meeting.has(actor.user.pk)]
    todays = [meeting for meeting in ahead if meeting.days_away == 0]
    to_come = [meeting for meeting in ahead if not meeting.is_over(now)]
    week = sorted((one for one in to_come if 0 < one.days_away <= 6), key=lambda one: (one.days_away, one.starts_at))
    batches = list(batches_taught_by(actor))
    standing = register_states(actor, [meeting.session_id for meeting in (*todays, *to_come[:1])])
    registers = links_to(standing.of)
    next_of: dict[object, object] = {}
    for meeting in to_come:
        for batch in meeting.batches:
            next_of.setdefault(batch.id, meeting)
    return render(
        request,
        "home/instructor.html",
        {
            "tabs": tabs,
            "title": _title(len([m for m in todays if not m.is_over(now)]), len(todays), len(week)),
            "now": now,
            **next_session(to_come, now),
            "register": registers.get(to_come[0].session_id) if to_come else None,
            "today": today_of(todays, now, whole=True, registers=registers),
            "week": [(day, list(those)) for day, those in groupby(week, key=_day_of)],
            "missing": missing_registers_item(actor, standing),
            "asked": list(waiting_cover(actor).filter(asked=actor.user, can__isnull=True)),
            "mentees": list(mentees_of(actor, actor.user)),
            "batches": [(batch, next_of.get(batch.pk)) for batch in batches],
        },
    )


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
