"""Calendar feeds as iCalendar (RFC 5545): what is in them, and how it is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from muster.batches.models import Batch, BatchMeeting, CalendarFeed
from muster.batches.participants import attended_by
from muster.batches.permissions import sessions
from muster.core.zones import time_zone
from muster.institutions.access import Actor
from muster.timetable.models import ClassSession
from muster.timetable.queries import named_teachers, taught_by, with_teachers

BACK, AHEAD = timedelta(days=92), timedelta(days=400)
MOST = 5000


class AllDayEvent(NamedTuple):
    """What stands in a feed beside sessions: something on a day, at no time."""

    uid: str
    title: str
    day: date
    words: str
    created_at: datetime
    updated_at: datetime


# What else a feed tells its owner: apps above add theirs.
ALL_DAY: dict[str, Callable[[CalendarFeed, Actor], Sequence[AllDayEvent]]] = {}

# Sessions of no batch that concern a person, which their own feed shows too: apps above add theirs.
FURTHER: dict[str, Callable[[UUID], Q]] = {}


def sessions_of_feed(feed: CalendarFeed, actor: Actor) -> list[ClassSession]:
    """What the feed shows its owner now: three months back, thirteen ahead. Two statements."""
    what = {
        CalendarFeed.Kind.BATCH: Q(meeting__in=BatchMeeting.objects.filter(batch=feed.batch_id).values("meeting")),
        CalendarFeed.Kind.INSTRUCTOR: taught_by(feed.instructor_id),
        CalendarFeed.Kind.PERSONAL: taught_by(feed.user_id) | attended_by(feed.user_id),
    }[CalendarFeed.Kind(feed.kind)]
    today = actor.today()
    there = BatchMeeting.objects.filter(batch__deleted_at__isnull=True).values("meeting")
    days = {"institution": feed.institution_id, "date__range": (today - BACK, today + AHEAD)}
    rows = sessions.rows(actor).filter(what, meeting__in=there, **days)
    if feed.kind == CalendarFeed.Kind.PERSONAL:
        shown = Q(pk__in=rows.order_by().values("pk"))
        for concerns in FURTHER.values():
            shown |= concerns(feed.user_id)
        rows = ClassSession.objects.filter(shown, **days)
    return list(sessions_in_full(rows)[:MOST])


def render_feed(feed: CalendarFeed, actor: Actor, address_of: Callable[[ClassSession], str]) -> bytes:
    """The feed as a calendar. `address_of` is where a session stands on the pages."""
    calendar = calendar_of(sessions_of_feed(feed, actor), address_of)
    for days_of in ALL_DAY.values():
        for one in days_of(feed, actor):
            calendar.add_component(_all_day_event(one))
    calendar.add("x-wr-calname", f"{feed.name} · {feed.institution.name}")
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    content: bytes = calendar.to_ical()
    return content


def calendar_of(
    found: Sequence[ClassSession], address_of: Callable[[ClassSession], str], method: str = "PUBLISH"
) -> Calendar:
    """Sessions in full, in the order of their dates, as a calendar. One statement at most."""
    calendar = Calendar()
    calendar.add("prodid", "-//Muster//Class sessions//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    batches = _batches_of_meetings(found)
    for zone in sorted({session.meeting.zone for session in found}, key=lambda one: one.key):
        calendar.add_component(time_zone(zone, found[0].date, found[-1].date))
    for session in found:
        calendar.add_component(_event(session, batches.get(session.meeting_id, ()), address_of(session)))
    return calendar


def _all_day_event(one: AllDayEvent) -> Event:
    event = Event()
    for name, value in (
        ("uid", one.uid),
        ("dtstamp", one.updated_at),
        ("last-modified", one.updated_at),
        ("created", one.created_at),
        ("summary", one.title),
        # Nobody is kept busy by it.
        ("transp", "TRANSPARENT"),
        ("dtstart", one.day),
        ("dtend", one.day + timedelta(days=1)),
        ("description", one.words),
    ):
        event.add(name, value)
    return event


def sessions_in_full(rows: QuerySet[ClassSession]) -> QuerySet[ClassSession]:
    """Sessions with all that a calendar tells of them, by time."""
    return with_teachers(rows).select_related("meeting", "subject", "room").order_by("date", "start_time", "pk")


def _batches_of_meetings(found: Sequence[ClassSession]) -> dict[Any, list[Batch]]:
    """By meeting its batches, the first by code first. One statement at most."""
    batches: dict[Any, list[Batch]] = {}
    links = BatchMeeting.objects.filter(meeting__in={session.meeting_id for session in found})
    for link in links.select_related("batch__branch").order_by("batch__code", "batch_id") if found else ():
        batches.setdefault(link.meeting_id, []).append(link.batch)
    return batches


def _event(session: ClassSession, batches: Sequence[Batch], address: str) -> Event:
    title = session.title or (session.subject.title if session.subject else "")
    title = title or ", ".join(one.name for one in batches)
    starts, ends = session.moments or (session.date, session.date + timedelta(days=1))
    branch = batches[0].branch if batches else None
    where = [session.location, session.room.name if session.room else "", branch.name if branch else ""]
    codes = ", ".join(batch.code for batch in batches)
    teachers = ", ".join(named_teachers(session).values())
    words = [codes, teachers, session.cancel_reason if session.is_cancelled else "", session.notes]
    event = Event()
    for name, value in (
        # The key of the session never changes, nor does this: a moved session stays the same event.
        ("uid", f"{session.pk}@muster"),
        ("dtstamp", session.updated_at),
        ("last-modified", session.updated_at),
        ("created", session.created_at),
        ("sequence", session.sequence),
        ("summary", _("Cancelled: %(title)s") % {"title": title} if session.is_cancelled else title),
        ("status", "CANCELLED" if session.is_cancelled else "CONFIRMED"),
        ("transp", "TRANSPARENT" if session.is_cancelled else "OPAQUE"),
        ("categories", [str(session.get_session_type_display())]),
        ("url", address),
        ("dtstart", starts),
        ("dtend", ends),
        ("location", ", ".join(filter(None, where))),
        ("description", "\n".join(filter(None, words))),
    ):
        # Not every session has a place.
        if value != "":
            event.add(name, value)
    return event
