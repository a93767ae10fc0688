"""The week of a batch: as a picture, as a list, and what it meets on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from muster.batches.models import Batch, BatchMeeting
from muster.batches.notices import when_of
from muster.batches.permissions import batches
from muster.timetable.models import ClassSession
from muster.web.batches.frame import Frame, batch_for, tab_page
from muster.web.batches.words import room_in_words
from muster.web.ui.pages import page
from muster.web.ui.shell import url_or_empty
from muster.web.ui.templatetags.muster import date_range, pill

HOUR = 40
TOP = 24
LEFT = 7.0
MOST_SESSIONS = 12


@dataclass(frozen=True)
class Block:
    """A slot in the picture: percent across, pixels down."""

    x: str
    y: int
    width: str
    height: int
    start: str
    end: str
    place: str
    shared: bool


@dataclass(frozen=True)
class Picture:
    """The week as an SVG: days across, hours down."""

    days: Sequence[tuple[str, str, str]]
    hours: Sequence[tuple[int, str]]
    blocks: Sequence[Block]
    height: int
    words: str


@dataclass(frozen=True)
class ShownSlot:
    """A weekly slot as a row, with the batches that it is shared with."""

    day: str
    times: str
    text: str
    shared: Sequence[Any]
    hidden: int


@page(batches["see"])
def week(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """When and where the batch meets."""
    actor = request.actor  # type: ignore[attr-defined]
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
        "zone": frame.batch.branch.time_zone if frame.batch.branch and frame.batch.branch.time_zone else "",
    }
    return tab_page(request, frame, "batches/schedule.html", context)


def _slots(frame: Frame) -> list[ShownSlot]:
    companions = _companions(frame)
    shown = []
    for slot in frame.week:
        others = companions.get(slot["shared"], [])
        visible = [batch for batch in others if batch is not None]
        teacher = slot["instructor"] if frame.may("see_staff") else ""
        shown.append(
            ShownSlot(
                str(WEEKDAYS[slot["weekday"] - 1]),
                f"{slot['start_time'][:5]} – {slot['end_time'][:5]}",
                ", ".join(filter(None, [slot["subject"], room_in_words(slot["room"]) or _("no room yet"), teacher])),
                visible,
                len(others) - len(visible),
            )
        )
    return shown


@dataclass(frozen=True)
class ShownSession:
    """A session as a row."""

    id: UUID
    when: str
    text: str
    pill: SafeString | None
    is_cancelled: bool
    may_move: bool
    register_url: str

    @property
    def menu_id(self) -> str:
        return f"m-{self.id}"


def _sessions(frame: Frame) -> list[ShownSession]:
    """The next sessions, those that were cancelled among them."""
    shown = []
    for session in frame.coming[:MOST_SESSIONS]:
        teacher = session.instructor.full_name if session.instructor and frame.may("see_staff") else ""
        place = session.location or room_in_words(session.room.name if session.room else "")
        subject = session.title or (session.subject.title if session.subject else "")
        why = session.cancel_reason if session.is_cancelled else ""
        shown.append(
            ShownSession(
                session.pk,
                when_of(session),
                ", ".join(filter(None, [subject, place, teacher, why])),
                _session_pill(session, frame),
                session.is_cancelled,
                session.status == ClassSession.Status.SCHEDULED and not session.is_locked,
                url_or_empty("attendance:register", session.pk) if frame.may("roster") else "",
            )
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
    members = list(
        BatchMeeting.objects.filter(meeting__in=shared)
        .exclude(batch=frame.batch)
        .select_related("batch")
        .order_by("batch__code")
    )
    visible = set(
        batches.rows(frame.actor).filter(pk__in=[member.batch_id for member in members]).values_list("pk", flat=True)
    )
    found: dict[str, list[Any]] = {}
    for member in members:
        found.setdefault(str(member.meeting_id), []).append(member.batch if member.batch_id in visible else None)
    return found


def picture_of(week: Sequence[dict[str, Any]]) -> Picture | None:
    """The week drawn; weekends only where something happens on them."""
    if not week:
        return None
    last_day = max(5, *(slot["weekday"] for slot in week))
    spans = [(_minutes(slot["start_time"]), _minutes(slot["end_time"])) for slot in week]
    first = min(start for start, _end in spans) // 60
    last = -(-max(end for _start, end in spans) // 60)
    last = max(last, first + 2)
    column = (100 - LEFT) / last_day
    days = [
        (f"{LEFT + column * index:.2f}%", f"{LEFT + column * (index + 0.5):.2f}%", str(WEEKDAYS_ABBR[index]))
        for index in range(last_day)
    ]
    hours = [(TOP + (hour - first) * HOUR, f"{hour:02d}") for hour in range(first, last + 1)]
    lanes = _lanes(week)
    blocks = []
    for slot, (start, end), (lane, of) in zip(week, spans, lanes, strict=True):
        width = column / of
        blocks.append(
            Block(
                f"{LEFT + column * (slot['weekday'] - 1) + width * lane:.2f}%",
                TOP + (start - first * 60) * HOUR // 60,
                f"{width:.2f}%",
                max(18, (end - start) * HOUR // 60),
                slot["start_time"][:5],
                slot["end_time"][:5],
                slot["room"] or "",
                slot["shared"] is not None,
            )
        )
    words = "; ".join(
        f"{WEEKDAYS[slot['weekday'] - 1]} {slot['start_time'][:5]} – {slot['end_time'][:5]}" for slot in week
    )
    return Picture(days, hours, blocks, TOP + (last - first) * HOUR + 8, words)


def _lanes(week: Sequence[dict[str, Any]]) -> list[tuple[int, int]]:
    """For each slot its lane and the number of lanes, where parallel groups meet at one time."""
    lanes: list[tuple[int, int]] = []
    for slot in week:
        together = [other for other in week if _meet(slot, other)]
        lanes.append((next(place for place, other in enumerate(together) if other is slot), len(together)))
    return lanes


def _meet(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool(
        one["weekday"] == other["weekday"]
        and one["start_time"] < other["end_time"]
        and other["start_time"] < one["end_time"]
    )


def _minutes(clock: str) -> int:
    moment = time.fromisoformat(clock)
    return moment.hour * 60 + moment.minute
