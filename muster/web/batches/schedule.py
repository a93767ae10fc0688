"""The week of a batch: as a picture, as a list, and what it meets on the way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.batches.models import Batch, BatchMeeting
from muster.batches.notices import when_of
from muster.batches.permissions import batches
from muster.core.clocks import clock_words, minutes_of, zone_words
from muster.timetable.models import ClassSession
from muster.web.batches.frame import Frame, batch_for, tab_page
from muster.web.batches.tabs import BatchTab, register_tab
from muster.web.batches.words import room_in_words
from muster.web.requests import ActorRequest
from muster.web.ui.pages import page
from muster.web.ui.week import Span, WeekPicture
from muster.web.ui.widgets import date_range, pill

MOST_SESSIONS = 12


register_tab(BatchTab("schedule", gettext_lazy("Schedule"), "batches:schedule", 30))


@page(batches["see"])
def schedule_page(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """When and where the batch meets."""
    actor = request.actor
    frame = Frame(actor, batch_for(actor, batch_id), "schedule")
    slots = _slots(frame)
    holidays = [
        (holiday.name, date_range(holiday.start_date, holiday.end_date), holiday.branch_id is None)
        for holiday in frame.holidays
        if holiday.end_date >= frame.now.date()
        and (frame.batch.start_date is None or holiday.end_date >= frame.batch.start_date)
    ]
    context = {
        "picture": picture_of(frame.week),
        "slots": slots,
        "holidays": holidays[:12],
        "more_holidays": max(0, len(holidays) - 12),
        "sessions": _sessions(frame),
        "more_sessions": max(0, len(frame.coming) - MOST_SESSIONS),
        "may_schedule": frame.may("schedule")
        and not frame.batch.is_archived
        and frame.batch.status != Batch.Status.CANCELLED,
        "zone": zone_words(frame.batch.zone, frame.actor.zone),
    }
    return tab_page(request, frame, "batches/schedule.html", context)


def _slots(frame: Frame) -> list[dict[str, Any]]:
    """The weekly slots as rows, each with the batches that it is shared with."""
    companions = _companions(frame)
    shown = []
    for slot in frame.week:
        others = companions.get(slot["shared"], [])
        visible = [batch for batch in others if batch is not None]
        teacher = slot["instructor"] if frame.may("see_staff") else ""
        words = [slot["subject"], room_in_words(slot["room"]) or _("no room yet"), teacher]
        shown.append(
            {
                "day": str(WEEKDAYS[slot["weekday"] - 1]),
                "times": f"{slot['start_time'][:5]} – {slot['end_time'][:5]}",
                "text": ", ".join(filter(None, words)),
                "shared": visible,
                "hidden": len(others) - len(visible),
            }
        )
    return shown


def _sessions(frame: Frame) -> list[dict[str, Any]]:
    """The next sessions as rows, those that were cancelled among them."""
    shown = []
    for session in frame.coming[:MOST_SESSIONS]:
        teacher = session.instructor.full_name if session.instructor and frame.may("see_staff") else ""
        place = session.location or room_in_words(session.room.name if session.room else "")
        subject = session.title or (session.subject.title if session.subject else "")
        why = session.cancel_reason if session.is_cancelled else ""
        shown.append(
            {
                "id": session.pk,
                "menu_id": f"m-{session.pk}",
                "when": when_of(session),
                "text": ", ".join(filter(None, [subject, place, teacher, why])),
                "pill": _session_pill(session, frame),
                "is_cancelled": session.is_cancelled,
                "may_move": session.status == ClassSession.Status.SCHEDULED and not session.is_locked,
                "register_url": reverse("attendance:register", args=[session.pk]) if frame.is_staff else "",
            }
        )
    return shown


def _session_pill(session: ClassSession, frame: Frame) -> SafeString | None:
    if session.is_cancelled:
        return pill(_("Cancelled"), tone="bad", icon="xc")
    if session.is_on(frame.now):
        return pill(_("Current"), tone="accent", icon="half")
    if session.is_extra:
        return pill(_("Extra"), tone="info", icon="plus")
    if session.is_edited:
        return pill(_("Changed"), tone="warn", icon="swap")
    return None


def _companions(frame: Frame) -> dict[str, list[Any]]:
    """By shared meeting, the other batches in it; None for one that the actor may not see. Two statements at most."""
    shared = {slot["shared"] for slot in frame.week if slot["shared"]}
    if not shared:
        return {}
    others = BatchMeeting.objects.filter(meeting__in=shared).exclude(batch=frame.batch)
    members = list(others.select_related("batch").order_by("batch__code"))
    reached = batches.rows(frame.actor).filter(pk__in=[member.batch_id for member in members])
    visible = set(reached.values_list("pk", flat=True))
    found: dict[str, list[Any]] = {}
    for member in members:
        found.setdefault(str(member.meeting_id), []).append(member.batch if member.batch_id in visible else None)
    return found


def picture_of(week: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The week as `plot`, its hours as `lines`, and all in `words`; weekends only where something happens on them."""
    if not week:
        return None
    spans = [Span(slot["weekday"], _minutes(slot["start_time"]), _minutes(slot["end_time"]), slot) for slot in week]
    first, last = min(one.start for one in spans) // 60, -(-max(one.end for one in spans) // 60)
    last = max(last, first + 2)
    days = max(5, *(one.weekday for one in spans))
    plot = WeekPicture(spans, (first, last), days, gutter=7, head=24, hour_height=40, lowest=18)
    words = "; ".join(f"{WEEKDAYS[one.weekday - 1]} {clock_words(one.start)} – {clock_words(one.end)}" for one in spans)
    lines = [(plot.y(hour * 60), f"{hour:02d}") for hour in range(first, last + 1)]
    return {"plot": plot, "lines": lines, "words": words}


def _minutes(clock: str) -> int:
    return minutes_of(time.fromisoformat(clock))
